package login

import (
	"net/http"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// proof is how a client has proved itself: the value of appidacr and azpacr.
type proof string

const (
	noProof  proof = "0"
	bySecret proof = "1"
	byKey    proof = "2" // a certificate or a federated credential
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// prove checks what the client of a request proves itself with, if anything.
func (s *Service) prove(a ask, secret string) (proof, *failure) {
	t := a.tenant
	if t == nil {
		t = s.deps.Directory.Tenants()[0]
	}
	text := a.form("client_assertion")
	switch {
	case text == "" && secret == "":
		return noProof, nil
	case text == "":
		return bySecret, checkSecret(t, a.app, secret)
	case a.form("client_assertion_type") == "":
		return noProof, fail(900144, "client_assertion_type")
	case a.form("client_assertion_type") != assertionType:
		return noProof, fail(50027, "the type of the assertion is not supported")
	}
	as, err := parseAssertion(text)
	if err != nil {
		return noProof, fail(50027, err)
	}
	if as.claims.Issuer == as.claims.Subject || as.claims.Issuer == string(a.app.AppID) {
		return byKey, s.byCertificate(a, t, as)
	}
	return byKey, s.byFederation(a.r.Context(), a.app, as)
}

// checkSecret says what is wrong with a client's secret.
func checkSecret(t *directory.Tenant, app *directory.Application, secret string) *failure {
	switch t.CheckSecret(app.AppID, secret) {
	case directory.SecretGood:
		return nil
	case directory.SecretExpired:
		return fail(7000222, app.AppID)
	}
	if public(app) && len(app.PasswordCredentials) == 0 {
		return fail(700025)
	}
	return fail(7000215, app.AppID)
}

// public reports whether an application may sign people in without a secret.
func public(app *directory.Application) bool {
	return app.IsFallbackPublicClient != nil && *app.IsFallbackPublicClient
}

// confidential demands a proof from a client that is not public.
func (a ask) confidential() *failure {
	if a.proof == noProof && !public(a.app) {
		return fail(7000218, a.app.AppID)
	}
	return nil
}

// unauthorized is what every refusal of a client's proof answers with.
const unauthorized = http.StatusUnauthorized
