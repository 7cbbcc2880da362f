package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Go initialises every linked package before main, and every kubectl waits for
// it: the front may link these rooms, and of the standard library nothing that
// opens connections or reads certificates.
func TestWhatTheFrontLinks(t *testing.T) {
	t.Parallel()
	const module = "github.com/kubectl-aad/kubectl-aad/"
	rooms := []string{"cmd/kubectl-aad", "pkg/entra", "pkg/execcred", "pkg/fastlane", "pkg/safetext", "pkg/token", "pkg/tokencache",
		"pkg/tokencache/caller", "pkg/tokencache/repeat"}
	forbidden := []string{"net", "net/http", "crypto/tls", "crypto/x509", "encoding/xml", "text/template", "regexp", "log", "os/exec", "flag", "math/big"}
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range strings.Fields(string(out)) {
		room, ours := strings.CutPrefix(p, module)
		standard := !strings.Contains(strings.SplitN(p, "/", 2)[0], ".")
		switch {
		case ours && !slices.Contains(rooms, room):
			t.Errorf("the front links %s: a cached token must cost no more than an empty program; if it really needs this room, "+
				"look at what it initialises (GODEBUG=inittrace=1) and add it to the list", room)
		case !ours && !standard:
			t.Errorf("the front links %s: only our own small rooms and the standard library", p)
		case slices.Contains(forbidden, p):
			t.Errorf("the front links %s, which costs every kubectl time: find what imports it with go mod why or go list -deps", p)
		}
	}
}
