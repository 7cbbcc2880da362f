// Package azurepipelines signs an application in with a service connection of
// Azure Pipelines. It needs no secret and stores none.
package azurepipelines

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
		Name:   "azurepipelines",
		Title:  "a service connection of Azure Pipelines",
		Params: []string{"azure-pipelines-service-connection-id"},
		New: func(s login.Setup) (login.Credential, error) {
			if s.Request.Params.Get("azure-pipelines-service-connection-id") == "" {
				return nil, fault.New(fault.Usage, "login method azurepipelines needs --azure-pipelines-service-connection-id",
					"run in an AzureCLI@2 task, which sets AZURESUBSCRIPTION_SERVICE_CONNECTION_ID")
			}
			return msal.NewAssertionApp(s, func(ctx context.Context) (token.Assertion, error) { return ask(ctx, s) }), nil
		},
	}
}

// version of the OIDC token request, learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken.
const version = "7.1"

const handOver = "the step needs: env: { SYSTEM_ACCESSTOKEN: $(System.AccessToken) }"

// ask gets the connection's token from Azure DevOps.
func ask(ctx context.Context, s login.Setup) (token.Assertion, error) {
	address, err := url.Parse(s.Machine.Env("SYSTEM_OIDCREQUESTURI"))
	bearer := s.Machine.Env("SYSTEM_ACCESSTOKEN")
	if err != nil || address.Scheme != "https" || address.Host == "" || bearer == "" {
		return token.Assertion{}, fault.New(fault.Config, "Azure Pipelines offers no token here (SYSTEM_OIDCREQUESTURI, SYSTEM_ACCESSTOKEN)", handOver)
	}
	address.RawQuery = url.Values{"api-version": {version},
		"serviceConnectionId": {s.Request.Params.Get("azure-pipelines-service-connection-id")}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), http.NoBody)
	if err != nil {
		return token.Assertion{}, fault.New(fault.Config, "SYSTEM_OIDCREQUESTURI is no address")
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-TFS-FedAuthRedirect", "Suppress") // an answer, not a sign-in page
	status, body, err := login.Ask(s.Machine.Web, req, "Azure DevOps")
	if err != nil {
		return token.Assertion{}, err
	}
	if status != http.StatusOK {
		return token.Assertion{}, fault.Hint(fault.Newf(fault.Config, "Azure DevOps answered %d %s", status, http.StatusText(status)),
			handOver, "the pipeline must be allowed to use the service connection")
	}
	var in struct {
		Token string `json:"oidcToken"`
	}
	if json.Unmarshal(body, &in) != nil {
		return token.Assertion{}, fault.New(fault.Config, "Azure DevOps did not answer with JSON")
	}
	a, err := token.ParseAssertion(in.Token)
	return a, fault.Wrap(fault.Config, "Azure DevOps' token", err)
}
