package clients_test

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// play runs a script of testdata with Node.js and the libraries that it needs,
// and is the people whom the script asks for.
func (r *rig) play(script string, browse func(who, address string)) {
	r.Helper()
	node := r.program("node", "nodejs")
	if out, err := r.command(node, "--eval", "process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)").CombinedOutput(); err != nil {
		r.Skipf("LEFT OUT: MSAL for Node.js wants Node.js 20 or newer: %v %s", err, tail(out))
	}
	r.libraries()
	cmd := r.command(node, "--require", "./route.js", script, filepath.Join(r.sandbox.Dir(), "sandbox.json"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		r.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		r.Fatal(err)
	}
	ended := false
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		verb, rest, _ := strings.Cut(lines.Text(), " ")
		who, what, _ := strings.Cut(rest, " ")
		switch verb {
		case "ok":
			r.Log("ok", rest)
		case "device":
			if err := r.sandbox.SignIn(r.Context(), who, what); err != nil {
				r.Error(err)
			}
		case "browse":
			browse(who, what)
		case "end":
			ended = true
		default:
			r.Error(lines.Text())
		}
	}
	if err := cmd.Wait(); err != nil || !ended {
		r.Errorf("%s did not come to its end: %v\n%s", script, err, tail(stderr.Bytes()))
	}
}

// libraries puts the scripts and what package.json names into the rig's home.
func (r *rig) libraries() {
	r.Helper()
	if err := os.CopyFS(r.home, os.DirFS("testdata")); err != nil {
		r.Fatal(err)
	}
	npm := r.program("npm", "npm")
	if out, err := r.install(npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"); err != nil {
		r.Skipf("LEFT OUT: npm cannot install what %s names: %v\n%s", filepath.Join("testdata", "package.json"), err, tail(out))
	}
}

// Device code, code with PKCE through a real browser, refresh, client
// credentials and on-behalf-of, by MSAL for Node.js.
func TestMSALNode(t *testing.T) {
	r := newRig(t)
	b := newBrowser(r)
	r.play("msal.js", func(who, address string) {
		b.open(address)
		b.pick(who + "@contoso.com")
		b.sees("Press Continue to go back to msal-client")
		b.press("Continue")
		b.sees("You may close this window")
	})
	r.wasAsked("login.microsoftonline.com", "graph.microsoft.com")
}

// The directory by Microsoft's Graph client for JavaScript.
func TestGraphJS(t *testing.T) {
	r := newRig(t)
	r.play("graph.js", func(string, string) { t.Error("nobody needs a browser here") })
	r.wasAsked("login.microsoftonline.com", "graph.microsoft.com")
}
