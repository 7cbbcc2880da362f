package sandbox_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

const (
	root   = "../.."
	parity = root + "/docs/sandbox-parity.md"
)

// row is a line of one of the page's tables.
type row struct {
	what, kind string
	last       []string // what is in backquotes in the last cell
}

var quoted = regexp.MustCompile("`([^`]*)`")

func parityRows(t *testing.T) []row {
	t.Helper()
	raw, err := os.ReadFile(parity)
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for _, line := range strings.Split(string(raw), "\n") {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|--") || slices.Contains([]string{"behaviour", "what", "service"}, strings.TrimSpace(cells[0])) {
			continue
		}
		if len(cells) != 3 {
			t.Errorf("%d cells, want 3: %s", len(cells), line)
			continue
		}
		r := row{what: strings.TrimSpace(cells[0]), kind: strings.TrimSpace(cells[1])}
		for _, m := range quoted.FindAllStringSubmatch(cells[2], -1) {
			r.last = append(r.last, m[1])
		}
		if len(r.last) == 0 {
			t.Errorf("no witness: %s", line)
			continue
		}
		rows = append(rows, r)
	}
	return rows
}

// tests lists the tests of the tree as "folder Test", without "pkg/".
func tests(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, top := range []string{"pkg/sandbox", "cmd/aad-sandbox", "test"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return nil //nolint:nilerr // a folder that is not there has no tests
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			folder, err := filepath.Rel(root, filepath.Dir(path))
			if err != nil {
				return err
			}
			for _, decl := range file.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil {
					found[strings.TrimPrefix(filepath.ToSlash(folder), "pkg/")+" "+f.Name.Name] = true
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// The page names no test that is not there, and forgets no fault.
func TestParity(t *testing.T) {
	known := tests(t)
	if len(known) < 50 {
		t.Fatalf("only %d tests found", len(known))
	}
	listed, kinds := map[string]bool{}, map[string]int{}
	for _, r := range parityRows(t) {
		services := strings.Split(r.what, ", ")
		switch isFault := quoted.MatchString(r.kind); {
		case isFault:
			for _, service := range services {
				listed[service+" "+strings.Trim(r.kind, "`")] = true
			}
		case r.kind == "absent":
			kinds[r.kind]++
			continue
		case r.kind != "real" && r.kind != "imitated":
			t.Errorf("%s: neither real, imitated nor absent but %q", r.what, r.kind)
		}
		kinds[r.kind]++
		for _, witness := range r.last {
			if !known[witness] {
				t.Errorf("%s: there is no test %q", r.what, witness)
			}
		}
	}
	if kinds["real"] < 5 || kinds["imitated"] < 60 || kinds["absent"] < 10 {
		t.Errorf("the page is not read: %v", kinds)
	}
	faults, err := (sandbox.Control{Dir: start(t, sandbox.Options{}).Dir()}).Faults(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		if !listed[f.Service+" "+f.Name] {
			t.Errorf("the fault %s %s is not on the page", f.Service, f.Name)
		}
		if f.Explanation == "" {
			t.Errorf("the fault %s %s has no explanation", f.Service, f.Name)
		}
		delete(listed, f.Service+" "+f.Name)
	}
	for gone := range listed {
		t.Errorf("the page has a fault %s, the sandbox has not", gone)
	}
}

// What is said to be absent is refused, and never answered with a success.
func TestAbsent(t *testing.T) {
	s := start(t, sandbox.Options{})
	c, info := client(t, s), s.Info()
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	endpoint := map[string]string{"login": info.Endpoints.Login, "graph": info.Endpoints.Graph, "arm": info.Endpoints.ARM, "portal": info.Endpoints.Portal}
	resource := map[string]string{"graph": "https://graph.microsoft.com", "arm": "https://management.core.windows.net/"}
	for _, r := range parityRows(t) {
		if r.kind != "absent" {
			continue
		}
		words := strings.Fields(r.last[0])
		if len(words) != 3 || endpoint[words[1]] == "" {
			t.Errorf("%s: %q is not METHOD SERVICE PATH", r.what, r.last[0])
			continue
		}
		req, err := http.NewRequest(words[0], endpoint[words[1]]+strings.ReplaceAll(words[2], "/x/", "/"+info.Subscription+"/"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if name, ok := resource[words[1]]; ok {
			token, err := s.Token("admin", string(entra.AzureCLI), name)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+token)
		}
		resp, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode < 400 || resp.StatusCode == http.StatusUnauthorized || resp.StatusCode >= 500 {
			t.Errorf("%s is said to be absent, but %s: %s", r.what, r.last[0], resp.Status)
		}
	}
}
