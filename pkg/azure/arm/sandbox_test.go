package arm

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

func start(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	s, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// hurry shortens the waits that ARM asks for.
type hurry struct{ next http.RoundTripper }

func (h hurry) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := h.next.RoundTrip(req)
	if err == nil && resp.Header.Get("Retry-After") != "" {
		resp.Header.Del("Retry-After")
		resp.Header.Set("retry-after-ms", "20")
	}
	return resp, err
}

// as returns the resource manager as somebody who signed in with Azure CLI
// sees it.
func as(t *testing.T, s *sandbox.Sandbox, who string) *Client {
	t.Helper()
	cloud, err := entra.FindCloud(s.CloudFile())
	if err != nil {
		t.Fatal(err)
	}
	rt, err := httpx.NewTransport(httpx.Options{CAFile: cloud.CAFile})
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(cloud, hurry{rt}, func(_ context.Context, scope string) (token.Token, error) {
		tok, err := s.Token(who, string(entra.AzureCLI), strings.TrimSuffix(scope, "/.default"))
		return token.Token{Access: safetext.Secret(tok), Expires: time.Now().Add(time.Hour)}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// One group holds both integrations from creation to the end.
func TestClustersLife(t *testing.T) {
	s := start(t)
	ctx, c := t.Context(), as(t, s, "admin")
	subs, err := c.Subscriptions(ctx)
	if err != nil || len(subs) != 1 || subs[0].ID != s.Info().Subscription || subs[0].Tenant != s.Info().Tenants[0].ID {
		t.Fatalf("%+v, %v", subs, err)
	}
	sub, tenant := subs[0].ID, subs[0].Tenant
	if _, err := c.ResourceGroup(ctx, sub, "rg"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("before: %v", err)
	}
	if err := c.CreateResourceGroup(ctx, sub, aks.ResourceGroup{Name: "rg", Location: "eastus", Tags: map[string]string{"a": "b"}}); err != nil {
		t.Fatal(err)
	}
	if g, err := c.ResourceGroup(ctx, sub, "rg"); err != nil || g.Name != "rg" || g.Location != "eastus" || g.Tags["a"] != "b" {
		t.Errorf("%+v, %v", g, err)
	}
	if _, err := c.Cluster(ctx, sub, "rg", "managed"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("before: %v", err)
	}
	group := s.Info().Groups[0].ObjectID
	made, err := c.CreateCluster(ctx, aks.ClusterSpec{Subscription: sub, ResourceGroup: "rg", Name: "managed", Location: "eastus",
		Tags: map[string]string{aks.TagOwned: "managed"}, Entra: aks.EntraProfile{Managed: true, Tenant: tenant, AdminGroups: []entra.ObjectID{group}}})
	if err != nil || made.State != "Succeeded" || !made.Running || made.Tags[aks.TagOwned] != "managed" || made.Entra == nil ||
		made.Entra.ServerID() != entra.AKSServer || len(made.Entra.AdminGroups) != 1 || made.Entra.AdminGroups[0] != group {
		t.Fatalf("%+v, %v", made, err)
	}
	if err := c.ResetEntraProfile(ctx, sub, "rg", "managed", entra.AKSServer, "x", entra.AKSClient, tenant); fault.KindOf(err) != fault.Failure {
		t.Errorf("reset of a managed one: %v", err)
	}
	appsCluster(t, c, s, sub, tenant)
	if all, err := c.Clusters(ctx, sub); err != nil || len(all) != 2 {
		t.Errorf("%d clusters, %v", len(all), err)
	}
	if err := c.DeleteCluster(ctx, sub, "rg", "managed"); err != nil {
		t.Error(err)
	}
	if err := c.DeleteResourceGroup(ctx, sub, "rg"); err != nil {
		t.Error(err)
	}
	if _, err := c.ResourceGroup(ctx, sub, "rg"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("after: %v", err)
	}
}

// appsCluster makes the article's cluster and gives it another secret.
func appsCluster(t *testing.T, c *Client, s *sandbox.Sandbox, sub string, tenant entra.TenantID) {
	t.Helper()
	ctx := t.Context()
	server, client := entra.ClientID("88888888-8888-8888-8888-888888888888"), entra.ClientID("99999999-9999-9999-9999-999999999999")
	spec := aks.ClusterSpec{Subscription: sub, ResourceGroup: "rg", Name: "apps", Location: "eastus", NodeCount: 2, ServerSecret: "s3cret",
		Tags: map[string]string{"a": "1"}, Entra: aks.EntraProfile{Tenant: tenant, ServerApp: server, ClientApp: client}}
	if err := s.Fault("arm", "legacy-retired", 1, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateCluster(ctx, spec); fault.KindOf(err) != fault.Failure || !strings.Contains(err.Error(), "aad-legacy") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("refused as Azure does now: %v", err)
	}
	made, err := c.CreateCluster(ctx, spec)
	if err != nil || made.Entra == nil || made.Entra.Managed || made.Entra.ServerID() != server || made.Entra.ClientID() != client {
		t.Fatalf("%+v, %v", made, err)
	}
	if err := c.ResetEntraProfile(ctx, sub, "rg", "apps", server, "an0ther", client, tenant); err != nil {
		t.Error(err)
	}
	if err := c.TagCluster(ctx, sub, "rg", "apps", map[string]string{aks.TagSecretKeyID: "key"}); err != nil {
		t.Error(err)
	}
	if now, err := c.Cluster(ctx, sub, "rg", "apps"); err != nil || now.Tags["a"] != "1" || now.Tags[aks.TagSecretKeyID] != "key" {
		t.Errorf("%+v, %v", now.Tags, err)
	}
	user, err := c.UserKubeconfig(ctx, sub, "rg", "apps")
	if err != nil || !bytes.Contains(user, []byte(server)) {
		t.Errorf("%.200s, %v", user, err)
	}
	admin, err := c.AdminKubeconfig(ctx, sub, "rg", "apps")
	if err != nil || !bytes.Contains(admin, []byte("client-certificate-data")) {
		t.Errorf("%d bytes, %v", len(admin), err)
	}
	alice := as(t, s, "alice")
	if _, err := alice.UserKubeconfig(ctx, sub, "rg", "apps"); err != nil {
		t.Errorf("alice: %v", err)
	}
	if _, err := alice.AdminKubeconfig(ctx, sub, "rg", "apps"); fault.KindOf(err) != fault.Forbidden || !strings.Contains(strings.Join(fault.Hints(err), ""), "Cluster Admin Role") {
		t.Errorf("alice as administrator: %v", err)
	}
}
