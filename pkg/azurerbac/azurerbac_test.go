package azurerbac

import (
	"regexp"
	"strings"
	"testing"
)

const cluster = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/c"

func TestPlace(t *testing.T) {
	for scope, want := range map[string]string{
		"/": "root/ ", "/providers/Microsoft.Management/managementGroups/top": "management group/top ",
		"/subscriptions/s": "subscription/s ", "/subscriptions/S/": "subscription/S ",
		"/subscriptions/s/resourcegroups/RG":                 "resource group/RG ",
		strings.ToUpper(cluster):                             "cluster/C ",
		cluster + "/namespaces/dev":                          "namespace/dev dev",
		strings.ToLower(cluster) + "/Namespaces/Dev":         "namespace/Dev dev",
		"/subscriptions/other":                               "no",
		"/subscriptions/S/resourceGroups/r":                  "no",
		"/subscriptions/S/resourceGroups/rg/providers/x/y/z": "no",
		cluster + "2":                "no",
		cluster + "/agentPools/x":    "no",
		cluster + "/namespaces/":     "no",
		cluster + "/namespaces/a/b":  "no",
		cluster + "2/namespaces/dev": "no",
		"/subscriptions/S/resourceGroups/rg/providers/Microsoft.ContainerService": "no",
	} {
		level, name, namespace, ok := Place(scope, cluster)
		got := string(level) + "/" + name + " " + namespace
		if level == Root {
			got = "root/ "
		}
		if !ok {
			got = "no"
		}
		if got != want {
			t.Errorf("%s: %q, not %q", scope, got, want)
		}
	}
	if NamespaceScope(cluster+"/", "") != cluster || NamespaceScope(cluster, "dev") != cluster+"/namespaces/dev" {
		t.Error("namespace scopes")
	}
}

// The names are guard's: what the API server asks is what Azure is asked.
func TestDataAction(t *testing.T) {
	for a, want := range map[Attributes]string{
		{"get", "", "pods", ""}:                                   "pods/read",
		{"list", "apps", "deployments", ""}:                       "apps/deployments/read",
		{"watch", "", "pods", "log"}:                              "pods/read",
		{"create", "", "pods", "exec"}:                            "pods/exec/action",
		{"get", "", "pods", "exec"}:                               "pods/exec/action",
		{"create", "", "pods", "eviction"}:                        "pods/write",
		{"patch", "apps", "deployments", "scale"}:                 "apps/deployments/write",
		{"update", "", "secrets", ""}:                             "secrets/write",
		{"deletecollection", "", "pods", ""}:                      "pods/delete",
		{"bind", "rbac.authorization.k8s.io", "clusterroles", ""}: "rbac.authorization.k8s.io/clusterroles/bind/action",
		{"impersonate", "", "users", ""}:                          "users/impersonate/action",
		{"approve", "", "signers", ""}:                            "signers",
		{"*", "*", "*", ""}:                                       "*/*/*",
	} {
		if got := DataAction(a); got != "Microsoft.ContainerService/managedClusters/"+want {
			t.Errorf("%v: %s", a, got)
		}
	}
}

func of(patterns ...string) (out []string) {
	for _, p := range patterns {
		out = append(out, "Microsoft.ContainerService/managedClusters/"+p)
	}
	return out
}

// The roles are as Azure describes them (MicrosoftDocs/azure-docs,
// role-based-access-control/built-in-roles/containers.md): part of the reader's,
// and the whole of the two administrators'.
func TestAllows(t *testing.T) {
	reader := Role{Permissions: []Permission{{DataActions: of("apps/deployments/read", "pods/read", "namespaces/read")}}}
	writer := Role{Permissions: []Permission{{DataActions: of("apps/deployments/*", "pods/*", "namespaces/read", "secrets/*")}}}
	admin := Role{Permissions: []Permission{{DataActions: of("*"), NotDataActions: of("resourcequotas/write", "resourcequotas/delete", "namespaces/write", "namespaces/delete")}}}
	all := Role{Permissions: []Permission{{DataActions: of("*")}}}
	crds := Role{Permissions: []Permission{{DataActions: of("*/read")}, {DataActions: of("pods/write"), NotDataActions: of("*/read")}}}
	for _, tt := range []struct{ action, may string }{
		{"pods/read", "reader writer admin all crds"},
		{"pods/write", "writer admin all crds"},
		{"PODS/Read", "reader writer admin all crds"},
		{"pods/exec/action", "writer admin all"},
		{"apps/deployments/read", "reader writer admin all crds"},
		{"apps/replicasets/read", "admin all crds"},
		{"namespaces/write", "all"},
		{"namespaces/read", "reader writer admin all crds"},
		{"example.com/things/read", "admin all crds"},
		{"*/*/*", "all"},
		{"namespaces/*", "all"},
		{"signers", "admin all"},
	} {
		var got []string
		for _, r := range []struct {
			name string
			Role
		}{{"reader", reader}, {"writer", writer}, {"admin", admin}, {"all", all}, {"crds", crds}} {
			if _, ok := r.Allows(of(tt.action)[0]); ok {
				got = append(got, r.name)
			}
		}
		if s := strings.Join(got, " "); s != tt.may {
			t.Errorf("%s: %q, not %q", tt.action, s, tt.may)
		}
	}
}

func TestInside(t *testing.T) {
	for pattern, want := range map[string]bool{
		"Microsoft.ContainerService/managedClusters/pods/read": true, "microsoft.containerservice/MANAGEDCLUSTERS/*": true,
		"*": true, "*/read": true, "Microsoft.ContainerService/*/read": true,
		"Microsoft.ContainerService/fleets/pods/read": false, "Microsoft.Storage/*": false, "Microsoft.ContainerService/managedClusters": false,
	} {
		if got := (Role{Permissions: []Permission{{}, {DataActions: []string{pattern}}}}).Inside(); got != want {
			t.Errorf("%s: %v", pattern, got)
		}
	}
}

// One assignment has one name, whoever asks for it and however it is spelt.
func TestName(t *testing.T) {
	reader, _ := Builtin("reader")
	long := Role{ID: "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/" + strings.ToUpper(reader.GUID())}
	a := Assignment{Scope: cluster, Principal: "a11ce000-0000-4000-8000-000000000001", Role: reader}
	b := Assignment{Scope: strings.ToUpper(cluster) + "/", Principal: "A11CE000-0000-4000-8000-000000000001", Role: long}
	if a.Name() != b.Name() || !a.Same(b) {
		t.Errorf("%s and %s", a.Name(), b.Name())
	}
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(a.Name()) {
		t.Errorf("%s is no GUID of version 5", a.Name())
	}
	writer, _ := Builtin("Azure Kubernetes Service RBAC Writer")
	for _, other := range []Assignment{
		{Scope: cluster + "/namespaces/dev", Principal: a.Principal, Role: reader},
		{Scope: cluster, Principal: "b0b00000-0000-4000-8000-000000000001", Role: reader},
		{Scope: cluster, Principal: a.Principal, Role: writer},
	} {
		if other.Name() == a.Name() || other.Same(a) {
			t.Errorf("%+v is taken for the other one", other)
		}
	}
}

func TestOwned(t *testing.T) {
	for _, tt := range []struct {
		description, reason string
		owned               bool
	}{
		{Described(""), "", true}, {Described("on call\x1b[2J"), "on call[2J", true}, {"", "", false},
		{"made with kubectl aad", "made with kubectl aad", false}, {"kubectl aadvark", "kubectl aadvark", false},
		{Described(strings.Repeat("ü", 600)), strings.Repeat("ü", 400), true},
	} {
		a := Assignment{Description: tt.description}
		if a.Owned() != tt.owned || a.Reason() != tt.reason {
			t.Errorf("%q: %v, %q", tt.description, a.Owned(), a.Reason())
		}
	}
}

func TestBuiltin(t *testing.T) {
	if got := strings.Join(ShortNames(), " "); got != "reader writer admin cluster-admin" {
		t.Error(got)
	}
	for _, name := range []string{"admin", "ADMIN", "azure kubernetes service rbac admin", "3498e952-d568-435e-9b2c-8d77e338d7f7"} {
		if r, ok := Builtin(name); !ok || r.Short() != "admin" || r.Name != "Azure Kubernetes Service RBAC Admin" {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if _, ok := Builtin("view"); ok {
		t.Error("view is no role of Azure's")
	}
	if r := (Role{ID: "x/11111111-1111-1111-1111-111111111111", Name: "Ours"}); r.Short() != "Ours" {
		t.Error(r.Short())
	}
}
