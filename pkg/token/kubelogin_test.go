package token

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// kubeloginFlags are the flags of "kubelogin get-token --help" of
// Azure/kubelogin v0.2.21, but help: each with what it must come to here.
var kubeloginFlags = map[string]struct {
	args  string
	check func(Command) bool
}{
	"authority-host": {"--authority-host https://login.microsoftonline.us/", func(c Command) bool { return c.Cloud.Name == "usgov" }},
	"azure-pipelines-service-connection-id": {"-l azurepipelines --client-id " + other + " --azure-pipelines-service-connection-id x",
		param("azure-pipelines-service-connection-id")},
	"cache-dir":                    {"--cache-dir x", func(c Command) bool { return c.CacheDir == "x" }},
	"client-certificate":           {"-l spn --client-id " + other + " --client-certificate x", param("client-certificate")},
	"client-certificate-password":  {"-l spn --client-id " + other + " --client-certificate f --client-certificate-password x", param("client-certificate-password")},
	"client-id":                    {"--client-id " + other, func(c Command) bool { return string(c.Client) == other }},
	"client-secret":                {"-l spn --client-id " + other + " --client-secret x", param("client-secret")},
	"disable-environment-override": {"--disable-environment-override", func(c Command) bool { return c.Method == Auto }},
	"disable-instance-discovery":   {"--disable-instance-discovery", same},
	"environment":                  {"-e AzureChinaCloud", func(c Command) bool { return c.Cloud.Name == "china" }},
	"federated-token-file":         {"-l workloadidentity --client-id " + other + " --federated-token-file x", param("federated-token-file")},
	"identity-resource-id":         {"-l msi --identity-resource-id x", param("identity-resource-id")},
	"legacy":                       {"--legacy", func(c Command) bool { return c.Params.Get("legacy") == "true" }},
	"login":                        {"-l interactive", func(c Command) bool { return c.Method == "browser" }},
	"login-hint":                   {"-l interactive --login-hint x", param("login-hint")},
	"logtostderr":                  {"--logtostderr", same},
	"password":                     {"-l ropc --username u --password x", param("password")},
	"pop-claims":                   {"-l interactive --pop-enabled --pop-claims x", param("pop-claims")},
	"pop-enabled":                  {"-l interactive --pop-enabled --pop-claims u=x", func(c Command) bool { return c.Proves() }},
	"redirect-url":                 {"-l interactive --redirect-url x", param("redirect-url")},
	"server-id":                    {"--client-id " + other + " --server-id " + other, func(c Command) bool { return c.Audience() == other }},
	"subscription":                 {"-l azurecli -s x", param("subscription")},
	"tenant-id":                    {"-t " + other, func(c Command) bool { return c.Tenant == other }},
	"timeout":                      {"--timeout 1m0s", func(c Command) bool { return c.Timeout.Seconds() == 60 }},
	"use-azurerm-env-vars":         {"--use-azurerm-env-vars -l spn --client-id " + other, func(c Command) bool { return c.Params.Get("client-secret") == "arm" }},
	"username":                     {"-l ropc --username x", param("username")},
	"v":                            {"-v 5", func(c Command) bool { return c.Verbosity == 5 }},
}

// same is for what has no effect on the request.
func same(c Command) bool {
	return c.Method == "clientsecret" && c.Audience() == server && c.Cloud.Name == "public" && len(c.Params) == 1
}

func param(name string) func(Command) bool {
	return func(c Command) bool { return c.Params.Get(name) == "x" }
}

// A kubeconfig that runs Azure/kubelogin runs this program when its command is
// changed, whatever its arguments are.
func TestFlagsOfKubelogin(t *testing.T) {
	base := strings.Fields("--server-id " + server + " --tenant-id contoso.com")
	around := env("AAD_LOGIN_METHOD", "spn", "AZURE_CLIENT_ID", other, "AZURE_CLIENT_SECRET", "azure", "ARM_CLIENT_SECRET", "arm")
	for name, f := range kubeloginFlags {
		c, err := Parse(append(slices.Clone(base), strings.Fields(f.args)...), around)
		if err != nil || !f.check(c) {
			t.Errorf("--%s: %+v, %v", name, c, err)
		}
	}
}

// The list is compared with the program itself where it is installed.
func TestFlagsOfTheRealKubelogin(t *testing.T) {
	path, err := exec.LookPath("kubelogin")
	if err != nil {
		t.Skip("kubelogin is not on PATH")
	}
	out, err := exec.Command(path, "get-token", "--help").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "AAD") {
		t.Skipf("%s is another kubelogin than Azure's: %v", path, err)
	}
	found := regexp.MustCompile(`(?m)^ +(?:-\w, +)?--([\w-]+)`).FindAllStringSubmatch(string(out), -1)
	if len(found) == 0 {
		t.Fatalf("no flag in %s", out)
	}
	for _, f := range found {
		if _, known := kubeloginFlags[f[1]]; !known && f[1] != "help" {
			t.Errorf("--%s is not in the list", f[1])
		}
	}
	if len(found) != len(kubeloginFlags)+1 {
		t.Errorf("%d flags, and %d in the list", len(found)-1, len(kubeloginFlags))
	}
}
