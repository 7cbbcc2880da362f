package login

import (
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// refuseUnbuilt names what Azure/kubelogin can do and this program cannot. A
// token without it would be another one than the API server expects.
func refuseUnbuilt(r token.Request) error {
	switch {
	case r.Params.Get("legacy") != "":
		return fault.New(fault.Config, "--legacy asks Azure AD's retired v1 library for the audience spn:<id>, which this program does not do",
			"leave --legacy out: AKS-managed Entra ID never needed it",
			"on an API server of your own, accept the server app's id itself as audience (--oidc-client-id, or the audiences of its AuthenticationConfiguration)")
	case r.Params.Get("pop-enabled") != "":
		return fault.New(fault.Config, "--pop-enabled asks for proof-of-possession tokens (clusters connected through Azure Arc), which this program does not make",
			"keep Azure/kubelogin as the command of this one context",
			"leave --pop-enabled and --pop-claims out where the API server accepts ordinary tokens, as AKS does")
	}
	return nil
}
