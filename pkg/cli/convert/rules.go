package convert

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig/edit"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// sort is how a user signs in.
type sort string

const (
	ours      sort = "kubectl-aad"
	kubelogin sort = "kubelogin" // Azure's
	provider  sort = "the auth-provider that kubectl 1.26 dropped"
	oidc      sort = "int128/kubelogin, which is for other identity providers"
	foreign   sort = "another program"
	none      sort = "no credential plugin"
)

const (
	apiV1     = "client.authentication.k8s.io/v1"
	apiAlpha  = "client.authentication.k8s.io/v1alpha1"
	available = "IfAvailable"
)

// sortOf tells two programs of one name apart by their arguments.
func sortOf(u edit.User) sort {
	command, _ := u.Exec["command"].(string)
	name := strings.TrimSuffix(path.Base(strings.ReplaceAll(command, `\`, "/")), ".exe")
	args := argsOf(u)
	switch {
	case u.Exec == nil && u.Provider == "azure":
		return provider
	case u.Exec == nil:
		return none
	case name == "kubectl-aad" || name == "aad-core":
		return ours
	case slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "--oidc-") }), name == "kubectl-oidc_login":
		return oidc
	case name == "kubelogin" && len(args) > 0 && args[0] == "get-token":
		return kubelogin
	}
	return foreign
}

func argsOf(u edit.User) []string {
	list, _ := u.Exec["args"].([]any)
	args := make([]string, 0, len(list))
	for _, a := range list {
		args = append(args, fmt.Sprint(a))
	}
	return args
}

// envOf are the variables that the kubeconfig sets for the plugin.
func envOf(u edit.User) map[string]string {
	env := map[string]string{}
	list, _ := u.Exec["env"].([]any)
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			env[fmt.Sprint(m["name"])] = fmt.Sprint(m["value"])
		}
	}
	return env
}

// toOurs changes only what must be: the program, and an API version that
// kubectl has dropped. kubelogin's flags mean the same here.
func toOurs(u edit.User) edit.Change {
	if sortOf(u) == provider {
		return fromProvider(u.Config)
	}
	c := edit.Change{Command: "kubectl-aad", InstallHint: setup.SignIn{}.ExecEntry().InstallHint}
	version, _ := u.Exec["apiVersion"].(string)
	if version == "" || version == apiAlpha {
		c.APIVersion, version = apiV1, apiV1
	}
	if mode, _ := u.Exec["interactiveMode"].(string); mode == "" && version == apiV1 {
		c.InteractiveMode = available // v1 demands one
	}
	return c
}

// fromProvider makes an entry of the settings of the azure auth-provider. Its
// saved tokens are dropped: they were of a kind that ended in 2023.
func fromProvider(config map[string]string) edit.Change {
	args := []string{"get-token", "--server-id", config["apiserver-id"]}
	for _, a := range []struct{ flag, key string }{{"--client-id", "client-id"}, {"--tenant-id", "tenant-id"}} {
		if v := config[a.key]; v != "" {
			args = append(args, a.flag, v)
		}
	}
	if env := config["environment"]; env != "" && !strings.EqualFold(env, "AzurePublicCloud") {
		args = append(args, "--environment", env)
	}
	// config-mode 0 asked for "spn:ID"; AKS takes both forms.
	if config["config-mode"] != "1" && config["apiserver-id"] != string(entra.AKSServer) {
		args = append(args, "--legacy")
	}
	return edit.Change{APIVersion: apiV1, Command: "kubectl-aad", Args: args, InteractiveMode: available,
		InstallHint: setup.SignIn{}.ExecEntry().InstallHint}
}

// kubeloginMethods are kubelogin's names for our methods, where they differ.
var kubeloginMethods = map[string]string{
	token.Auto: "devicecode", "browser": "interactive", "clientsecret": "spn", "clientcertificate": "spn",
	"managedidentity": "msi", "githubactions": "workloadidentity", "password": "ropc",
}

// clouds are the names that kubelogin knows.
var clouds = map[string]string{"public": "AzurePublicCloud", "usgov": "AzureUSGovernmentCloud", "china": "AzureChinaCloud"}

// lost are our flags that kubelogin has not.
var lost = []string{"account", "client-secret-file", "show-token", "token-store"}

// toKubelogin spells our flags as kubelogin does. Notes say what it cannot do.
func toKubelogin(u edit.User) (c edit.Change, notes []string) {
	var list []token.Arg
	login, client, server := false, false, ""
	for _, a := range token.SplitArgs(argsOf(u)) {
		switch {
		case slices.Contains(lost, a.Flag):
			notes = append(notes, "--"+a.Flag+" is left out: kubelogin has no such flag")
			continue
		case a.Flag == "login":
			login = true
			a = respelled(a, "--login", kubeloginMethod(a.Value))
		case a.Flag == "cloud":
			name, known := cloudName(a.Value)
			if !known {
				notes = append(notes, "kubelogin finds a private cloud by the variable AZURE_ENVIRONMENT_FILEPATH: set it to "+a.Value)
			}
			a = respelled(a, "--environment", name)
		case a.Flag == "client-id":
			client = true
		case a.Flag == "server-id":
			server = a.Value
		}
		list = append(list, a)
	}
	if !client && server == string(entra.AKSServer) {
		list = token.AddFlag(list, "client-id", string(entra.AKSClient))
	}
	if !login {
		list = token.AddFlag(list, "login", "devicecode")
	}
	return edit.Change{Command: "kubelogin", Args: token.JoinArgs(list), InstallHint: "kubelogin is not installed or not on PATH: see https://azure.github.io/kubelogin"}, notes
}

// respelled keeps an argument as it is written when it says that already.
func respelled(a token.Arg, flag, value string) token.Arg {
	if a.Value != value || !strings.HasPrefix(a.Raw[0], flag) {
		a.Raw = []string{flag, value}
	}
	return a
}

func kubeloginMethod(name string) string {
	method, err := token.FindMethod(name)
	if other, differs := kubeloginMethods[method]; err == nil && differs {
		return other
	}
	return name
}

// cloudName is kubelogin's name of a cloud; a cloud file has none.
func cloudName(name string) (string, bool) {
	for own, theirs := range clouds {
		if strings.EqualFold(name, own) || strings.EqualFold(name, theirs) {
			return theirs, true
		}
	}
	return "AzureStackCloud", strings.EqualFold(name, "AzureStackCloud")
}
