package kubeconfig

import (
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup/aks"
)

// entry makes the context of what Azure gave out: server and CA, and for people
// our exec entry in place of Azure's.
func (w Writer) entry(c aks.Context) (kubeconfig.Entry, error) {
	from, err := current(c.From)
	if err != nil {
		return kubeconfig.Entry{}, err
	}
	e := kubeconfig.Entry{Context: w.ContextName(c), Cluster: owner(c), User: owner(c), Server: from.Server, CA: from.CA}
	if c.Admin {
		e.ClientCert, e.ClientKey = from.ClientCert, from.ClientKey
		return e, nil
	}
	signIn := w.signIn(c, from)
	if signIn.Server == "" || signIn.Client == "" || signIn.Tenant == "" {
		return e, fault.Hint(fault.Newf(fault.Config, "cluster %q has no Entra sign-in, as far as Azure says", c.Cluster.Name),
			"az aks get-credentials -g "+c.Cluster.ResourceGroup+" -n "+c.Cluster.Name)
	}
	e.Exec = exec(signIn)
	return e, nil
}

// signIn takes the ids from the cluster's profile where it is known, else from
// the arguments that Azure wrote for kubelogin.
func (w Writer) signIn(c aks.Context, from kubeconfig.Entry) setup.SignIn {
	s := setup.SignIn{Cloud: w.Cloud, Login: w.Login}
	if p := c.Cluster.Entra; p != nil {
		s.Server, s.Client, s.Tenant = p.ServerID(), p.ClientID(), p.Tenant
	}
	if from.Exec != nil {
		for _, a := range []struct {
			flag string
			to   func(string)
			have string
		}{
			{"--server-id", func(v string) { s.Server = entra.ClientID(v) }, string(s.Server)},
			{"--client-id", func(v string) { s.Client = entra.ClientID(v) }, string(s.Client)},
			{"--tenant-id", func(v string) { s.Tenant = entra.TenantID(v) }, string(s.Tenant)},
		} {
			if v := argument(from.Exec.Args, a.flag); a.have == "" && v != "" {
				a.to(v)
			}
		}
	}
	if s.Tenant == "" && s.Server != "" {
		s.Tenant = w.Tenant
	}
	return s
}

// argument returns the value of a flag, written --flag value or --flag=value.
func argument(args []string, flag string) string {
	for i, a := range args {
		if a == flag && i+1 < len(args) {
			return args[i+1]
		}
		if v, ok := strings.CutPrefix(a, flag+"="); ok {
			return v
		}
	}
	return ""
}

// complete reports whether Azure's kubeconfig alone says how people sign in, so
// that the right to read the cluster is not needed.
func complete(from []byte) bool {
	e, err := current(from)
	if err != nil || e.Exec == nil {
		return false
	}
	for _, flag := range []string{"--server-id", "--client-id", "--tenant-id"} {
		if argument(e.Exec.Args, flag) == "" {
			return false
		}
	}
	return true
}
