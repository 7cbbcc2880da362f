package checks

import (
	"context"
	"path"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// fetch replaces an entry of the kubeconfig by a good one.
const fetch = "kubectl aad kubeconfig -g RESOURCE_GROUP -n CLUSTER"

// program is the name of an exec entry's command, without folder and .exe.
func (x *Exec) program() string {
	return strings.TrimSuffix(path.Base(strings.ReplaceAll(x.Command, `\`, "/")), ".exe")
}

func (x *Exec) ours() bool { return x.program() == "kubectl-aad" || x.program() == "aad-core" }

func checkEntry(_ context.Context, c *Case) []doctor.Finding {
	e := c.Entry
	switch {
	case e.Missing != "":
		return doctor.Found(doctor.Error, "%s", e.Missing).
			Because("kubectl then talks to localhost, or asks for a user name.").
			Fix("kubectl config get-contexts", fetch).List()
	case e.Token && e.Exec != nil:
		return doctor.Found(doctor.Error, "user %q has a fixed token beside its credential plugin", e.User).
			Because("The fixed token wins: the plugin's is never sent.").
			Fix(command("kubectl", "config", "unset", "users."+e.User+".token")).List()
	case e.AuthProvider != "":
		return doctor.Found(doctor.Error, "user %q signs in by the auth-provider %q", e.User, e.AuthProvider).
			Because("kubectl 1.26 dropped it: the entry sends nothing.").Fix(fetch).List()
	case e.Exec != nil && e.Exec.ours():
		return doctor.Found(doctor.OK, "context %q signs in with kubectl-aad", e.Context).List()
	case e.Exec != nil && e.Exec.program() == "kubelogin":
		return doctor.Found(doctor.OK, "context %q signs in with kubelogin", e.Context).List()
	case e.Exec != nil:
		return doctor.Found(doctor.Warning, "context %q signs in with %q, which is not known here", e.Context, e.Exec.Command).
			Because("What it does is its own affair; the checks of the token cannot look into it.").List()
	case e.Certificate:
		return doctor.Found(doctor.Warning, "context %q uses a client certificate, not Entra ID", e.Context).
			Because("A local account passes by Entra ID: who uses it is not told apart, and your own sign-in is not tested by it.").List()
	case e.Token:
		return doctor.Found(doctor.Warning, "context %q sends a fixed token or password", e.Context).
			Because("A fixed token ends without warning, and nobody renews it.").Fix(fetch).List()
	}
	return doctor.Found(doctor.Error, "user %q of context %q has no credentials", e.User, e.Context).
		Because("The API server sees system:anonymous, which may do nothing.").Fix(fetch).List()
}

func checkCommand(_ context.Context, c *Case) []doctor.Finding {
	e := c.Entry
	if e.Exec == nil {
		return doctor.Found(doctor.Skipped, "the user runs no credential plugin").List()
	}
	if e.CommandFound != nil {
		f := doctor.Found(doctor.Error, "%v", e.CommandFound).
			Because("kubectl starts this program for each sign-in; without it there is no token.")
		if e.Exec.ours() {
			return f.Fix("kubectl krew install aad", `export PATH="$HOME/.krew/bin:$PATH"`).List()
		}
		return f.Fix(fetch).List()
	}
	switch version := e.Exec.APIVersion; version {
	case "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1":
	default:
		return doctor.Found(doctor.Error, "the credential plugin is called by apiVersion %q", version).
			Because("kubectl knows v1 and v1beta1; v1alpha1 is gone since 1.24.").
			Fix(command("kubectl", "config", "set", "users."+e.User+".exec.apiVersion", "client.authentication.k8s.io/v1")).List()
	}
	return doctor.Found(doctor.OK, "%s is there and called by %s", e.Exec.Command, e.Exec.APIVersion).List()
}

func checkArguments(_ context.Context, c *Case) []doctor.Finding {
	x := c.Entry.Exec
	if x == nil || !x.ours() && x.program() != "kubelogin" {
		return doctor.Found(doctor.Skipped, "the user runs no credential plugin that is known here").List()
	}
	if len(x.Args) == 0 || x.Args[0] != "get-token" {
		return doctor.Found(doctor.Error, "the arguments do not start with get-token").
			Because("The plugin then prints its help and no token.").Fix(fetch).List()
	}
	r, err := c.request()
	if err != nil {
		return doctor.Found(doctor.Error, "%s: %v", x.Command, err).
			Because("The plugin ends with this error, and kubectl says only its exit code.").Fix(fetch).List()
	}
	if r.Audience() == string(entra.AKSServer) && r.Client != entra.AKSClient && r.ForPerson() {
		return doctor.Found(doctor.Warning, "AKS's server app is asked for with the client app %s", r.Client).
			Because("AKS's server app lets in its own client; another one gets AADSTS65002 or 65001, unless the tenant consented.").Fix(fetch).List()
	}
	return doctor.Found(doctor.OK, "server app %s, client app %s, tenant %s, cloud %s", r.Audience(), r.Client, r.Tenant, r.Cloud.Name).List()
}
