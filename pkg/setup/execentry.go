package setup

import "github.com/kubectl-aad/kubectl-aad/pkg/entra"

// SignIn is what kubeconfig must say for people to sign in to one cluster.
type SignIn struct {
	Cloud  entra.Cloud
	Tenant entra.TenantID
	Server entra.ClientID // audience of the tokens
	Client entra.ClientID // public client
	Login  string         // login method; empty: get-token decides
}

// Exec is kubeconfig's exec entry without a room's type.
type Exec struct {
	Command         string
	Args            []string
	APIVersion      string
	InteractiveMode string
	InstallHint     string
}

// ExecEntry returns the exec entry of a sign-in. It names the cloud only where
// it is not the public one, and a login method only when asked, so that the
// entry can be shared by people who sign in differently.
func (s SignIn) ExecEntry() Exec {
	args := []string{"get-token", "--server-id", string(s.Server)}
	for _, a := range []struct{ flag, value string }{
		{"--client-id", string(s.Client)},
		{"--tenant-id", string(s.Tenant)},
		{"--cloud", s.Cloud.Argument()},
		{"--login", s.Login},
	} {
		if a.value != "" {
			args = append(args, a.flag, a.value)
		}
	}
	return Exec{
		Command:         "kubectl-aad",
		Args:            args,
		APIVersion:      "client.authentication.k8s.io/v1",
		InteractiveMode: "IfAvailable",
		InstallHint: "kubectl-aad is not installed or not on PATH: `kubectl krew install aad`, " +
			"or see https://github.com/kubectl-aad/kubectl-aad",
	}
}
