package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

const (
	tenant = "11111111-2222-4333-8444-555555555555"
	client = "AAAAAAAA-0000-4000-8000-000000000001"
)

func parse(env map[string]string, args ...string) (options, error) {
	args = append([]string{"--tenant-id", tenant, "--client-id", client, "--tls-cert-file", "crt", "--tls-private-key-file", "key"}, args...)
	return parseOptions(args, func(name string) string { return env[name] }, io.Discard)
}

func TestOptions(t *testing.T) {
	o, err := parse(nil, "--audience", "https://a", "--audience=b", "--accept-v2", "--graph-auth", "obo", "--group-claims", "All",
		"--listen", "0.0.0.0:443", "--client-ca-file", "ca", "--cloud", "china")
	if err != nil {
		t.Fatal(err)
	}
	id := strings.ToLower(client)
	if want := []string{id, "api://" + id, "https://a", "b"}; !slices.Equal(o.audiences, want) {
		t.Errorf("audiences %q", o.audiences)
	}
	if !o.acceptV2 || !o.onBehalf || o.securityOnly || o.cloud.Name != "china" {
		t.Errorf("got %+v", o)
	}
	if o, err = parse(nil); err != nil || o.acceptV2 || o.onBehalf || !o.securityOnly || o.cloud.Name != "public" || !loopback(o.listen) || !loopback(o.healthListen) {
		t.Errorf("defaults: %+v, %v", o, err)
	}
}

func TestCloudFromEnvironment(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cloud.json")
	if err := os.WriteFile(file, []byte(`{"name":"mine","activeDirectoryEndpoint":"https://login.example"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		env  map[string]string
		args []string
		want string
	}{
		{map[string]string{"AZURE_CLOUD_FILE": file, "AZURE_ENVIRONMENT_FILEPATH": "/none.json"}, nil, "mine"},
		{map[string]string{"AZURE_ENVIRONMENT_FILEPATH": file}, nil, "mine"},
		{map[string]string{"AZURE_CLOUD_FILE": file}, []string{"--cloud", "usgov"}, "usgov"},
	} {
		if o, err := parse(c.env, c.args...); err != nil || o.cloud.Name != c.want {
			t.Errorf("%v %v: %+v, %v", c.env, c.args, o.cloud, err)
		}
	}
}

func TestWrongOptions(t *testing.T) {
	for _, c := range []struct {
		args string
		says string
	}{
		{"--tenant-id contoso.com", "--tenant-id"},
		{"--client-id=", "--client-id"},
		{"--cloud atlantis", "atlantis"},
		{"--graph-auth app,obo", "--graph-auth"},
		{"--group-claims None", "--group-claims"},
		{"--tls-cert-file=", "--tls-cert-file"},
		{"--tls-private-key-file=", "--tls-private-key-file"},
		{"--audience=", "--audience"},
		{"--listen :8443", "--client-ca-file"},
		{"--listen 0.0.0.0:8443", "--client-ca-file"},
		{"--listen [::]:8443", "--client-ca-file"},
		{"--listen 10.0.0.1:8443", "--client-ca-file"},
		{"--listen host.example:8443", "--client-ca-file"},
		{"--listen nowhere", "--client-ca-file"},
		{"--colour", "colour"},
		{"extra", "extra"},
	} {
		_, err := parse(nil, strings.Fields(c.args)...)
		if err == nil || !strings.Contains(err.Error(), c.says) || fault.ExitCode(err) != int(fault.Usage) {
			t.Errorf("%s: %v (exit %d)", c.args, err, fault.ExitCode(err))
		}
	}
	for _, listen := range []string{"127.0.0.1:0", "127.8.8.8:1", "[::1]:1", "localhost:1"} {
		if _, err := parse(nil, "--listen", listen); err != nil {
			t.Errorf("%s: %v", listen, err)
		}
	}
}
