package guard

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	authorization "k8s.io/api/authorization/v1"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// scripted answers by what it was asked.
type scripted func(Question) (Answer, error)

func (s scripted) Check(_ context.Context, q Question) (Answer, error) { return s(q) }

const oid = "a11ce000-0000-4000-8000-000000000001"

func ask(t *testing.T, h http.Handler, spec authorization.SubjectAccessReviewSpec) authorization.SubjectAccessReviewStatus {
	t.Helper()
	body, _ := json.Marshal(authorization.SubjectAccessReview{Spec: spec})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(string(body))))
	var out authorization.SubjectAccessReview
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return out.Status
}

func person(user string, do authorization.ResourceAttributes) authorization.SubjectAccessReviewSpec {
	return authorization.SubjectAccessReviewSpec{User: user, Groups: []string{oid, "system:authenticated"},
		Extra: map[string]authorization.ExtraValue{"oid": {oid}}, ResourceAttributes: &do}
}

func TestVerdicts(t *testing.T) {
	pods := authorization.ResourceAttributes{Verb: "list", Resource: "pods", Namespace: "dev"}
	stranger := person("x", pods)
	stranger.Extra = nil
	yes := func(Question) (Answer, error) { return Answer{true, "A", "R"}, nil }
	no := func(Question) (Answer, error) { return Answer{}, nil }
	broken := func(Question) (Answer, error) { return Answer{}, errors.New("ARM is away") }
	for _, tt := range []struct {
		name            string
		azure           scripted
		spec            authorization.SubjectAccessReviewSpec
		allowed, denied bool
		reason          string
	}{
		{"allowed", yes, person("alice", pods), true, false, "Access allowed by Azure RBAC Role Assignment A of Role R to user alice"},
		{"not", no, person("alice", pods), false, true, notAllowed},
		{"no object id", yes, stranger, false, true, notEntra},
		{"Kubernetes' own", yes, person("system:serviceaccount:a:b", pods), false, false, noOpinion},
		{"broken", broken, person("alice", pods), false, true, failed},
	} {
		got := ask(t, Handler("/c", tt.azure), tt.spec)
		if got.Allowed != tt.allowed || got.Denied != tt.denied || got.Reason != tt.reason {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
	w := httptest.NewRecorder()
	Handler("/c", scripted(yes)).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("no")))
	if w.Code != http.StatusBadRequest {
		t.Errorf("no review: %d", w.Code)
	}
}

func TestQuestions(t *testing.T) {
	for _, tt := range []struct {
		do            authorization.ResourceAttributes
		action, scope string
	}{
		{authorization.ResourceAttributes{Verb: "watch", Resource: "pods", Subresource: "log", Namespace: "dev"}, "pods/read", "/c/namespaces/dev"},
		{authorization.ResourceAttributes{Verb: "create", Resource: "pods", Subresource: "exec", Namespace: "dev"}, "pods/exec/action", "/c/namespaces/dev"},
		{authorization.ResourceAttributes{Verb: "patch", Group: "apps", Resource: "deployments"}, "apps/deployments/write", "/c"},
		{authorization.ResourceAttributes{Verb: "impersonate", Resource: "users"}, "users/impersonate/action", "/c"},
		{authorization.ResourceAttributes{Verb: "deletecollection", Resource: "pods"}, "pods/delete", "/c"},
	} {
		var got Question
		ask(t, Handler("/c", scripted(func(q Question) (Answer, error) { got = q; return Answer{}, nil })), person("alice", tt.do))
		if got.Action != managedClusters+"/"+tt.action || got.Scope != tt.scope || got.Object != oid || len(got.Groups) != 1 {
			t.Errorf("%+v: %+v", tt.do, got)
		}
	}
	var got Question
	spec := person("alice", authorization.ResourceAttributes{})
	spec.ResourceAttributes, spec.NonResourceAttributes = nil, &authorization.NonResourceAttributes{Path: "/logs", Verb: "get"}
	ask(t, Handler("/c", scripted(func(q Question) (Answer, error) { got = q; return Answer{}, nil })), spec)
	if got.Action != managedClusters+"/logs/read" {
		t.Errorf("%+v", got)
	}
}

// The sandbox's ARM says who has access: nobody, then who was given a role.
func TestAzure(t *testing.T) {
	s, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	home := s.Directory().Tenants()[0]
	cluster := "/subscriptions/" + s.Info().Subscription + "/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/c"
	azure, err := NewAzure(s.CloudFile(), string(home.ID), s.Directory().ManagedServerSecret(), cluster)
	if err != nil {
		t.Fatal(err)
	}
	put := func(path, body string) {
		t.Helper()
		token, err := s.Token("admin", string(entra.AzureCLI), "https://management.core.windows.net/")
		if err != nil {
			t.Fatal(err)
		}
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, s.Info().Endpoints.ARM+path+"?api-version=2022-04-01", strings.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "application/json")
		resp, err := azure.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if raw, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusCreated {
			t.Fatalf("%s: %s", resp.Status, raw)
		}
	}
	put(strings.Split(cluster, "/providers/")[0], `{"location":"eastus"}`)
	put(cluster, `{"location":"eastus","identity":{"type":"SystemAssigned"},"properties":{"dnsPrefix":"c","agentPoolProfiles":[{"name":"n","count":1,"mode":"System"}],"aadProfile":{"managed":true,"enableAzureRBAC":true}}}`)
	alice, _ := home.Person("alice")
	spec := person("alice@contoso.com", authorization.ResourceAttributes{Verb: "list", Resource: "pods", Namespace: "dev"})
	spec.Groups, spec.Extra["oid"] = nil, authorization.ExtraValue{string(alice.ID)}
	h := Handler(cluster, azure)
	if got := ask(t, h, spec); got.Allowed || got.Reason != notAllowed {
		t.Fatalf("before: %+v", got)
	}
	put(cluster+"/namespaces/dev/providers/Microsoft.Authorization/roleAssignments/11111111-1111-4111-8111-111111111111",
		`{"properties":{"roleDefinitionId":"/providers/Microsoft.Authorization/roleDefinitions/7f6c6a51-bcf8-42ba-9220-52d62157d7db","principalId":"`+string(alice.ID)+`"}}`)
	if got := ask(t, h, spec); !got.Allowed || !strings.Contains(got.Reason, "11111111-1111-4111-8111-111111111111") {
		t.Errorf("after: %+v", got)
	}
	spec.ResourceAttributes.Namespace = "prod"
	if got := ask(t, h, spec); got.Allowed {
		t.Errorf("elsewhere: %+v", got)
	}
	azure.secret, azure.token, azure.expires = "wrong", "", azure.expires.AddDate(-1, 0, 0)
	if got := ask(t, h, spec); got.Reason != failed || got.EvaluationError == "" {
		t.Errorf("without a sign-in: %+v", got)
	}
}
