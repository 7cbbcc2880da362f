package near

import (
	"slices"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	roles := []string{"admin", "cluster-admin", "edit", "view", "system:node"}
	tests := []struct {
		want string
		have []string
		near []string
	}{
		{"veiw", roles, []string{"view"}},
		{"Edit", roles, []string{"edit"}},
		{"cluster-amdin", roles, []string{"cluster-admin"}},
		{"cluster", roles, []string{"cluster-admin"}},
		{"pods", roles, nil},
		{"", roles, nil},
		{"alise", []string{"alina", "alice", "alice"}, []string{"alice"}},
		{"ab", []string{"abcdef"}, nil}, // too little to go by
		{"prod", []string{"prod-eu", "prod-us", "prox", "prods"}, []string{"prods", "prox", "prod-eu"}},
	}
	for _, tt := range tests {
		if got := Match(tt.want, tt.have, 3); !slices.Equal(got, tt.near) {
			t.Errorf("Match(%q) = %q, want %q", tt.want, got, tt.near)
		}
	}
}

func FuzzEdits(f *testing.F) {
	f.Add("view", "veiw")
	f.Add("", "é")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := fold(a), fold(b)
		n := edits(x, y)
		if back := edits(y, x); back != n {
			t.Errorf("edits(%q, %q) = %d, the other way round %d", a, b, n, back)
		}
		if same := string(x) == string(y); same != (n == 0) {
			t.Errorf("edits(%q, %q) = %d", a, b, n)
		}
		if n > max(len(x), len(y)) {
			t.Errorf("edits(%q, %q) = %d, more than letters", a, b, n)
		}
	})
}

func TestMatchOfHugeNamesIsBounded(t *testing.T) {
	huge := strings.Repeat("a", 1<<20)
	if got := Match(huge, []string{huge}, 1); len(got) != 1 {
		t.Errorf("got %d matches", len(got))
	}
}
