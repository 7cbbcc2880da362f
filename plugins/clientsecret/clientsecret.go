// Package clientsecret signs a service principal in with a client secret. It
// never writes the secret anywhere.
package clientsecret

import (
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/plugins/internal/msal"
)

// Method is the record of this login method.
func Method() login.Method {
	return login.Method{
		Name:   "clientsecret",
		Title:  "a service principal with a client secret",
		Params: []string{"client-secret-file", "client-secret", "legacy", "pop-enabled", "pop-claims"},
		New:    open,
	}
}

func open(s login.Setup) (login.Credential, error) {
	secret, err := s.Request.Secret()
	if err != nil {
		return nil, fault.Wrap(fault.Usage, "", err)
	}
	if secret == "" {
		return nil, fault.New(fault.Usage, "login method clientsecret needs a secret",
			"pass --client-secret-file FILE, or set AZURE_CLIENT_SECRET")
	}
	return msal.NewApp(s, secret)
}
