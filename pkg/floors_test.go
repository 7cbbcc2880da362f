// Package pkg_test holds the rule of the house: a room imports only rooms on
// lower floors, and each heavy module has one keeper.
package pkg_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/kubectl-aad/kubectl-aad/"

// room is a folder and everything below it that no longer line names.
type room struct {
	path  string
	floor float64
	whole bool // its folders are one room and may import each other
}

// rooms is the house, from the roof to the ground (docs/architecture.md).
var rooms = []room{
	{path: "cmd", floor: 7, whole: true},
	{path: "pkg/cli", floor: 6, whole: true},
	{path: "plugins", floor: 5},
	{path: "plugins/", floor: 4},
	{path: "plugins/internal/msal", floor: 3.5},
	{path: "pkg/azure/graph", floor: 4, whole: true},
	{path: "pkg/azure/arm", floor: 4, whole: true},
	{path: "pkg/kube", floor: 4, whole: true},
	{path: "pkg/setup/", floor: 4},
	{path: "pkg/doctor/checks", floor: 4},
	{path: "pkg/webhook/entraid", floor: 4},
	{path: "pkg/login", floor: 3, whole: true},
	{path: "pkg/directory", floor: 3},
	{path: "pkg/binding", floor: 3},
	{path: "pkg/binding/access", floor: 4},
	{path: "pkg/setup", floor: 3},
	{path: "pkg/doctor", floor: 3},
	{path: "pkg/audit", floor: 3},
	{path: "pkg/webhook", floor: 3},
	{path: "pkg/webhook/issuertest", floor: 3},
	{path: "pkg/printer", floor: 3},
	{path: "pkg/fastlane", floor: 3},
	{path: "pkg/naming", floor: 2},
	{path: "pkg/tokencache", floor: 2, whole: true},
	{path: "pkg/httpx", floor: 1},
	{path: "pkg/token", floor: 1},
	{path: "pkg/aks", floor: 1},
	{path: "pkg/azurerbac", floor: 1},
	{path: "pkg/near", floor: 0},
	{path: "pkg/entra", floor: 0},
	{path: "pkg/fault", floor: 0},
	{path: "pkg/execcred", floor: 0},
	{path: "pkg/safetext", floor: 0},
	{path: "pkg/version", floor: 0},
}

// keepers are the only rooms that may import a heavy module, and why.
var keepers = []struct {
	module, reason string
	rooms          []string
}{
	{"github.com/spf13/cobra", "the command line is pkg/cli's", []string{"pkg/cli"}},
	{"k8s.io/cli-runtime", "kubectl's flags come in through pkg/cli and are read by pkg/kube", []string{"pkg/cli", "pkg/kube"}},
	{"k8s.io/client-go", "one room talks to API servers", []string{"pkg/kube"}},
	{"github.com/microsoftgraph/", "it compiles for minutes and weighs 17 MB", []string{"pkg/azure/graph"}},
	{"github.com/microsoft/kiota", "it belongs to msgraph-sdk-go", []string{"pkg/azure/graph"}},
	{"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager", "one room talks to ARM", []string{"pkg/azure/arm"}},
	{"github.com/Azure/azure-sdk-for-go/sdk/azcore", "it belongs to the ARM SDK", []string{"pkg/azure/arm", "pkg/azure/graph"}},
	{"github.com/godbus/dbus", "the key stores are the cache's", []string{"pkg/tokencache"}},
	{"github.com/AzureAD/microsoft-authentication-library-for-go", "its polling and metadata need our transport", []string{"plugins/internal/msal"}},
}

type pkg struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// find returns the room of a package: the longest line that fits it. A path
// that ends in a slash means the folders below it, one room each.
func find(path string) (room, bool) {
	var best room
	for _, r := range rooms {
		fits := path == r.path || strings.HasPrefix(path, strings.TrimSuffix(r.path, "/")+"/")
		if strings.HasSuffix(r.path, "/") {
			fits = strings.HasPrefix(path, r.path)
		}
		if fits && len(r.path) > len(best.path) {
			best = r
		}
	}
	return best, best.path != ""
}

func TestFloors(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module)
		if path == "pkg" || strings.HasPrefix(path, "pkg/sandbox") {
			continue
		}
		from, ok := find(path)
		if !ok {
			t.Errorf("%s is in no room: give it a floor in this file", path)
			continue
		}
		for _, imp := range p.Imports {
			to, ours := strings.CutPrefix(imp, module)
			if !ours {
				continue
			}
			target, _ := find(to)
			switch {
			case strings.HasPrefix(to, "pkg/sandbox"):
				t.Errorf("%s imports %s: the product has no branch for the sandbox", path, to)
			case from.path == target.path && from.whole:
			case target.floor >= from.floor:
				t.Errorf("%s (floor %v) imports %s (floor %v): a room imports only lower floors; declare a port instead",
					path, from.floor, to, target.floor)
			}
		}
	}
}

func TestSandboxStandsApart(t *testing.T) {
	for _, p := range packages(t) {
		if !strings.HasPrefix(p.ImportPath, module+"pkg/sandbox") {
			continue
		}
		for _, imp := range p.Imports {
			to, ours := strings.CutPrefix(imp, module)
			if ours && to != "pkg/entra" && !strings.HasPrefix(to, "pkg/sandbox") {
				t.Errorf("%s imports %s: an imitation that shares code with the product proves nothing", p.ImportPath, to)
			}
		}
	}
}

func TestKeepers(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module)
		from, _ := find(path)
		for _, imp := range p.Imports {
			for _, k := range keepers {
				if strings.HasPrefix(imp, k.module) && !contains(k.rooms, from.path) {
					t.Errorf("%s imports %s, which only %v may: %s", path, imp, k.rooms, k.reason)
				}
			}
		}
	}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}
