package tokencache

import (
	"errors"
	"os"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

const tenantID = "11111111-1111-4111-8111-111111111111"

func request(account string) token.Request {
	cloud, _ := entra.FindCloud("")
	return token.Request{Method: token.Auto, Cloud: cloud, Tenant: tenantID, Client: entra.AKSClient, Scope: "s/.default", Account: account}
}

func TestTheFirstAccountStaysPinned(t *testing.T) {
	alice := Account{Home: "a.t", Object: "A", Username: "alice@contoso.com"}
	bob := Account{Home: "b.t", Object: "B", Username: "bob@contoso.com"}
	list := Accounts{}.With(alice).With(bob).With(bob)
	if len(list.Known) != 2 || list.Pinned != "a.t" {
		t.Fatalf("got %+v", list)
	}
	for name, want := range map[string]Account{"": alice, "ALICE@contoso.com": alice, "B": bob, "b.t": bob, "bob@contoso.com": bob, "carol": {}} {
		if got, _ := list.Find(name); got != want {
			t.Errorf("%q is %+v", name, got)
		}
	}
	if _, ok := (Accounts{Known: []Account{{}}}).Find(""); ok {
		t.Error("an empty account was found")
	}
}

func TestPlace(t *testing.T) {
	d := newDir(t)
	keys, err := request("").Keys()
	if err != nil {
		t.Fatal(err)
	}
	alice := Account{Home: "a.t", Object: "A", Username: "alice@contoso.com"}
	if err := d.PutAccounts(keys.Accounts(), Accounts{}.With(alice)); err != nil {
		t.Fatal(err)
	}
	p, err := d.Find(request(""))
	if err != nil || p.Account != alice {
		t.Fatalf("got %+v, %v", p, err)
	}
	e := entry()
	e.Home = alice.Home
	if err := d.Put(p.TokenKey(), e); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Lookup(p); err != nil || got != e {
		t.Errorf("got %+v, %v", got, err)
	}
	byDomain := request("alice@contoso.com")
	byDomain.Tenant = "contoso.com"
	if _, err := d.Find(byDomain); !errors.Is(err, ErrMiss) {
		t.Errorf("an unknown domain: %v", err)
	}
	k, err := byDomain.Keys()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.PutTenantID(k.Tenant(), tenantID); err != nil {
		t.Fatal(err)
	}
	if same, err := d.Find(byDomain); err != nil || same.TokenKey() != p.TokenKey() {
		t.Errorf("by domain: %v", err)
	}
	if err := os.WriteFile(d.Path("tenants", k.Tenant()), []byte(`"evil/.."`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Find(byDomain); !errors.Is(err, ErrUnreadable) {
		t.Errorf("a tenant that is no id: %v", err)
	}
}

// An entry got with another secret, or of another account, is a miss.
func TestLookupComparesTheCredential(t *testing.T) {
	d := newDir(t)
	r := request("")
	r.Method, r.Params = "clientsecret", token.Params{"client-secret": "one"}
	p, err := d.Find(r)
	if err != nil {
		t.Fatal(err)
	}
	fingerprint, err := r.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	e := entry()
	e.Home, e.Fingerprint = "", fingerprint
	if err := d.Put(p.TokenKey(), e); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Lookup(p); err != nil {
		t.Error(err)
	}
	p.Request.Params = token.Params{"client-secret": "two"}
	if _, err := d.Lookup(p); !errors.Is(err, ErrMiss) {
		t.Errorf("got %v", err)
	}
}
