package token

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

func TestAFlagBeatsTheVariableOfItsRival(t *testing.T) {
	dir := t.TempDir()
	secret, stack := filepath.Join(dir, "secret"), filepath.Join(dir, "stack.json")
	for path, text := range map[string]string{secret: "of the file\n", stack: `{"name":"stack","activeDirectoryEndpoint":"https://login.stack.example/"}`} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const gov, public = "https://login.microsoftonline.us", "https://login.microsoftonline.com/"
	base := "--server-id " + server + " -t contoso.com --client-id " + other + " "
	for _, tc := range []struct {
		name, args    string
		env           []string
		cloud, secret string
		overruled     []string
	}{
		{"a secret's file", "--client-secret-file " + secret, []string{"AZURE_CLIENT_SECRET", "of the variable"}, "public", "of the file", []string{"AZURE_CLIENT_SECRET"}},
		{"two variables", "--client-secret-file " + secret, []string{"AZURE_CLIENT_SECRET", "x", "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET", "y"}, "public", "of the file",
			[]string{"AZURE_CLIENT_SECRET", "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET"}},
		{"terraform's", "--use-azurerm-env-vars --client-secret-file " + secret, []string{"ARM_CLIENT_SECRET", "x"}, "public", "of the file", []string{"ARM_CLIENT_SECRET"}},
		{"both by hand", "--client-secret s --client-secret-file " + secret, []string{"AZURE_CLIENT_SECRET", "s"}, "public", "s", nil},
		{"no file by hand", "-l spn --client-secret-file=", []string{"AZURE_CLIENT_SECRET", "s"}, "public", "s", nil},
		{"environment off", "--disable-environment-override --client-secret-file " + secret, []string{"AZURE_CLIENT_SECRET", "s"}, "public", "of the file", nil},
		{"a cloud", "-l workloadidentity --cloud usgov", []string{"AZURE_AUTHORITY_HOST", public}, "usgov", "", []string{"AZURE_AUTHORITY_HOST"}},
		{"a cloud of that authority", "-l workloadidentity --cloud usgov", []string{"AZURE_AUTHORITY_HOST", gov + "/"}, "usgov", "", nil},
		{"no cloud by hand", "-l workloadidentity", []string{"AZURE_AUTHORITY_HOST", gov}, "usgov", "", nil},
		{"an authority", "--authority-host " + gov, []string{"AZURE_CLOUD_FILE", stack}, "usgov", "", []string{"AZURE_CLOUD_FILE"}},
		{"an authority and a file that is gone", "--authority-host " + gov, []string{"AZURE_CLOUD_FILE", "/nowhere.json"}, "usgov", "", []string{"AZURE_CLOUD_FILE"}},
		{"the authority of the file", "--authority-host https://LOGIN.stack.example", []string{"AZURE_CLOUD_FILE", stack}, "stack", "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := Parse(strings.Fields(base+tc.args), env(tc.env...))
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.Secret()
			if err != nil || got.Reveal() != tc.secret || c.Cloud.Name != tc.cloud || !slices.Equal(c.Overruled, tc.overruled) {
				t.Errorf("secret %q, %v, cloud %q, overruled %q", got.Reveal(), err, c.Cloud.Name, c.Overruled)
			}
		})
	}
	if _, err := Parse(strings.Fields(base+"--authority-host https://evil.example"), env("AZURE_CLOUD_FILE", stack)); err == nil {
		t.Error("an unknown authority was taken for the file's")
	}
}

func TestCompleteKeepsTheSecretsFile(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("of the file"), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{secret: "of the file", "": "of the variable"} {
		r, err := Request{Method: "clientsecret", Params: Params{"client-secret-file": safetext.Secret(file)}}.
			Complete(env("AZURE_CLIENT_ID", other, "AZURE_CLIENT_SECRET", "of the variable"), false)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.Secret(); err != nil || got.Reveal() != want {
			t.Errorf("%q: %q, %v", file, got.Reveal(), err)
		}
	}
}
