package kube

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubetest"
)

func connected(t *testing.T, s *kubetest.Server) *Cluster {
	t.Helper()
	c, err := FromKubeconfig(s.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestIdentityAndRights(t *testing.T) {
	s := kubetest.Start(t)
	s.Deny = func(who string, do kubetest.Attributes) string {
		if who == "carol" || do.Namespace == "prod" {
			return fmt.Sprintf("not %s in %s", do.Verb, do.Namespace)
		}
		return ""
	}
	c := connected(t, s)
	if c.Server() != s.URL || c.CurrentNamespace() != "team" {
		t.Errorf("server %s, namespace %s", c.Server(), c.CurrentNamespace())
	}
	who, err := c.WhoAmI(t.Context())
	if err != nil || who.Username != kubetest.Username || !slices.Contains(who.Groups, "system:authenticated") || who.Extra["oid"][0] != "0" {
		t.Errorf("WhoAmI = %+v, %v", who, err)
	}
	for _, tt := range []struct {
		who       string
		namespace string
		allowed   bool
	}{{"", "dev", true}, {"", "prod", false}, {"alice", "dev", true}, {"carol", "dev", false}} {
		do := Attributes{Verb: "bind", Group: "rbac.authorization.k8s.io", Resource: "roles", Name: "x", Namespace: tt.namespace}
		var allowed bool
		var reason string
		if tt.who == "" {
			allowed, reason, err = c.Allowed(t.Context(), do)
		} else {
			allowed, reason, err = c.AllowedFor(t.Context(), Identity{Username: tt.who}, do)
		}
		if err != nil || allowed != tt.allowed || !allowed && reason != "not bind in "+tt.namespace {
			t.Errorf("%+v: %v, %q, %v", tt, allowed, reason, err)
		}
	}
}

func TestNames(t *testing.T) {
	var paths, want []string
	for i := range 1201 {
		want = append(want, fmt.Sprintf("ns-%04d", i))
		paths = append(paths, "/api/v1/namespaces/"+want[i])
	}
	c := connected(t, kubetest.Start(t, append(paths, "/apis/rbac.authorization.k8s.io/v1/namespaces/dev/roles/reader")...))
	if got, err := c.Names(t.Context(), Namespaces, ""); err != nil || !slices.Equal(got, want) {
		t.Errorf("%d namespaces, %v", len(got), err)
	}
	labelled := kubetest.Start(t, "/api/v1/namespaces/a")
	labelled.Put("/api/v1/namespaces/b", map[string]any{"metadata": map[string]any{"labels": map[string]any{"env": "dev"}}})
	if got, err := connected(t, labelled).Select(t.Context(), Namespaces, "", "env=dev"); err != nil || !slices.Equal(got, []string{"b"}) {
		t.Errorf("env=dev is %q, %v", got, err)
	}
	for name, want := range map[string]bool{"reader": true, "writer": false} {
		if got, err := c.Exists(t.Context(), Roles, "dev", name); err != nil || got != want {
			t.Errorf("Exists(%s) = %v, %v", name, got, err)
		}
	}
	for _, bad := range []string{"..", "a/b", "a%2fb", "."} {
		if _, err := c.Exists(t.Context(), Roles, "dev", bad); fault.KindOf(err) != fault.Usage {
			t.Errorf("Exists(%q): %v", bad, err)
		}
	}
}

func TestErrorsHaveKinds(t *testing.T) {
	tests := map[int]fault.Kind{
		401: fault.SignIn, 403: fault.Forbidden, 404: fault.NotFound, 409: fault.Conflict, 422: fault.Failure, 504: fault.Network,
	}
	for code, kind := range tests {
		s := kubetest.Start(t)
		s.Refuse = func(*http.Request) (int, string) { return code, "because \x1b[31mno" }
		_, err := connected(t, s).WhoAmI(t.Context())
		if fault.KindOf(err) != kind || strings.Contains(err.Error(), "\x1b") || code != 401 && !strings.Contains(err.Error(), "because [31mno") {
			t.Errorf("%d: kind %d, %q", code, fault.KindOf(err), err)
		}
	}
	gone := kubetest.Start(t)
	c := connected(t, gone)
	gone.Close()
	if _, err := c.WhoAmI(t.Context()); fault.KindOf(err) != fault.Network {
		t.Errorf("server down: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.WhoAmI(ctx); fault.KindOf(err) != fault.Cancelled {
		t.Errorf("cancelled: %v", err)
	}
}

// getter is a kubeconfig file with the plugin that script is, behind cli-runtime's flags.
func getter(t *testing.T, s *kubetest.Server, command string) *genericclioptions.ConfigFlags {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config")
	data := strings.Replace(string(s.Kubeconfig()), `{"token":"test"}`, `{"exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"`+command+
		`","interactiveMode":"Never"}}`, 1)
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := genericclioptions.NewConfigFlags(false)
	*flags.KubeConfig = path
	return flags
}

func TestAFailedCredentialPluginKeepsItsMeaning(t *testing.T) {
	s := kubetest.Start(t)
	for code, kind := range map[int]fault.Kind{20: fault.SignIn, 24: fault.Config, 26: fault.Cancelled, 1: fault.Config, 77: fault.Config} {
		plugin := filepath.Join(t.TempDir(), "plugin")
		if err := os.WriteFile(plugin, fmt.Appendf(nil, "#!/bin/sh\nexit %d\n", code), 0o700); err != nil {
			t.Fatal(err)
		}
		c, err := Connect(getter(t, s, plugin))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.WhoAmI(t.Context()); fault.KindOf(err) != kind {
			t.Errorf("exit code %d: kind %d, %v", code, fault.KindOf(err), err)
		}
	}
	c, err := Connect(getter(t, s, "no-such-plugin"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.WhoAmI(t.Context()); fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), "not on PATH") {
		t.Errorf("missing plugin: %v", err)
	}
}

func TestAKubeconfigFromElsewhereRunsNothing(t *testing.T) {
	s := kubetest.Start(t)
	marker := filepath.Join(t.TempDir(), "ran")
	data, err := os.ReadFile(*getter(t, s, "/usr/bin/touch "+marker).KubeConfig)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := FromKubeconfig(data); fault.KindOf(err) != fault.Config {
		t.Errorf("error %v", err)
	}
	for _, bad := range []string{"", "{", "apiVersion: v1\nkind: Config\ncurrent-context: x\n"} {
		if _, err := FromKubeconfig([]byte(bad)); fault.KindOf(err) != fault.Config {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
