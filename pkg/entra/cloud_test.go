package entra_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

func TestFindBuiltInCloud(t *testing.T) {
	for in, want := range map[string]string{
		"": "public", "public": "public", "AzurePublicCloud": "public", "AZURECLOUD": "public",
		"usgov": "usgov", "AzureUSGovernmentCloud": "usgov", "AzureChinaCloud": "china",
	} {
		c, err := entra.FindCloud(in)
		if err != nil || c.Name != want || !c.BuiltIn() {
			t.Errorf("FindCloud(%q) = %q, built in %v (%v), want %q", in, c.Name, c.BuiltIn(), err, want)
		}
	}
}

func TestUnknownCloudIsNeverPublic(t *testing.T) {
	for _, in := range []string{"AzureGermanCloud", "pubic", "sandbox"} {
		_, err := entra.FindCloud(in)
		if err == nil || !strings.Contains(err.Error(), in) || !strings.Contains(err.Error(), "usgov") {
			t.Errorf("FindCloud(%q): error %v names neither it nor the known ones", in, err)
		}
	}
}

func writeCloud(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cloud.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCloudFile(t *testing.T) {
	path := writeCloud(t, `{"name":"public","activeDirectoryEndpoint":"https://login.example/",
		"microsoftGraphEndpoint":"https://graph.example","resourceManagerEndpoint":"https://arm.example/",
		"tokenAudience":"https://management.core.windows.net/","caFile":"ca.pem","portalEndpoint":"ignored"}`)
	c, err := entra.FindCloud(path)
	if err != nil {
		t.Fatal(err)
	}
	want := entra.Cloud{Name: "public", Login: "https://login.example", Graph: "https://graph.example",
		ARM: "https://arm.example", ARMAudience: "https://management.core.windows.net",
		CAFile: filepath.Join(filepath.Dir(path), "ca.pem"), File: path}
	if c != want {
		t.Errorf("got %+v, want %+v", c, want)
	}
	if c.BuiltIn() {
		t.Error("a file that calls itself public is taken for the built-in cloud")
	}
	if got := c.Authority("contoso.com"); got != "https://login.example/contoso.com" {
		t.Errorf("authority %s", got)
	}
	if c.Argument() != path {
		t.Errorf("argument %q does not lead back to the file", c.Argument())
	}
}

func TestBadCloudFile(t *testing.T) {
	for name, tt := range map[string]struct{ content, names string }{
		"no JSON":      {`<html>`, "JSON"},
		"no login":     {`{"name":"x"}`, "activeDirectoryEndpoint"},
		"plain http":   {`{"activeDirectoryEndpoint":"http://login.example"}`, "activeDirectoryEndpoint"},
		"with a user":  {`{"activeDirectoryEndpoint":"https://a@login.example"}`, "activeDirectoryEndpoint"},
		"with a query": {`{"activeDirectoryEndpoint":"https://login.example?x"}`, "activeDirectoryEndpoint"},
		"public tokens to a stranger's ARM": {`{"activeDirectoryEndpoint":"https://login.microsoftonline.com/",
			"resourceManagerEndpoint":"https://arm.evil.example","tokenAudience":"https://management.core.windows.net/"}`, "resourceManagerEndpoint"},
		"public tokens to a stranger's Graph": {`{"activeDirectoryEndpoint":"https://LOGIN.microsoftonline.com",
			"microsoftGraphEndpoint":"https://graph.evil.example"}`, "microsoftGraphEndpoint"},
		"bad graph": {`{"activeDirectoryEndpoint":"https://l","microsoftGraphEndpoint":"graph.example"}`, "microsoftGraphEndpoint"},
	} {
		path := writeCloud(t, tt.content)
		if _, err := entra.FindCloud(path); err == nil || !strings.Contains(err.Error(), tt.names) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v names neither %s nor the file", name, err, tt.names)
		}
	}
	if _, err := entra.FindCloud(filepath.Join(t.TempDir(), "none.json")); err == nil {
		t.Error("a file that is not there is a cloud")
	}
}

func TestCloudFileOfABuiltInAuthority(t *testing.T) {
	for _, content := range []string{
		`{"activeDirectoryEndpoint":"https://login.microsoftonline.us/","microsoftGraphEndpoint":"https://dod-graph.microsoft.us/"}`,
		`{"activeDirectoryEndpoint":"https://login.microsoftonline.com","microsoftGraphEndpoint":"https://graph.microsoft.com",
			"resourceManagerEndpoint":"https://management.azure.com/"}`,
	} {
		if _, err := entra.FindCloud(writeCloud(t, content)); err != nil {
			t.Error(err)
		}
	}
}

func TestCAHashFollowsTheContent(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	hash := func(content string) string {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		h, err := entra.Cloud{CAFile: file}.CAHash()
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	a, b := hash("a"), hash("b")
	if a == b || len(a) != 64 {
		t.Errorf("hashes %s and %s", a, b)
	}
	if h, err := (entra.Cloud{}).CAHash(); h != "" || err != nil {
		t.Errorf("without a CA: %q, %v", h, err)
	}
	if _, err := (entra.Cloud{CAFile: file + "x"}).CAHash(); err == nil {
		t.Error("a CA file that is gone has a hash")
	}
}
