package msal

import (
	"context"
	"crypto/rsa"
	"crypto/x509"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// App signs an application in.
type App struct {
	setup login.Setup
	wire  *transport
	prove func(context.Context) (confidential.Credential, error)
}

func newApp(s login.Setup, prove func(context.Context) (confidential.Credential, error)) *App {
	return &App{setup: s, wire: wire(s, httpx.Sleep), prove: prove}
}

// NewApp is an application with a secret. It makes no request.
func NewApp(s login.Setup, secret safetext.Secret) (*App, error) {
	c, err := confidential.NewCredFromSecret(secret.Reveal())
	if err != nil {
		return nil, fault.New(fault.Usage, "the client secret is empty")
	}
	return newApp(s, func(context.Context) (confidential.Credential, error) { return c, nil }), nil
}

// NewCertificateApp is an application with a certificate: the first of chain
// that belongs to key. It makes no request.
func NewCertificateApp(s login.Setup, chain []*x509.Certificate, key *rsa.PrivateKey) (*App, error) {
	c, err := confidential.NewCredFromCert(chain, key)
	if err != nil {
		return nil, fault.New(fault.Usage, "the private key belongs to none of the certificates")
	}
	return newApp(s, func(context.Context) (confidential.Credential, error) { return c, nil }), nil
}

// NewAssertionApp is an application that another issuer vouches for: assertion
// is asked before each request. It makes no request.
func NewAssertionApp(s login.Setup, assertion func(context.Context) (token.Assertion, error)) *App {
	return newApp(s, func(ctx context.Context) (confidential.Credential, error) {
		a, err := assertion(ctx)
		if err != nil {
			return confidential.Credential{}, err
		}
		return confidential.NewCredFromAssertionCallback(
			func(context.Context, confidential.AssertionRequestOptions) (string, error) {
				return a.JWT.Reveal(), nil
			}), nil
	})
}

// Silent implements login.Credential: one request.
func (a *App) Silent(ctx context.Context, _ login.Session) (login.Grant, error) {
	proof, err := a.prove(ctx)
	if err != nil {
		return login.Grant{}, err
	}
	// A region would send the proof to another host than the authority. The chain
	// goes along for apps that trust a subject name and issuer.
	c, err := confidential.New(a.setup.Request.Cloud.Authority(a.setup.Request.Tenant), string(a.setup.Request.Client), proof,
		confidential.WithHTTPClient(client(a.wire)), confidential.WithInstanceDiscovery(false),
		confidential.WithAzureRegion("DisableMsalForceRegion"), confidential.WithX5C())
	if err != nil {
		return login.Grant{}, fault.Wrap(fault.Config, "prepare the sign-in", err)
	}
	result, err := c.AcquireTokenByCredential(ctx, []string{a.setup.Request.Scope})
	if err != nil {
		return login.Grant{}, a.wire.explain(err)
	}
	return login.Grant{Token: token.Token{Access: safetext.Secret(result.AccessToken), Expires: result.ExpiresOn}}, nil
}
