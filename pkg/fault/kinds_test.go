package fault

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPage(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "exit-codes.md")
	if os.Getenv("AAD_WRITE_DOCS") != "" {
		if err := os.WriteFile(path, []byte(Page()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != Page() {
		t.Errorf("docs/exit-codes.md is not what pkg/fault says (%v): AAD_WRITE_DOCS=1 go test ./pkg/fault", err)
	}
}

// The numbers are a contract: none moves, none means two things.
func TestEveryKindHasItsNumber(t *testing.T) {
	want := map[Kind]int{0: 0, Failure: 1, Usage: 2, Incomplete: 3, Pending: 10, SignIn: 20, Policy: 21, Network: 22, Throttled: 23, Config: 24,
		Store: 25, Cancelled: 26, Clock: 27, Forbidden: 28, NotFound: 29, Ambiguous: 30, Conflict: 31}
	for _, m := range Meanings() {
		if n, ok := want[m.Kind]; !ok || n != int(m.Kind) || m.Meaning == "" || m.Remedy == "" {
			t.Errorf("%+v", m)
		}
		delete(want, m.Kind)
	}
	if len(want) > 0 {
		t.Errorf("no meaning of %v", want)
	}
}
