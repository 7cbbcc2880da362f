package login

import (
	"slices"
	"strings"
	"testing"
)

func TestParseScope(t *testing.T) {
	for _, tc := range []struct {
		scope, resource string
		values          []string
		dflt, bad       bool
	}{
		{"6dae42f8-4368-4678-94ff-3960e28e3630/.default openid", "6dae42f8-4368-4678-94ff-3960e28e3630", nil, true, false},
		{"https://management.core.windows.net//.default", "https://management.core.windows.net/", nil, true, false},
		{"api://x/y/user_impersonation", "api://x/y", []string{"user_impersonation"}, false, false},
		{"User.Read GroupMember.Read.All", "00000003-0000-0000-c000-000000000000", []string{"User.Read", "GroupMember.Read.All"}, false, false},
		{"openid profile", "00000003-0000-0000-c000-000000000000", nil, false, false},
		{"", "00000003-0000-0000-c000-000000000000", nil, false, false},
		{"a/.default b/.default", "", nil, false, true},
		{"a/.default User.Read", "", nil, false, true},
		{"a/", "", nil, false, true},
	} {
		w, f := parseScope(tc.scope)
		if (f != nil) != tc.bad {
			t.Errorf("%q: %v", tc.scope, f)
			continue
		}
		if f == nil && (w.resource != tc.resource || !slices.Equal(w.values, tc.values) || w.dflt != tc.dflt || w.asked != tc.scope) {
			t.Errorf("%q: %+v", tc.scope, w)
		}
	}
}

// Whatever is asked for: one resource, and every word belongs to it.
func FuzzParseScope(f *testing.F) {
	for _, s := range []string{"a/.default openid", "https://x//.default", "User.Read a/b", "/", " / ", "a/b/c a/b/d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, scope string) {
		w, bad := parseScope(scope)
		if bad != nil {
			return
		}
		for _, word := range strings.Fields(scope) {
			i := strings.LastIndex(word, "/")
			if i >= 0 && word[:i] != w.resource {
				t.Errorf("%q: %q is not of %q", scope, word, w.resource)
			}
		}
	})
}
