package checks

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

const (
	tenant    = "11111111-1111-1111-1111-111111111111"
	serverApp = "22222222-2222-2222-2222-222222222222"
	clientApp = "33333333-3333-3333-3333-333333333333"
	aliceID   = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
	carolID   = "cccccccc-cccc-cccc-cccc-cccccccccccc"
	teamID    = "dddddddd-dddd-dddd-dddd-dddddddddddd"
	keyID     = "eeeeeeee-eeee-eeee-eeee-eeeeeeeeeeee"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

var (
	alice = entra.Principal{ID: aliceID, Kind: entra.User, Name: "Alice", UPN: "alice@contoso.com", Mail: "a.liddell@contoso.com"}
	carol = entra.Principal{ID: carolID, Kind: entra.User, Name: "Carol", Mail: "carol@fabrikam.com",
		UPN: "carol_fabrikam.com#EXT#@contoso.onmicrosoft.com", External: true}
	team = entra.Principal{ID: teamID, Kind: entra.Group, Name: "Platform Team", SecurityEnabled: true}
)

// ward holds the values behind all ports of a case; tests change what they are
// about.
type ward struct {
	*Case
	claims   entra.Claims
	tokenErr error
	who      Identity
	whoErr   error
	may      func(who Identity, a Action) bool
	mayErr   error
	bindings []binding.Binding
	bindErr  error
	people   []entra.Principal
	groups   []entra.ObjectID
	graphErr error
	app      entra.Application
	appErr   error
	clusters []aks.Cluster
	armErr   error
	reach    map[string]Reach // by a part of the URL
}

// healthy is alice, let in everywhere, on a cluster with two apps.
func healthy() *ward {
	w := &ward{
		claims: entra.Claims{Issuer: "https://sts.windows.net/" + tenant + "/", Audience: serverApp, Tenant: tenant, Object: aliceID,
			Version: "1.0", UPN: alice.UPN, Scope: "user_impersonation", AppID: clientApp, Groups: []string{teamID},
			NotBefore: noon.Add(-time.Hour).Unix(), ExpiresAt: noon.Add(time.Hour).Unix()},
		who:    Identity{Username: alice.UPN, Groups: []string{teamID, "system:authenticated"}},
		may:    func(Identity, Action) bool { return true },
		people: []entra.Principal{alice, carol, team},
		groups: []entra.ObjectID{teamID},
		app: entra.Application{ClientID: serverApp, GroupClaims: "SecurityGroup",
			Secrets: []entra.SecretInfo{{KeyID: keyID, Expires: noon.AddDate(1, 0, 0)}}},
		clusters: []aks.Cluster{{Name: "prod", ResourceGroup: "rg", Location: "eastus", State: "Succeeded", Running: true, FQDN: "prod.hcp.eastus.azmk8s.io",
			Tags:  map[string]string{aks.TagSecretKeyID: keyID},
			Entra: &aks.EntraProfile{Tenant: tenant, ServerApp: serverApp, ClientApp: clientApp}}},
		reach: map[string]Reach{"": {Stage: Answered, Status: 200, Date: noon, At: noon}},
	}
	w.Case = &Case{
		Now: func() time.Time { return noon }, Getenv: func(string) string { return "" },
		Cloud: entra.Cloud{Name: "public", Login: "https://login.example", Graph: "https://graph.example", ARMAudience: "https://arm.example"},
		Entry: Entry{Context: "prod", Cluster: "prod", User: "clusterUser_rg_prod", Server: "https://prod.hcp.eastus.azmk8s.io:443", Namespace: "dev",
			Exec: &Exec{Command: "kubectl-aad", APIVersion: "client.authentication.k8s.io/v1",
				Args: []string{"get-token", "--server-id", serverApp, "--client-id", clientApp, "--tenant-id", tenant}}},
		Network: w, Tokens: w, Reviews: w, Bindings: w, Directory: w, Azure: w,
	}
	return w
}

// asCarol makes the caller a guest.
func (w *ward) asCarol() *ward {
	w.claims.Object, w.claims.UPN, w.claims.UniqueName = carolID, "", "carol@fabrikam.com"
	w.claims.IDP = "https://sts.windows.net/fabrikam/"
	w.who.Username = carolID
	return w
}

// forSomebody makes an administrator examine p.
func (w *ward) forSomebody(p entra.Principal) *ward {
	w.For = &p
	return w
}

func (w *ward) Token(context.Context) (token.Token, error) {
	body, err := json.Marshal(w.claims)
	if err != nil {
		panic(err)
	}
	jwt := "e30." + base64.RawURLEncoding.EncodeToString(body) + ".c2ln"
	return token.Token{Access: safetext.Secret(jwt), Expires: w.claims.Expires()}, w.tokenErr
}
func (w *ward) WhoAmI(context.Context) (Identity, error) { return w.who, w.whoErr }
func (w *ward) Allowed(_ context.Context, a Action) (bool, string, error) {
	return w.may(w.who, a), "", w.mayErr
}
func (w *ward) AllowedFor(_ context.Context, who Identity, a Action) (bool, string, error) {
	return w.may(who, a), "", w.mayErr
}
func (w *ward) List(context.Context, string) ([]binding.Binding, error) { return w.bindings, w.bindErr }
func (w *ward) Find(_ context.Context, ref directory.Ref) ([]entra.Principal, error) {
	var found []entra.Principal
	for _, p := range w.people {
		if strings.EqualFold(p.Name, ref.Text) && (ref.Kind == "" || ref.Kind == p.Kind) {
			found = append(found, p)
		}
	}
	return found, w.graphErr
}
func (w *ward) Principal(_ context.Context, id entra.ObjectID) (entra.Principal, error) {
	if w.graphErr != nil {
		return entra.Principal{}, w.graphErr
	}
	i := slices.IndexFunc(w.people, func(p entra.Principal) bool { return p.ID == id })
	if i < 0 {
		return entra.Principal{}, fault.New(fault.NotFound, "no such object")
	}
	return w.people[i], nil
}
func (w *ward) MemberGroups(context.Context, entra.Principal, bool) ([]entra.ObjectID, error) {
	return w.groups, w.graphErr
}
func (w *ward) Application(context.Context, entra.ClientID) (entra.Application, error) {
	return w.app, w.appErr
}
func (w *ward) Subscriptions(context.Context) ([]aks.Subscription, error) {
	return []aks.Subscription{{ID: "s"}}, w.armErr
}
func (w *ward) Clusters(context.Context, string) ([]aks.Cluster, error) { return w.clusters, w.armErr }
func (w *ward) Probe(_ context.Context, e Endpoint) Reach {
	for part, r := range w.reach {
		if part != "" && strings.Contains(e.URL, part) {
			return r
		}
	}
	return w.reach[""]
}

// find runs one check alone and returns what it found.
func (w *ward) find(t *testing.T, id string) []doctor.Finding {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w.whole = ctx
	for _, c := range all() {
		if c.ID == id {
			return c.Run(ctx, w.Case)
		}
	}
	t.Fatalf("no check %q", id)
	return nil
}

// state is one row of a table: how a check sees a case.
type state struct {
	name   string
	change func(*ward)
	status doctor.Status
	says   string   // in evidence or cause
	fixes  []string // all of them; nil: not looked at
}

// examine shows a check bad states and then the healthy one, changed by good.
func examine(t *testing.T, id string, states []state, good ...func(*ward)) {
	t.Helper()
	for _, s := range append(states, state{name: "healthy", change: func(w *ward) {
		for _, change := range good {
			change(w)
		}
	}, status: doctor.OK}) {
		t.Run(s.name, func(t *testing.T) {
			w := healthy()
			s.change(w)
			got := w.find(t, id)
			if len(got) != 1 {
				t.Fatalf("%d findings: %+v", len(got), got)
			}
			f := got[0]
			if f.Status != s.status || !strings.Contains(f.Evidence+" "+f.Cause, s.says) {
				t.Errorf("got %s %q because %q\nwant %s with %q", f.Status, f.Evidence, f.Cause, s.status, s.says)
			}
			if s.fixes != nil && !slices.Equal(f.Fixes, s.fixes) {
				t.Errorf("fixes\n%q, want\n%q", f.Fixes, s.fixes)
			}
		})
	}
}

// refusal is what a 401 comes as.
func refusal() error { return fault.New(fault.SignIn, "Unauthorized") }

func forbidden() error { return fault.New(fault.Forbidden, "forbidden") }
