package token

import (
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// environmentOff reports --disable-environment-override.
func (v values) environmentOff() bool { return v["disable-environment-override"] == "true" }

// chooseMethod returns the method that a command line means. A secret given by
// hand is a wish to use it; one that merely lies in the environment changes
// nobody's sign-in, except in a recognised CI, where there is nobody.
func chooseMethod(given values, getenv func(string) string) (string, error) {
	if given.environmentOff() {
		getenv = func(string) string { return "" }
	}
	name, isGiven := given["login"]
	if !isGiven {
		name = getenv("AAD_LOGIN_METHOD")
	}
	method, err := FindMethod(name)
	if err != nil {
		return "", err
	}
	secret := given["client-secret"] != "" || given["client-secret-file"] != ""
	has := func(flag string) bool { return given.orEnv(flag, getenv) != "" }
	switch {
	case method == Auto && secret:
		return "clientsecret", nil
	case method == Auto && given["client-certificate"] != "":
		return "clientcertificate", nil
	case method == Auto && given["account"] == "":
		return offered(given, getenv), nil
	case strings.EqualFold(name, "spn") && has("client-certificate") && !secret:
		return "clientcertificate", nil
	case method == "workloadidentity" && given["federated-token-file"] == "" && isSet(getenv, githubToken...):
		return "githubactions", nil // as Azure/kubelogin does
	}
	return method, nil
}

// What tells a CI system, and what of it gives tokens.
var (
	githubToken    = []string{"ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"}
	pipelinesToken = []string{"SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"}
	workloadToken  = []string{"AZURE_FEDERATED_TOKEN_FILE", "AZURE_TENANT_ID", "AZURE_CLIENT_ID"}
)

// offered is what auto means here: what a recognised CI offers, else a person.
// It looks at variables only: no file, no metadata service.
func offered(given values, getenv func(string) string) string {
	client := given.orEnv("client-id", getenv)
	app := client != "" && !strings.EqualFold(client, string(entra.AKSClient)) // AKS's own client signs people in
	github, pipelines := getenv("GITHUB_ACTIONS") == "true", isSet(getenv, "TF_BUILD")
	switch {
	case github && app && isSet(getenv, githubToken...):
		return "githubactions"
	case pipelines && isSet(getenv, pipelinesToken...) && (app || isSet(getenv, "AZURESUBSCRIPTION_CLIENT_ID")):
		return "azurepipelines"
	case app && isSet(getenv, workloadToken...):
		return "workloadidentity"
	case !github && !pipelines:
		return Auto
	case app && given.orEnv("client-secret", getenv) != "":
		return "clientsecret"
	case app && given.orEnv("client-certificate", getenv) != "":
		return "clientcertificate"
	}
	return "azurecli" // azure/login and the AzureCLI task leave a sign-in there
}

// orEnv returns a flag's value, or that of the first variable that stands for it
// whatever the method.
func (v values) orEnv(name string, getenv func(string) string) string {
	if value, ok := v[name]; ok {
		return value
	}
	f, _ := findFlag(name)
	names := f.env
	if v["use-azurerm-env-vars"] == "true" {
		names = slices.Concat(f.armEnv, f.env)
	}
	for _, n := range names {
		if e := getenv(n); e != "" {
			return e
		}
	}
	return ""
}

// isSet reports whether all of the variables are.
func isSet(getenv func(string) string, names ...string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { return getenv(n) == "" })
}
