package naming

import (
	"reflect"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func TestParseRule(t *testing.T) {
	tests := map[string]Rule{
		`claims.upn`:                {{Claim: "upn"}},
		`claims["upn"]`:             {{Claim: "upn"}},
		`"e:" + string(claims.oid)`: {{Prefix: "e:", Claim: "oid"}},
		`(claims.oid)`:              {{Claim: "oid"}},
		`has(claims.upn) ? claims.upn : claims.oid`:          upnElseOID,
		`claims.?upn.orValue(claims.oid)`:                    upnElseOID,
		`"entra:" + claims.upn`:                              {{Prefix: "entra:", Claim: "upn"}},
		`'aks:jwt:' + 'it''s' + claims.oid`:                  nil,
		`'aks:jwt:' + "a\"b\\" + claims.oid`:                 {{Prefix: `aks:jwt:a"b\`, Claim: "oid"}},
		`"e:" + (has(claims.upn) ? claims.upn : claims.oid)`: upnElseOID.prefixed("e:"),
		`has(claims.upn) ? "u:" + claims.upn : "o:" + claims.oid`: {
			{Has: "upn", Prefix: "u:", Claim: "upn"}, {Prefix: "o:", Claim: "oid"}},
		`has(claims.upn) ? claims.upn : has(claims.email) ? "m:" + claims.email : claims.oid`: {
			{Has: "upn", Claim: "upn"}, {Has: "email", Prefix: "m:", Claim: "email"}, {Claim: "oid"}},
		`"e:" + claims.?upn.orValue("o:" + claims.oid)`: {
			{Has: "upn", Prefix: "e:", Claim: "upn"}, {Prefix: "e:o:", Claim: "oid"}},

		``: nil, `"everybody"`: nil, `claims`: nil, `claims.`: nil, `claims.upn + "@x"`: nil, `claims.a + claims.b`: nil,
		`claims.upn.lowerAscii()`: nil, `stringclaims.upn`: nil, `string claims.upn`: nil, `has(claims.upn)`: nil, `"upn" in claims ? claims.upn : claims.oid`: nil, `has(claims["upn"]) ? claims.upn : claims.oid`: nil, `has(claims.upn) ? claims.upn`: nil, `claims.?upn`: nil,
		`claims.sub.split(":")[0]`: nil, `user.username`: nil, `has(claims.a) ? (has(claims.b) ? claims.a : claims.b) : claims.c`: nil,
		`claims.upn == "x" ? claims.upn : claims.oid`: nil, `has(claims.upn) ? claims.upn : "anonymous"`: nil, `"open`: nil, `'''a''' + claims.upn`: nil,
		strings.Repeat("(", 3000) + "claims.upn": nil, strings.Repeat(" ", 5000): nil,
	}
	for text, want := range tests {
		got, err := ParseRule(text)
		if want == nil {
			if err == nil || fault.KindOf(err) != fault.Usage || !strings.Contains(strings.Join(fault.Hints(err), ""), "--as-subject") {
				t.Errorf("%.80s: %v, %v", text, got, err)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

func TestParseGroups(t *testing.T) {
	tests := map[string]*Groups{
		`dyn(claims.?groups.orValue([])).map(x, x)`: {Claim: "groups"},
		`claims.groups`: {Claim: "groups"},
		`has(claims.groups) ? claims.groups : []`:                                        {Claim: "groups"},
		`claims.?groups.orValue([])`:                                                     {Claim: "groups"},
		`dyn(claims.groups).map(g, "entra:" + g)`:                                        {Claim: "groups", Prefix: "entra:"},
		`has(claims.groups) ? dyn(claims.groups).map(g, 'aks:' + 'e:' + string(g)) : []`: {Claim: "groups", Prefix: "aks:e:"},
		`[]`: {},

		`claims.groups.split(",")`: nil, `claims.?groups.orValue([]).map(x, x)`: nil, `dyn(claims.groups).map(g, "a" + h)`: nil, `dyn(claims.groups)`: nil, `claims.groups.map(g, "a" + g)`: nil, `claims.groups.filter(g, g != "")`: nil,
		`has(claims.roles) ? claims.groups : []`: nil, `has(claims.groups) ? claims.groups : ["x"]`: nil, `["a"]`: nil, ``: nil,
	}
	for text, want := range tests {
		got, err := ParseGroups(text)
		if want == nil && fault.KindOf(err) == fault.Usage && err != nil || want != nil && err == nil && got == *want {
			continue
		}
		t.Errorf("%s: %+v, %v", text, got, err)
	}
}

// Whatever is understood says the same when it is written out and read again,
// and a rule names nobody without one of their claims.
func FuzzExpressions(f *testing.F) {
	for _, s := range []string{`has(claims.upn) ? claims.upn : claims.oid`, `"a\"" + claims.?b.orValue('c' + claims["d e"])`,
		`has(claims.x) ? (claims.x) : has(claims.y) ? claims.y : "z" + claims.z`, `dyn(claims.groups).map(g, "p" + g)`, `[]`, `((((`, "\"\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := ParseRule(text); err == nil {
			for _, c := range r {
				if c.Claim == "" {
					t.Fatalf("%q: %+v", text, r)
				}
			}
			again, err := ParseRule(r.String())
			if err != nil || !reflect.DeepEqual(r, again) {
				t.Fatalf("%q is %+v, written %q and then %+v, %v", text, r, r.String(), again, err)
			}
		}
		if g, err := ParseGroups(text); err == nil && g.Claim == "" && g.Prefix != "" {
			t.Fatalf("%q: %+v", text, g)
		}
	})
}
