package arm_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

func TestCredentials(t *testing.T) {
	c := start(t, nil)
	rg := c.group("rg1") + "/providers/Microsoft.ContainerService/managedClusters/"
	for name, properties := range map[string]map[string]any{
		"aks1": nil, "plain": {"aadProfile": nil}, "strict": {"disableLocalAccounts": true}} {
		c.finish(c.want(c.do("admin", "PUT", rg+name, managed(properties)), 201, ""))
	}
	file := func(who, request, name string) string {
		t.Helper()
		a := c.want(c.do(who, "POST", rg+request, ""), 200, "")
		first := a.doc["kubeconfigs"].([]any)[0].(map[string]any)
		raw, err := base64.StdEncoding.DecodeString(first["value"].(string))
		if err != nil || first["name"] != name {
			t.Fatalf("%s: %v %v", request, first["name"], err)
		}
		return string(raw)
	}
	user := file("alice", "aks1/listClusterUserCredential", "clusterUser")
	for _, want := range []string{"command: kubelogin", "- " + string(entra.AKSServer), "- " + string(entra.AKSClient),
		"- " + string(c.s.Info().Tenants[0].ID), "name: clusterUser_rg1_aks1", "server: https://127.0.0.1:1", "current-context: aks1"} {
		if !strings.Contains(user, want) {
			t.Errorf("user kubeconfig has no %q:\n%s", want, user)
		}
	}
	for what, got := range map[string]string{"admin": file("admin", "aks1/listClusterAdminCredential", "clusterAdmin"),
		"user of a cluster without Entra": file("bob", "plain/listClusterUserCredential?api-version=2025-02-01&format=exec", "clusterUser")} {
		if !strings.Contains(got, "client-key-data: ") || strings.Contains(got, "kubelogin") {
			t.Errorf("%s kubeconfig:\n%s", what, got)
		}
	}
	c.want(c.do("admin", "POST", rg+"strict/listClusterAdminCredential", ""), 400, "BadRequest")
	c.want(c.do("admin", "POST", rg+"strict/listClusterUserCredential", ""), 200, "")
	old := file("bob", "aks1/listClusterUserCredential?api-version=2025-02-01&format=azure", "clusterUser")
	for _, want := range []string{"name: azure", "apiserver-id: " + string(entra.AKSServer), "config-mode: \"1\"", "environment: AzurePublicCloud"} {
		if !strings.Contains(old, want) || strings.Contains(old, "exec:") {
			t.Errorf("kubeconfig for kubectl before 1.26 has no %q:\n%s", want, old)
		}
	}
	c.want(c.do("admin", "POST", rg+"aks1/listClusterUserCredential?api-version=2025-02-01&format=x", ""), 400, "InvalidParameter")
}
