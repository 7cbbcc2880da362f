package token

// Flag is one flag of get-token. The fast lane, cobra's help and completion,
// and the arguments in a kubeconfig are all made from the one table.
type Flag struct {
	Name      string
	Shorthand string   // one letter, without the dash
	Aliases   []string // other long names
	Value     string   // what help calls the value; empty: a switch
	Usage     string
	Hidden    bool // accepted for Azure/kubelogin's sake

	env    []string            // read in this order when the flag is absent
	armEnv []string            // read before env with --use-azurerm-env-vars
	envFor map[string][]string // read after env, for one method only
	param  bool                // goes to Request.Params
	key    bool                // changes what the token says
}

// Flags returns the table.
func Flags() []Flag { return flags }

var flags = []Flag{
	{Name: "server-id", Value: "ID", Usage: "application id or URI of the server app: who the token is for"},
	{Name: "client-id", Value: "ID", Usage: "application id of the client app (default: AKS's own client, for managed AKS)",
		env: []string{"AZURE_CLIENT_ID", "AAD_SERVICE_PRINCIPAL_CLIENT_ID"}, armEnv: []string{"ARM_CLIENT_ID"},
		envFor: map[string][]string{"azurepipelines": {"AZURESUBSCRIPTION_CLIENT_ID"}}},
	{Name: "tenant-id", Shorthand: "t", Value: "TENANT", Usage: "tenant: its id or one of its domains",
		env: []string{"AZURE_TENANT_ID"}, armEnv: []string{"ARM_TENANT_ID"},
		envFor: map[string][]string{"azurepipelines": {"AZURESUBSCRIPTION_TENANT_ID"}}},
	{Name: "login", Shorthand: "l", Value: "METHOD", Usage: "login method (default auto)", env: []string{"AAD_LOGIN_METHOD"}},
	{Name: "account", Value: "USER", Usage: "sign in as this user (default: the first that signed in)"},
	{Name: "cloud", Aliases: []string{"environment"}, Shorthand: "e", Value: "NAME|FILE",
		Usage: "public, usgov, china, or the path of a cloud file", env: []string{"AZURE_CLOUD_FILE", azureStackFile}},
	{Name: "client-secret-file", Value: "FILE", Usage: "file with the secret of --client-id", param: true},
	{Name: "client-secret", Value: "SECRET", Usage: "the secret itself; other programs can read it there: prefer --client-secret-file",
		env: []string{"AZURE_CLIENT_SECRET", "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET"}, armEnv: []string{"ARM_CLIENT_SECRET"}, param: true},
	{Name: "cache-dir", Aliases: []string{"token-cache-dir"}, Value: "DIR", Usage: "directory for sign-ins and tokens (default ~/.kube/cache/aad)"},
	{Name: "timeout", Value: "DURATION", Usage: "longest wait for one answer of Entra ID; never for a person (default 10s)", env: []string{"AZURE_CLI_TIMEOUT"}},
	{Name: "token-store", Value: "STORE", Usage: "where the key of saved sign-ins is kept: auto, system, keyring (forgets at reboot), file; memory saves nothing"},
	{Name: "show-token", Usage: "print the token although it goes to a terminal"},
	{Name: "verbosity", Aliases: []string{"v"}, Shorthand: "v", Value: "N", Usage: "how much to say on stderr; never a secret"},
	{Name: "disable-environment-override", Usage: "ignore the environment variables that stand for flags"},
	{Name: "use-azurerm-env-vars", Usage: "read Terraform's ARM_* variables"},
	{Name: "authority-host", Value: "URL", Usage: "authority of a built-in cloud",
		envFor: map[string][]string{"workloadidentity": {"AZURE_AUTHORITY_HOST"}}},
	{Name: "legacy", Usage: "get a token of the v1 endpoint, for the audience spn:SERVER_ID", param: true, key: true},
	{Name: "logtostderr", Usage: "accepted; everything but the token goes to stderr anyway", Hidden: true},
	{Name: "disable-instance-discovery", Usage: "accepted; no instance discovery is made anyway", Hidden: true},
	{Name: "username", Value: "USER", Usage: "user of the password method", param: true, key: true,
		env: []string{"AZURE_USERNAME", "AAD_USER_PRINCIPAL_NAME"}},
	{Name: "password", Value: "PASSWORD", Usage: "that user's password; other programs can read it there: prefer AZURE_PASSWORD", param: true,
		env: []string{"AZURE_PASSWORD", "AAD_USER_PRINCIPAL_PASSWORD"}},
	{Name: "client-certificate", Value: "FILE", Usage: "certificate and private key of --client-id, in PEM or PFX", param: true,
		env:    []string{"AZURE_CLIENT_CERTIFICATE_PATH", "AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE"},
		armEnv: []string{"ARM_CLIENT_CERTIFICATE_PATH"}},
	{Name: "client-certificate-password", Value: "PASSWORD", Usage: "password of --client-certificate; prefer AZURE_CLIENT_CERTIFICATE_PASSWORD", param: true,
		env:    []string{"AZURE_CLIENT_CERTIFICATE_PASSWORD", "AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE_PASSWORD"},
		armEnv: []string{"ARM_CLIENT_CERTIFICATE_PASSWORD"}},
	{Name: "identity-resource-id", Value: "ID", Usage: "managed identity by its resource id (by its client id: --client-id)", param: true, key: true},
	{Name: "federated-token-file", Value: "FILE", Usage: "token file of the workload that --client-id trusts", param: true,
		envFor: map[string][]string{"workloadidentity": {"AZURE_FEDERATED_TOKEN_FILE"}}},
	{Name: "azure-pipelines-service-connection-id", Value: "ID", Usage: "service connection of Azure Pipelines", param: true, key: true,
		env: []string{"AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"}},
	{Name: "subscription", Shorthand: "s", Value: "ID", Usage: "subscription of the Azure CLI account", Hidden: true, param: true, key: true},
	{Name: "redirect-url", Value: "URL", Usage: "where the browser returns to: http://localhost and a port", param: true},
	{Name: "login-hint", Value: "USER", Usage: "user name that the sign-in page suggests", param: true},
	{Name: "pop-enabled", Usage: "get a proof of possession for a cluster that is connected through Azure Arc", param: true, key: true},
	{Name: "pop-claims", Value: "u=ID", Usage: "with --pop-enabled: the cluster's resource ID, and other claims of the proof after commas", param: true, key: true},
}

// azureStackFile names the file that --environment AzureStackCloud means.
const azureStackFile = "AZURE_ENVIRONMENT_FILEPATH"

// findFlag returns the flag of a long name.
func findFlag(name string) (Flag, bool) {
	for _, f := range flags {
		if f.Name == name {
			return f, true
		}
		for _, a := range f.Aliases {
			if a == name {
				return f, true
			}
		}
	}
	return Flag{}, false
}

func findShorthand(letter string) (Flag, bool) {
	for _, f := range flags {
		if f.Shorthand == letter {
			return f, true
		}
	}
	return Flag{}, false
}
