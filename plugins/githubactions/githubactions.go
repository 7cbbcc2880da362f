// Package githubactions signs an application in with the identity of a GitHub
// Actions job. It needs no secret and stores none.
package githubactions

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/plugins/internal/msal"
)

// Method is the record of this login method.
func Method() login.Method {
	return login.Method{
		Name:  "githubactions",
		Title: "a GitHub Actions job that Entra ID trusts",
		New: func(s login.Setup) (login.Credential, error) {
			return msal.NewAssertionApp(s, func(ctx context.Context) (token.Assertion, error) { return ask(ctx, s) }), nil
		},
	}
}

// audiences of federated credentials, by cloud; a cloud file has the first.
var audiences = map[string]string{
	"":      "api://AzureADTokenExchange",
	"usgov": "api://AzureADTokenExchangeUSGov",
	"china": "api://AzureADTokenExchangeChina",
}

const permission = "the job needs: permissions: { id-token: write }"

// ask gets the job's token from GitHub.
func ask(ctx context.Context, s login.Setup) (token.Assertion, error) {
	address, err := url.Parse(s.Machine.Env("ACTIONS_ID_TOKEN_REQUEST_URL"))
	bearer := s.Machine.Env("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
	if err != nil || address.Scheme != "https" || address.Host == "" || bearer == "" {
		return token.Assertion{}, fault.New(fault.Config, "GitHub Actions offers no token here (ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN)", permission)
	}
	audience := audiences[""]
	if a, ok := audiences[s.Request.Cloud.Name]; ok && s.Request.Cloud.BuiltIn() {
		audience = a
	}
	q := address.Query()
	q.Set("audience", audience)
	address.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return token.Assertion{}, fault.New(fault.Config, "ACTIONS_ID_TOKEN_REQUEST_URL is no address")
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	req.Header.Set("Accept", "application/json")
	status, body, err := login.Ask(s.Machine.Web, req, "GitHub's token service")
	if err != nil {
		return token.Assertion{}, err
	}
	if status != http.StatusOK {
		return token.Assertion{}, fault.Hint(fault.Newf(fault.Config, "GitHub's token service answered %d %s", status, http.StatusText(status)), permission)
	}
	var in struct {
		Value string `json:"value"`
	}
	if json.Unmarshal(body, &in) != nil {
		return token.Assertion{}, fault.New(fault.Config, "GitHub's token service did not answer with JSON")
	}
	a, err := token.ParseAssertion(in.Value)
	return a, fault.Wrap(fault.Config, "GitHub's token", err)
}
