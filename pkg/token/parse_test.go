package token

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

const (
	server = "6dae42f8-4368-4678-94ff-3960e28e3630"
	client = "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
	other  = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
)

func env(pairs ...string) func(string) string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(k string) string { return m[k] }
}

func TestParse(t *testing.T) {
	base := "--server-id " + server + " --tenant-id contoso.com"
	cases := []struct {
		name, args string
		env        []string
		check      func(Command) bool
	}{
		{"defaults", base, nil, func(c Command) bool {
			return c.Method == Auto && string(c.Client) == client && c.Scope == server+"/.default" && c.Cloud.Name == "public" && c.ForPerson()
		}},
		{"kubelogin's line", "--login devicecode --environment AzurePublicCloud --tenant-id " + other + " --server-id " + server +
			" --client-id " + client + " --token-cache-dir /x -v 0 --logtostderr --disable-instance-discovery --timeout 60s", nil,
			func(c Command) bool {
				return c.Method == "devicecode" && c.CacheDir == "/x" && c.Timeout == time.Minute && c.ResolvedTenant()
			}},
		{"spellings", "--server-id=" + strings.ToUpper(server) + " -t=Contoso.COM -ldevicecode -e AzureUSGovernmentCloud --legacy=false", nil,
			func(c Command) bool {
				return c.Tenant == "contoso.com" && c.Cloud.Name == "usgov" && c.Audience() == server && c.Params.Get("legacy") == ""
			}},
		{"the last wins", base + " -t fabrikam.com", nil, func(c Command) bool { return c.Tenant == "fabrikam.com" }},
		{"scope suffix", "--server-id api://" + other + "/.default --client-id " + other + " -t contoso.com", nil,
			func(c Command) bool { return c.Audience() == "api://"+other }},
		{"environment fills", "--server-id " + server, []string{"AZURE_TENANT_ID", other, "AZURE_CLIENT_ID", other, "AAD_LOGIN_METHOD", "spn", "AZURE_CLIENT_SECRET", "s"},
			func(c Command) bool {
				return c.Tenant == other && string(c.Client) == other && c.Method == "clientsecret" && c.Params.Get("client-secret") == "s" && c.Overruled == nil
			}},
		{"flags win", base + " --client-id " + client + " -l devicecode", []string{"AZURE_TENANT_ID", other, "AZURE_CLIENT_ID", other, "AAD_LOGIN_METHOD", "spn"},
			func(c Command) bool {
				return c.Tenant == "contoso.com" && string(c.Client) == client && c.Method == "devicecode" &&
					reflect.DeepEqual(c.Overruled, []string{"AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AAD_LOGIN_METHOD"})
			}},
		{"environment off", base + " --disable-environment-override", []string{"AZURE_CLIENT_ID", other, "AAD_LOGIN_METHOD", "spn"},
			func(c Command) bool { return string(c.Client) == client && c.Method == Auto }},
		{"terraform's", "--server-id " + server + " --use-azurerm-env-vars", []string{"ARM_TENANT_ID", other, "AZURE_TENANT_ID", "contoso.com"},
			func(c Command) bool { return c.Tenant == other }},
		{"not terraform's", base, []string{"ARM_CLIENT_ID", other}, func(c Command) bool { return string(c.Client) == client }},
		{"a secret in the environment changes no person's sign-in", base, []string{"AZURE_CLIENT_SECRET", "s"},
			func(c Command) bool { return c.Method == Auto }},
		{"a secret on the command line is meant", base + " --client-id " + other + " --client-secret-file f", nil, func(c Command) bool { return c.Method == "clientsecret" }},
		{"spn with a certificate", base + " --client-id " + other + " -l spn --client-certificate f", nil, func(c Command) bool { return c.Method == "clientcertificate" }},
		{"a known authority chooses its cloud", base + " --authority-host https://login.microsoftonline.us/", nil,
			func(c Command) bool { return c.Cloud.Name == "usgov" }},
		{"authority of the environment is for workloads", base, []string{"AZURE_AUTHORITY_HOST", "https://evil.example/"},
			func(c Command) bool { return c.Cloud.Name == "public" }},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			c, err := Parse(strings.Fields(tc.args), env(tc.env...))
			if err != nil {
				t.Fatal(err)
			}
			if !tc.check(c) {
				t.Errorf("got %+v", c)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	base := "--server-id " + server + " --tenant-id contoso.com "
	for args, want := range map[string]string{
		"--tenant-id contoso.com":                              "--server-id is required",
		"--server-id " + server:                                "--tenant-id is required",
		"--server-id " + other + " -t contoso.com":             "--client-id is required",
		base + "--client-id my-secret-value":                   "not an application id",
		base + "-t common":                                     "any tenant",
		base + "-t ../x":                                       "neither",
		base + "-l magic":                                      "unknown login method",
		base + "-e Narnia":                                     "unknown cloud",
		base + "--clientsecret=hunter2":                        "unknown flag: --clientsecret",
		base + "-z":                                            "unknown flag",
		base + "--account":                                     "needs an argument",
		base + "hunter2":                                       "unexpected argument",
		base + "--legacy=perhaps":                              "switch",
		base + "--timeout soon":                                "duration",
		base + "-v many":                                       "number",
		base + "--authority-host https://evil.example/":        "cloud file",
		base + "-e public --authority-host https://evil.test/": "cloud file",
		base + "--pop-claims u=/x":                             "add --pop-enabled",
		base + "-l azurepipelines":                             "login method azurepipelines",
		base + "--help":                                        "help",
	} {
		_, err := Parse(strings.Fields(args), env())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", args, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error shows a value that may be a secret: %v", args, err)
		}
	}
}

func TestAzureStackCloudIsAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "stack.json")
	if err := os.WriteFile(file, []byte(`{"name":"stack","activeDirectoryEndpoint":"https://login.stack.example/"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"--server-id", server, "-t", other, "-e", "AzureStackCloud"}
	c, err := Parse(args, env("AZURE_ENVIRONMENT_FILEPATH", file))
	if err != nil || c.Cloud.Login != "https://login.stack.example" {
		t.Errorf("got %+v, %v", c.Cloud, err)
	}
	if _, err := Parse(args, env()); err == nil {
		t.Error("an unknown cloud was taken for another")
	}
}

func TestNothingPrintsASecret(t *testing.T) {
	c, err := Parse([]string{"--server-id", server, "-t", other, "--client-id", other, "--client-secret", "hunter2"}, env())
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	shown := fmt.Sprintf("%v %+v %#v %s %v", c, c, c, data, c.Args())
	if strings.Contains(shown, "hunter2") {
		t.Error(shown)
	}
}

// Args must ask for the same token again, and never with a secret.
func TestArgsComeBack(t *testing.T) {
	for _, line := range []string{
		"--server-id " + server + " -t contoso.com",
		"--server-id api://x -t contoso.com --client-id " + other + " -e usgov -l devicecode --account alice@contoso.com",
		"--server-id api://x -t contoso.com --client-id " + other + " --client-secret-file /tmp/s",
		"--server-id " + server + " -t contoso.com -l msi --identity-resource-id /subscriptions/x",
		"--server-id " + server + " -t contoso.com -l browser --login-hint alice@contoso.com --redirect-url http://localhost:8400",
		"--server-id " + server + " -t contoso.com --pop-enabled --pop-claims u=/x --legacy",
	} {
		c, err := Parse(strings.Fields(line), env())
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(c.Args()[1:], env())
		if err != nil || !reflect.DeepEqual(again.Request, c.Request) {
			t.Errorf("%s\n got %+v, %v\nwant %+v", line, again.Request, err, c.Request)
		}
	}
}

func TestTheTableIsSound(t *testing.T) {
	seen := map[string]bool{"h": true, "help": true}
	for _, f := range Flags() {
		for _, n := range append([]string{f.Name, f.Shorthand}, f.Aliases...) {
			if n != "" && seen[n] && n != f.Shorthand {
				t.Errorf("--%s is there twice", n)
			}
			seen[n] = true
		}
		if f.Usage == "" {
			t.Errorf("--%s has no help", f.Name)
		}
	}
}
