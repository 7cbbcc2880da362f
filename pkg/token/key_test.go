package token

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func keyOf(t *testing.T, line string) Keys {
	t.Helper()
	c, err := Parse(strings.Fields(line), env())
	if err != nil {
		t.Fatal(err)
	}
	k, err := c.Keys()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeys(t *testing.T) {
	base := "--server-id " + server + " -t " + other
	same := []string{base, base + " -l devicecode", base + " -l browser -e AzurePublicCloud", "--server-id " + strings.ToUpper(server) + " -t " + strings.ToUpper(other)}
	different := []string{base, base + " -t " + server, base + " --client-id " + other, base + " -e usgov", "--server-id api://x --client-id " + client + " -t " + other,
		base + " -l spn --client-id " + client, base + " -l msi", base + " --legacy", base + " -l msi --identity-resource-id /a", base + " -l msi --identity-resource-id /b"}
	want := keyOf(t, base).Token("home")
	for _, line := range same {
		if keyOf(t, line).Token("home") != want {
			t.Errorf("%s has another key", line)
		}
	}
	seen := map[string]string{}
	for _, line := range different {
		k := keyOf(t, line).Token("home")
		if was, ok := seen[k]; ok {
			t.Errorf("one key for\n%s\n%s", was, line)
		}
		seen[k] = line
	}
	k := keyOf(t, base)
	if k.Token("alice") == k.Token("bob") || k.Refresh("alice") == k.Refresh("bob") {
		t.Error("two accounts share a key")
	}
	if k.Refresh("alice") != keyOf(t, base+" -t "+server).Refresh("alice") {
		t.Error("one sign-in does not serve two tenants")
	}
}

// A cloud file is known by its authority and CA, whatever it calls itself.
func TestACloudFileCannotPose(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("ca.pem", "one")
	evil := write("evil.json", `{"name":"public","activeDirectoryEndpoint":"https://evil.example"}`)
	posing := write("posing.json", `{"name":"public","activeDirectoryEndpoint":"https://login.microsoftonline.com","caFile":"ca.pem"}`)
	base := "--server-id " + server + " -t " + other
	public := keyOf(t, base)
	for _, file := range []string{evil, posing} {
		k := keyOf(t, base+" -e "+file)
		if k.Token("a") == public.Token("a") || k.Refresh("a") == public.Refresh("a") || k.Accounts() == public.Accounts() || k.Lock() == public.Lock() {
			t.Errorf("%s shares a key with the public cloud", file)
		}
	}
	before := keyOf(t, base+" -e "+posing).Refresh("a")
	write("ca.pem", "another")
	if keyOf(t, base+" -e "+posing).Refresh("a") == before {
		t.Error("another CA has the same key")
	}
}

func TestFingerprint(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("one\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	line := "--server-id " + server + " -t " + other + " --client-id " + other + " --client-secret"
	of := func(extra string) string {
		c, err := Parse(strings.Fields(line+extra), env())
		if err != nil {
			t.Fatal(err)
		}
		f, err := c.Fingerprint()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	if of("-file "+file) != of(" one") || of(" one") == of(" two") {
		t.Error("the fingerprint is not the secret's")
	}
	if c, _ := Parse(strings.Fields(line+"-file /nowhere"), env()); c.Method == "clientsecret" {
		if _, err := c.Fingerprint(); err == nil {
			t.Error("a missing file has a fingerprint")
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("--server-id\n"+server+"\n-t\ncontoso.com", "AZURE_CLIENT_ID="+other)
	f.Add("-lspn\n--client-secret=\n--", "AAD_LOGIN_METHOD=msi")
	f.Fuzz(func(t *testing.T, line, variables string) {
		m := map[string]string{}
		for _, v := range strings.Split(variables, "\n") {
			name, value, _ := strings.Cut(v, "=")
			m[name] = value
		}
		c, err := Parse(strings.Split(line, "\n"), func(k string) string { return m[k] })
		if err != nil {
			return
		}
		if c.Client == "" && methodOf(c.Method).client < clientPicks || c.Tenant == "" || c.Audience() == "" || strings.ContainsAny(c.Tenant, "/\\ ?#%") || c.Cloud.Login == "" {
			t.Errorf("accepted %+v", c.Request)
		}
		if again, err := Parse(c.Args()[1:], func(string) string { return "" }); err == nil && again.Method != c.Method {
			t.Errorf("method %s came back as %s", c.Method, again.Method)
		}
		if _, err := FindMethod(c.Method); err != nil {
			t.Error(err)
		}
	})
}
