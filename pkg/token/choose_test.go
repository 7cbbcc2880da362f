package token

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	person1 = " --client-id " + client // AKS's own client
	robot   = " --client-id " + other
)

func TestAutoTakesOnlyWhatARecognisedCIOffers(t *testing.T) {
	base := "--server-id " + server + " -t contoso.com"
	github := []string{"GITHUB_ACTIONS", "true", "ACTIONS_ID_TOKEN_REQUEST_URL", "https://x", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "t"}
	pipelines := []string{"TF_BUILD", "True", "SYSTEM_OIDCREQUESTURI", "https://x", "SYSTEM_ACCESSTOKEN", "t", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "c"}
	workload := []string{"AZURE_FEDERATED_TOKEN_FILE", "/f", "AZURE_TENANT_ID", other, "AZURE_CLIENT_ID", other}
	for _, tc := range []struct {
		args string
		env  []string
		want string
	}{
		{base, nil, Auto},
		{base, []string{"CI", "true", "IDENTITY_ENDPOINT", "http://169.254.169.254", "AZURE_CLIENT_SECRET", "s", "AZURE_CLIENT_ID", other}, Auto},
		{base + robot, github, "githubactions"},
		{base, append([]string{"AZURE_CLIENT_ID", other}, github...), "githubactions"},
		{base, github, "azurecli"},
		{base + person1, github, "azurecli"},
		{base + " -l devicecode", github, "devicecode"},
		{base + " --disable-environment-override" + robot, github, Auto},
		{base + " --account alice@contoso.com" + robot, github, Auto},
		{base, []string{"GITHUB_ACTIONS", "true", "AZURE_CLIENT_ID", other, "AZURE_CLIENT_SECRET", "s"}, "clientsecret"},
		{base, []string{"GITHUB_ACTIONS", "true", "AZURE_CLIENT_ID", other, "AZURE_CLIENT_CERTIFICATE_PATH", "f"}, "clientcertificate"},
		{base + robot, pipelines, "azurepipelines"},
		{base, append([]string{"AZURESUBSCRIPTION_CLIENT_ID", other}, pipelines...), "azurepipelines"},
		{base, []string{"TF_BUILD", "True"}, "azurecli"},
		{base, workload, "workloadidentity"},
		{base, workload[:4], Auto},
		{base + robot + " -l workloadidentity", github, "githubactions"},
		{base + robot + " -l workloadidentity --federated-token-file /f", github, "workloadidentity"},
	} {
		c, err := Parse(strings.Fields(tc.args), env(tc.env...))
		if err != nil || c.Method != tc.want {
			t.Errorf("%s %v: %q, %v; want %q", tc.args, tc.env, c.Method, err, tc.want)
		}
	}
}

func TestVariablesOfOneMethod(t *testing.T) {
	e := env("AZURESUBSCRIPTION_TENANT_ID", other, "AZURESUBSCRIPTION_CLIENT_ID", other, "AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/",
		"AZURE_FEDERATED_TOKEN_FILE", "/f", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "c")
	c, err := Parse([]string{"--server-id", server, "-l", "azurepipelines"}, e)
	if err != nil || c.Tenant != other || c.Client != other || c.Cloud.Name != "public" || c.Params.Get("federated-token-file") != "" {
		t.Errorf("got %+v, %v", c, err)
	}
	c, err = Parse([]string{"--server-id", server, "-l", "workloadidentity", "-t", "contoso.us", "--client-id", other}, e)
	if err != nil || c.Cloud.Name != "usgov" || c.Params.Get("federated-token-file") != "/f" {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestFingerprintsOfSurroundings(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	put := func(path, content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	jwt := func(sub, jti string) string {
		return "eyJhbGciOiJSUzI1NiJ9." + enc(`{"iss":"https://i","sub":"`+sub+`","jti":"`+jti+`"}`) + ".c2ln"
	}
	for _, tc := range []struct {
		name, args string
		env        func(step int) []string
		same       func()
		change     func()
	}{
		{"azurecli", "-l azurecli", func(int) []string { return []string{"AZURE_CONFIG_DIR", dir} }, func() {},
			func() { put(filepath.Join(dir, "azureProfile.json"), `{"user":"bob"}`) }},
		{"azd", "-l azd", func(int) []string { return []string{"AZD_CONFIG_DIR", dir, "HOME", "/nowhere"} }, func() {},
			func() { put(filepath.Join(dir, "auth.json"), `{"user":"bob"}`) }},
		{"certificate", "-l clientcertificate --client-certificate " + file + robot, func(int) []string { return nil },
			func() { put(file, "one") }, func() { put(file, "two") }},
		{"workload", "-l workloadidentity --federated-token-file " + file + robot, func(int) []string { return nil },
			func() { put(file, jwt("a", "2")) }, func() { put(file, jwt("b", "3")) }},
		{"github", "-l githubactions" + robot, func(step int) []string { return []string{"GITHUB_RUN_ID", fmt.Sprint(step / 2)} }, func() {}, func() {}},
		{"pipelines", "-l azurepipelines" + robot, func(step int) []string { return []string{"BUILD_BUILDID", fmt.Sprint(step / 2)} }, func() {}, func() {}},
		{"app service", "-l msi", func(step int) []string { return []string{"IDENTITY_ENDPOINT", fmt.Sprint(step / 2)} }, func() {}, func() {}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			put(file, "one")
			if tc.name == "workload" {
				put(file, jwt("a", "1"))
			}
			of := func(step int) string {
				t.Helper()
				c, err := Parse(strings.Fields("--server-id "+server+" -t "+other+" "+tc.args), env(tc.env(step)...))
				if err != nil {
					t.Fatal(err)
				}
				f, err := c.Fingerprint()
				if err != nil {
					t.Fatal(err)
				}
				return f
			}
			first := of(0)
			tc.same()
			if of(1) != first {
				t.Error("the same source has another fingerprint")
			}
			tc.change()
			if of(2) == first {
				t.Error("another source has the same fingerprint")
			}
		})
	}
}

func TestComplete(t *testing.T) {
	e := env("AZURE_CLIENT_ID", strings.ToUpper(other), "AZURE_FEDERATED_TOKEN_FILE", "/f", "AZURE_CLIENT_SECRET", "s", "AZURE_PASSWORD", "p")
	for _, tc := range []struct {
		method string
		chosen bool
		client string
		file   string
	}{{Auto, false, client, ""}, {"workloadidentity", false, other, "/f"}, {"workloadidentity", true, client, "/f"}, {"azurecli", false, client, ""}} {
		r, err := Request{Method: tc.method, Client: client}.Complete(e, tc.chosen)
		if err != nil || string(r.Client) != tc.client || r.Params.Get("federated-token-file") != tc.file {
			t.Errorf("%+v: %+v, %v", tc, r, err)
		}
	}
	if _, err := (Request{Method: "clientsecret"}).Complete(env(), false); err == nil {
		t.Error("an application without an id")
	}
}

func TestParseAssertion(t *testing.T) {
	head, claims := enc(`{"alg":"RS256"}`), enc(`{"iss":"https://i","sub":"s","aud":["a","b"]}`)
	if a, err := ParseAssertion(head + "." + claims + ".c2ln\n"); err != nil || a.Subject != "s" || a.Issuer != "https://i" || strings.Contains(fmt.Sprint(a), "c2ln") {
		t.Errorf("got %v, %v", a, err)
	}
	for _, text := range []string{"", "root:x:0:0:root:/root:/bin/sh", "a.b.c", head + "." + claims + ".", head + "." + claims, head + "." + claims + ".c2ln.x",
		enc(`{"alg":"none"}`) + "." + claims + ".c2ln", head + "." + enc(`{"sub":"s"}`) + ".c2ln", head + "." + enc(`[]`) + ".c2ln", head + "." + claims + ".c2ln\nmore",
		strings.Repeat("a", 70000) + ".b.c"} {
		if _, err := ParseAssertion(text); !errors.Is(err, ErrNoAssertion) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
	if _, err := ReadAssertion("/nowhere"); err == nil {
		t.Error("a missing file was read")
	}
}

func FuzzParseAssertion(f *testing.F) {
	f.Add(enc(`{"alg":"RS256"}`) + "." + enc(`{"iss":"i","sub":"s"}`) + ".c2ln")
	f.Fuzz(func(t *testing.T, text string) {
		if a, err := ParseAssertion(text); err == nil && (a.Subject == "" || a.Issuer == "" || strings.ContainsAny(a.JWT.Reveal(), " \n\"&=") || strings.Count(a.JWT.Reveal(), ".") != 2) {
			t.Errorf("accepted %q", text)
		}
	})
}

func enc(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
