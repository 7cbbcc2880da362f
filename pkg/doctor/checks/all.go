package checks

import (
	"context"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
)

// Categories, in the order of the report.
const (
	kubeconfigCategory = "kubeconfig"
	networkCategory    = "network"
	tokenCategory      = "sign-in"
	clusterCategory    = "cluster"
	accessCategory     = "access"
)

// About tells what a check is good for; explain prints it.
type About struct {
	ID, Title, Why string
}

type check struct {
	doctor.Check[*Case]
	why    string
	own    bool // about the caller's sign-in: left out for somebody else's case
	others bool // only for somebody else's case
}

func all() []check {
	with := func(id, category, title, why string, run func(context.Context, *Case) []doctor.Finding, needs ...string) check {
		return check{Check: doctor.Check[*Case]{ID: id, Category: category, Title: title, Run: run, Needs: needs}, why: why}
	}
	own := func(c check) check { c.own = true; return c }
	others := func(c check) check { c.others = true; return c }
	return []check{
		own(with("kubeconfig-entry", kubeconfigCategory, "the context signs in with Entra ID", "A context without a credential plugin, or with one that kubectl dropped, sends no token.", checkEntry)),
		own(with("kubeconfig-command", kubeconfigCategory, "the credential plugin can be started", "kubectl starts it for each sign-in and says little when it cannot.", checkCommand, "kubeconfig-entry")),
		own(with("kubeconfig-arguments", kubeconfigCategory, "the credential plugin is told what to get", "Server app, client app, tenant and cloud decide for whom the token is.", checkArguments, "kubeconfig-entry")),
		with("login-host", networkCategory, "Entra ID can be reached", "Without it nobody can sign in.", checkLoginHost),
		with("graph-host", networkCategory, "Microsoft Graph can be reached", "Names and groups are looked up there.", checkGraphHost),
		with("api-server", networkCategory, "the API server can be reached", "A wrong address, another CA or a firewall look different from a refusal.", checkServer),
		with("clock", networkCategory, "this machine's clock is right", "Tokens are valid from one moment to another.", checkClock),
		own(with("token", tokenCategory, "somebody is signed in", "Without a token every request is refused.", checkToken, "kubeconfig-entry", "kubeconfig-arguments")),
		own(with("token-time", tokenCategory, "the token is valid now", "The API server answers Unauthorized to an expired token.", checkTokenTime, "token")),
		own(with("token-tenant", tokenCategory, "the token is of the cluster's tenant", "A cluster accepts tokens of its own tenant only.", checkTokenTenant, "token")),
		own(with("token-audience", tokenCategory, "the token is for the cluster's server app", "A token for something else is refused.", checkTokenAudience, "token")),
		own(with("token-version", tokenCategory, "the token has the version that the cluster expects", "Version 2 has another issuer and no upn.", checkTokenVersion, "token")),
		own(with("whoami", clusterCategory, "the API server accepts the sign-in", "It also tells the name that bindings must use.", checkWhoAmI, "api-server")),
		with("cluster-profile", clusterCategory, "the cluster is set up for Entra ID", "Azure knows the tenant and the server app that the cluster trusts.", checkProfile),
		with("server-secret", clusterCategory, "the server app's secret is good", secretCause, checkSecret),
		others(with("person", accessCategory, "the directory lets this person sign in", "Disabled accounts and open invitations are refused by Entra ID.", checkPerson)),
		with("groups", accessCategory, "the cluster knows the groups", "A token has room for 200 groups; with more it has none, and the cluster must look them up.", checkGroups, "token"),
		with("subject-form", accessCategory, "bindings use the name that the API server uses", "Members are known by their UPN, guests and applications by object id, groups by object id; RBAC compares letter by letter.", checkSubjects, "token"),
		with("access", accessCategory, "access is granted", "Being signed in gives no access; a binding does.", checkAccess, "api-server", "whoami"),
	}
}

// Suite returns the checks for a case: the caller's own, or with others that of
// somebody else, for whom there is no token to look at.
func Suite(others bool) (doctor.Suite[*Case], error) {
	var list []doctor.Check[*Case]
	for _, c := range all() {
		if others && c.own || !others && c.others {
			continue
		}
		c.Needs = slices.DeleteFunc(slices.Clone(c.Needs), func(id string) bool {
			return !slices.ContainsFunc(list, func(d doctor.Check[*Case]) bool { return d.ID == id })
		})
		list = append(list, c.Check)
	}
	return doctor.NewSuite(list...)
}

// Describe tells about every check, in the order of the report.
func Describe() []About {
	var list []About
	for _, c := range all() {
		list = append(list, About{c.ID, c.Title, c.why})
	}
	return list
}

// Examine runs a suite on a case. Everything stops when ctx ends.
func Examine(ctx context.Context, suite doctor.Suite[*Case], c *Case) doctor.Report {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.whole = ctx
	return suite.Run(ctx, c)
}
