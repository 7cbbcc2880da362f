// Package workloadidentity signs an application in with a token file that
// somebody else keeps fresh, as Azure's webhook for pods does. It sends nothing
// that is not a signed JWT, and to nobody but the cloud's authority.
package workloadidentity

import (
	"context"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/plugins/internal/msal"
)

// Method is the record of this login method.
func Method() login.Method {
	return login.Method{
		Name:   "workloadidentity",
		Title:  "a pod or job whose token file Entra ID trusts",
		Params: []string{"federated-token-file", "legacy"},
		New:    open,
	}
}

func open(s login.Setup) (login.Credential, error) {
	file := s.Request.Params.Get("federated-token-file")
	return msal.NewAssertionApp(s, func(context.Context) (token.Assertion, error) {
		a, err := token.ReadAssertion(file)
		return a, fault.Wrap(fault.Config, "", err, "in a pod, label it azure.workload.identity/use=true and use the annotated service account")
	}), nil
}
