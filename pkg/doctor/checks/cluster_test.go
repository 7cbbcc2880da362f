package checks

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

const setupApps = "kubectl aad setup --name prod --resource-group rg --location eastus --integration apps --target aks --allow-retired"

func overage(w *ward) {
	w.claims.Groups, w.claims.ClaimNames = nil, map[string]string{"groups": "src1"}
	w.groups = nil
	for i := range 250 {
		w.groups = append(w.groups, entra.ObjectID(fmt.Sprintf("%08d-0000-0000-0000-000000000000", i)))
	}
}

func TestWhoAmI(t *testing.T) {
	examine(t, "whoami", []state{
		{"refused", func(w *ward) { w.whoErr = refusal() }, doctor.Error, "401", nil},
		{"refused with overage", func(w *ward) { overage(w); w.whoErr = refusal() }, doctor.Error, "people with fewer groups", nil},
		{"another naming", func(w *ward) { w.who.Username = aliceID }, doctor.Warning, "rule of its own", nil},
		{"no token", func(w *ward) { w.tokenErr = refusal(); w.whoErr = fault.New(fault.Incomplete, "none") }, doctor.Skipped, "no token", nil},
		{"old cluster", func(w *ward) { w.whoErr = fault.New(fault.NotFound, "not found") }, doctor.Unknown, "not found", nil},
		{"certificate", func(w *ward) { w.Entry.Exec, w.Tokens = nil, nil; w.who.Username = "masterclient" }, doctor.OK, "not an Entra sign-in", nil},
		{"guest", func(w *ward) { w.asCarol() }, doctor.OK, carolID, nil},
	})
}

func TestGroups(t *testing.T) {
	examine(t, "groups", []state{
		{"overage, refused", func(w *ward) { overage(w); w.whoErr = refusal() }, doctor.Error, "250 groups", []string{setupApps}},
		{"overage, not looked up", func(w *ward) { overage(w); w.who.Groups = []string{"system:authenticated"} }, doctor.Error, "knows of no group", []string{setupApps}},
		{"overage, cluster unreachable", func(w *ward) { overage(w); w.whoErr = fault.New(fault.Network, "down") }, doctor.Unknown, "cannot be seen", nil},
		{"overage, number unknown", func(w *ward) { overage(w); w.graphErr = forbidden() }, doctor.OK, "more than 200", nil},
		{"overage, looked up", func(w *ward) { overage(w) }, doctor.OK, "250 groups", nil},
		{"app asks for none", func(w *ward) { w.claims.Groups = nil; w.app.GroupClaims = "" }, doctor.Error, "groupMembershipClaims", []string{setupApps}},
		{"token older than membership", func(w *ward) { w.groups = append(w.groups, carolID) }, doctor.Warning, "1 of 2 groups", []string{"kubectl auth whoami"}},
		{"somebody with many", func(w *ward) { overage(w); w.forSomebody(alice) }, doctor.Warning, "250 security groups", nil},
		{"an application with many", func(w *ward) {
			overage(w)
			w.forSomebody(entra.Principal{ID: carolID, Kind: entra.ServicePrincipal})
		}, doctor.Error, "7000114", nil},
		{"somebody, directory unreadable", func(w *ward) { w.forSomebody(alice).graphErr = forbidden() }, doctor.Unknown, "list of groups cannot be read: forbidden", nil},
		{"somebody with few", func(w *ward) { w.forSomebody(alice) }, doctor.OK, "1 security group:", nil},
	})
}

func TestServerSecret(t *testing.T) {
	untagged := func(w *ward) { w.clusters[0].Tags = nil }
	examine(t, "server-secret", []state{
		{"removed", func(w *ward) { w.app.Secrets[0].KeyID = aliceID }, doctor.Error, "no longer has", []string{setupApps}},
		{"expired", func(w *ward) { w.app.Secrets[0].Expires = noon.Add(-time.Hour) }, doctor.Error, "expired on 2026-01-02", []string{setupApps}},
		{"ends soon", func(w *ward) { w.app.Secrets[0].Expires = noon.AddDate(0, 0, 7) }, doctor.Warning, "expires on", nil},
		{"removed, and the caller's case fits", func(w *ward) { overage(w); w.whoErr = refusal(); w.app.Secrets = nil }, doctor.Error, "Your case fits", nil},
		{"not recorded", untagged, doctor.Unknown, "AADSTS7000222", nil},
		{"not recorded, all expired", func(w *ward) { untagged(w); w.app.Secrets[0].Expires = noon }, doctor.Error, "no secret that is still good", nil},
		{"Azure unreadable", func(w *ward) { w.armErr = forbidden() }, doctor.Unknown, "record of it cannot be read", nil},
		{"app unreadable, and the caller is let in", func(w *ward) { w.appErr = forbidden() }, doctor.Unknown, "does not depend on it", nil},
		{"app unreadable, and the caller is let in by it", func(w *ward) { overage(w); w.appErr = forbidden() }, doctor.Unknown, "works now", nil},
		{"app unreadable, for somebody", func(w *ward) { w.forSomebody(alice).appErr = forbidden() }, doctor.Unknown, "webhook's log", []string{"kubectl aad doctor --check server-secret"}},
		{"app unreadable, and the caller's case fits", func(w *ward) { overage(w); w.whoErr = refusal(); w.appErr = forbidden() }, doctor.Unknown, "Your case fits", nil},
		{"app gone", func(w *ward) { w.appErr = fault.New(fault.NotFound, "gone") }, doctor.Error, "no app registration", []string{setupApps}},
		{"managed", func(w *ward) { w.clusters[0].Entra.Managed = true }, doctor.Skipped, "Microsoft keeps", nil},
	})
}

func TestClusterProfile(t *testing.T) {
	examine(t, "cluster-profile", []state{
		{"no Entra", func(w *ward) { w.clusters[0].Entra = nil }, doctor.Error, "no Entra integration", nil},
		{"stopped", func(w *ward) { w.clusters[0].Running = false }, doctor.Error, "stopped", []string{"az aks start -g rg -n prod"}},
		{"other server app", func(w *ward) { w.clusters[0].Entra.Managed = true }, doctor.Error, string(entra.AKSServer), []string{"kubectl aad kubeconfig -g rg -n prod"}},
		{"moved", func(w *ward) { w.clusters[0].FQDN = "new.hcp.eastus.azmk8s.io" }, doctor.Warning, "is at new", nil},
		{"by its server app", func(w *ward) {
			w.Entry.Server, w.Entry.User, w.Entry.Cluster = "https://127.0.0.1:6443", "me", "mine"
		}, doctor.OK, "rg/prod", nil},
		{"by our own entry's name", func(w *ward) {
			w.Entry.Server, w.Entry.User, w.Entry.Cluster = "https://127.0.0.1:6443", w.clusters[0].EntryName()+"-admin", "mine"
			w.Entry.Exec, w.clusters = nil, append(w.clusters, aks.Cluster{Name: "prod", ResourceGroup: "rg", Subscription: "other"})
		}, doctor.OK, "rg/prod", nil},
		{"behind a tunnel", func(w *ward) { w.Entry.Server = "https://127.0.0.1:6443" }, doctor.OK, "two apps", nil},
		{"two of that name", func(w *ward) {
			w.Entry.Server, w.Entry.User = "https://127.0.0.1:6443", "me"
			w.Entry.Exec, w.clusters = nil, append(w.clusters, aks.Cluster{Name: "prod", ResourceGroup: "other"})
		}, doctor.Skipped, "no AKS cluster", nil},
		{"forbidden", func(w *ward) { w.armErr = forbidden() }, doctor.Unknown, "forbidden", nil},
		{"not signed in", func(w *ward) { w.Azure = nil; w.Because.Azure = refusal() }, doctor.Unknown, "nobody is signed in here to manage",
			[]string{"kubectl-aad get-token --server-id https://arm.example --client-id " + string(entra.AzureCLI) + " --tenant-id " + tenant}},
	})
}

func TestAccess(t *testing.T) {
	never := func(Identity, Action) bool { return false }
	examine(t, "access", []state{
		{"nothing", func(w *ward) { w.may = never }, doctor.Error, `namespace "dev"`, []string{"kubectl aad bind alice@contoso.com --clusterrole=view -n dev"}},
		{"bindings unreadable", func(w *ward) { w.may, w.bindErr = never, forbidden() }, doctor.Error, alice.UPN, nil},
		{"a dead binding", func(w *ward) {
			w.may = never
			w.bindings = []binding.Binding{bound("x", "dev", binding.KindUser, aliceID)}
		}, doctor.Error, "found above", []string{}},
		{"only elsewhere", func(w *ward) {
			w.may = never
			w.bindings = []binding.Binding{bound("x", "test", binding.KindGroup, teamID)}
		}, doctor.Warning, `in namespace "test"`, nil},
		{"in the namespace", func(w *ward) { w.may = func(_ Identity, a Action) bool { return a.Namespace == "dev" } }, doctor.OK, `"dev"`, nil},
		{"cannot be asked", func(w *ward) { w.mayErr = forbidden() }, doctor.Unknown, "forbidden", nil},
		{"somebody else by a group", func(w *ward) {
			w.forSomebody(carol).may = func(who Identity, _ Action) bool { return who.Username == carolID && who.Groups[1] == teamID }
		}, doctor.OK, "carol@fabrikam.com may list pods in every", nil},
		{"somebody else by a role assignment", func(w *ward) {
			w.forSomebody(carol).may = func(who Identity, _ Action) bool { return slices.Equal(who.Extra["oid"], []string{carolID}) }
		}, doctor.OK, "carol@fabrikam.com may list pods in every", nil},
		{"Azure RBAC, and nothing there", func(w *ward) {
			w.may, w.clusters[0].Entra = never, &aks.EntraProfile{Managed: true, AzureRBAC: true, Tenant: tenant}
		}, doctor.Error, "kubectl aad bindings lists both planes", nil},
	})
}

func TestPerson(t *testing.T) {
	as := func(p entra.Principal, change func(*entra.Principal)) func(*ward) {
		return func(w *ward) { change(&p); w.forSomebody(p) }
	}
	same := func(*entra.Principal) {}
	examine(t, "person", []state{
		{"disabled", as(alice, func(p *entra.Principal) { p.Disabled = true }), doctor.Error, "50057", nil},
		{"pending", as(carol, func(p *entra.Principal) { p.Pending = true }), doctor.Error, "invitation", nil},
		{"distribution list", as(team, func(p *entra.Principal) { p.SecurityEnabled = false }), doctor.Warning, "not a security group", nil},
		{"guest", as(carol, same), doctor.OK, carolID, nil},
		{"group", as(team, same), doctor.OK, teamID, nil},
	}, as(alice, same))
}
