package directory

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

var (
	alice  = entra.Principal{ID: "a1", Kind: entra.User, Name: "Alice Example", UPN: "Alice@contoso.com", Mail: "alice@contoso.com"}
	alina  = entra.Principal{ID: "a2", Kind: entra.User, Name: "Alina Example", UPN: "alina@contoso.com"}
	shadow = entra.Principal{ID: "a3", Kind: entra.User, Name: "Alice Example", UPN: "other@contoso.com", Mail: "alice@contoso.com"}
	carol  = entra.Principal{ID: "c1", Kind: entra.User, Name: "Carol", UPN: "carol_fabrikam.com#EXT#@contoso.onmicrosoft.com", External: true}
	team   = entra.Principal{ID: "g1", Kind: entra.Group, Name: "Alice Example"}
	evil   = entra.Principal{ID: "e1", Kind: entra.Group, Name: "Plat\x1b[2Jform\u202e Team"}
)

// lookup is a directory that answers every question with the same principals.
type lookup []entra.Principal

func (l lookup) Find(context.Context, Ref) ([]entra.Principal, error) { return l, nil }

// empty finds nothing and suggests what it has.
type empty []entra.Principal

func (empty) Find(context.Context, Ref) ([]entra.Principal, error)      { return nil, nil }
func (e empty) Suggest(context.Context, Ref) ([]entra.Principal, error) { return e, nil }
func (empty) Organization(context.Context) (entra.Organization, error) {
	return entra.Organization{Name: "Contoso", InitialDomain: "contoso.onmicrosoft.com", Domains: []string{"contoso.com", "Contoso.onmicrosoft.com"}}, nil
}

func resolve(t *testing.T, r Resolver, text string) (entra.Principal, error) {
	t.Helper()
	ref, err := ParseRef(text)
	if err != nil {
		t.Fatal(err)
	}
	return r.Resolve(t.Context(), ref)
}

func TestResolveFindsTheOneThatIsMeant(t *testing.T) {
	tests := []struct {
		name, text string
		found      lookup
		want       entra.Principal
	}{
		{"one", "Alice Example", lookup{alice}, alice},
		{"the same one twice", "alice@contoso.com", lookup{alice, alice}, alice},
		{"the owner of a sign-in name before an alias", "alice@contoso.com", lookup{shadow, alice}, alice},
		{"the kind asked for", "group:Alice Example", lookup{alice, team}, team},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := resolve(t, Resolver{Lookup: tt.found}, tt.text); err != nil || got != tt.want {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestTheFirstOfManyNeverWins(t *testing.T) {
	_, err := resolve(t, Resolver{Lookup: lookup{alice, shadow, evil}}, "Alice Example")
	if fault.KindOf(err) != fault.Ambiguous || !strings.Contains(err.Error(), "any of 3") {
		t.Fatalf("error %v", err)
	}
	want := []string{
		`use a1 for user "Alice Example" (Alice@contoso.com)`,
		`use a3 for user "Alice Example" (other@contoso.com)`,
		`use e1 for group "Plat[2Jform Team"`,
	}
	if hints := fault.Hints(err); !slices.Equal(hints, want) {
		t.Errorf("hints %q", hints)
	}
	many := make(lookup, 25)
	for i := range many {
		many[i] = entra.Principal{ID: entra.ObjectID(rune('a' + i)), Kind: entra.User, Name: "Alex"}
	}
	_, err = resolve(t, Resolver{Lookup: many}, "Alex")
	if hints := fault.Hints(err); len(hints) != listed+1 || hints[listed] != "and 15 more: use an object id" {
		t.Errorf("hints %q", hints)
	}
}

func TestAPersonMayChoose(t *testing.T) {
	choose := func(_ context.Context, _ Ref, among []entra.Principal) (int, error) {
		return slices.Index(among, shadow), nil
	}
	got, err := resolve(t, Resolver{Lookup: lookup{alice, shadow}, Choose: choose}, "Alice Example")
	if err != nil || got != shadow {
		t.Errorf("got %+v, %v", got, err)
	}
	declined := errors.New("declined")
	choose = func(context.Context, Ref, []entra.Principal) (int, error) { return 0, declined }
	if _, err := resolve(t, Resolver{Lookup: lookup{alice, shadow}, Choose: choose}, "Alice Example"); !errors.Is(err, declined) {
		t.Errorf("error %v", err)
	}
}

func TestNotFound(t *testing.T) {
	stock := empty{alice, alina, carol, team, evil}
	tests := []struct{ text, says, hint string }{
		{"alise@contoso.com", `no user, group or service principal is called "alise@contoso.com"`, `did you mean user "Alice Example" (Alice@contoso.com)? then use a1`},
		{"group:Alice Exampel", `no group is called "Alice Exampel"`, `did you mean group "Alice Example"? then use g1`},
		{"Platform Team", "called", `did you mean group "Plat[2Jform Team"? then use e1`},
		{"zoe@fabrikam.com", `"zoe@fabrikam.com" was not invited: fabrikam.com is not a domain of Contoso`, "invite the person as a guest"},
		{"app:" + guid, "no service principal has the client id", ""},
		{guid, "no user, group or service principal has the id", "client id"},
		{"me", "an application has no", ""},
	}
	for _, tt := range tests {
		_, err := resolve(t, Resolver{Lookup: stock}, tt.text)
		if fault.KindOf(err) != fault.NotFound || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: error %v", tt.text, err)
		}
		if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, tt.hint) {
			t.Errorf("%s: hints %s", tt.text, hints)
		}
	}
	_, err := resolve(t, Resolver{Lookup: stock}, "bob@contoso.com")
	if hints := fault.Hints(err); len(hints) != 0 {
		t.Errorf("a shared domain alone makes no near match: %q", hints)
	}
}

func TestHomeOfAStranger(t *testing.T) {
	homes := map[string]entra.TenantID{"fabrikam.com": "f1"}
	r := Resolver{Lookup: empty{}, Home: func(_ context.Context, domain string) (entra.TenantID, error) {
		if domain == "down.example" {
			return "", fault.New(fault.Network, "unreachable")
		}
		if id, ok := homes[domain]; ok {
			return id, nil
		}
		return "", fault.New(fault.Config, "AADSTS90002")
	}}
	for text, want := range map[string]string{
		"zoe@Fabrikam.com": "fabrikam.com is a domain of the tenant f1",
		"zoe@fabirkam.com": "no tenant has the domain fabirkam.com: is it spelled right?",
		"zoe@down.example": "run this again",
	} {
		_, err := resolve(t, r, text)
		hints := fault.Hints(err)
		if fault.KindOf(err) != fault.NotFound || len(hints) == 0 || !strings.Contains(hints[len(hints)-1], want) {
			t.Errorf("%s: %v, hints %q", text, err, hints)
		}
	}
}

// bin is a directory of which everything was deleted.
type bin struct {
	empty
	err error
}

func (b bin) Deleted(context.Context, Ref) ([]entra.Principal, error) { return b.empty, b.err }

func TestDeletedIsSaid(t *testing.T) {
	_, err := resolve(t, Resolver{Lookup: bin{empty: empty{alice, team}}}, "user:Alice Example")
	if fault.KindOf(err) != fault.NotFound || !strings.Contains(err.Error(), "was deleted") || !slices.Equal(fault.Hints(err),
		[]string{"restore the user a1 (Entra admin center, deleted users), then run this again"}) {
		t.Errorf("%v, hints %q", err, fault.Hints(err))
	}
	for _, b := range []bin{{}, {empty: empty{alice}, err: errors.New("denied")}} {
		if _, err := resolve(t, Resolver{Lookup: b}, "Alice Example"); !strings.Contains(err.Error(), "is called") {
			t.Errorf("nothing known of a deletion: %v", err)
		}
	}
}

// refused is a directory that may not be read.
type refused struct{}

func (refused) Find(context.Context, Ref) ([]entra.Principal, error) {
	return nil, fault.New(fault.Forbidden, "insufficient privileges", "ask an administrator")
}

func TestErrorsOfTheDirectoryKeepTheirKind(t *testing.T) {
	_, err := resolve(t, Resolver{Lookup: refused{}}, "alice@contoso.com")
	if fault.KindOf(err) != fault.Forbidden || !slices.Contains(fault.Hints(err), "ask an administrator") {
		t.Errorf("error %v, hints %q", err, fault.Hints(err))
	}
}

func TestDescribe(t *testing.T) {
	tests := map[string]entra.Principal{
		`guest "Carol" (carol@fabrikam.com)`:            carol,
		`user "Dave" (dave@contoso.com, disabled)`:      {Kind: entra.User, Name: "Dave", UPN: "dave@contoso.com", Disabled: true},
		`guest "" (x@y.z, invitation not accepted yet)`: {Kind: entra.User, Mail: "x@y.z", External: true, Pending: true},
		`service principal "ci-bot" (c1)`:               {Kind: entra.ServicePrincipal, Name: "ci-bot", ClientID: "c1"},
	}
	for want, p := range tests {
		if got := Describe(p); got != want {
			t.Errorf("Describe = %s, want %s", got, want)
		}
	}
}
