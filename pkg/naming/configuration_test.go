package naming

import (
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

const entraIssuer = `
- issuer:
    url: https://sts.windows.net/` + home + `/
    audiences: [api://` + app + `]
  claimMappings:
    username: {expression: '"entra:" + (has(claims.upn) ? claims.upn : claims.oid)'}
    groups: {claim: groups, prefix: "entra:"}
    extra:
    - {key: example.com/oid, valueExpression: claims.oid}`

const otherIssuer = `
- issuer: {url: https://dex.example.com, audiences: [x]}
  claimMappings:
    username: {claim: email, prefix: ""}`

func TestParseConfiguration(t *testing.T) {
	head := "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\njwt:"
	for name, data := range map[string]string{"one": head + entraIssuer, "the tenant's": head + otherIssuer + entraIssuer} {
		n, err := ParseConfiguration([]byte(data), home)
		if err != nil || n.Kind != Config || n.Tenant != home || n.Server != app || n.Extra != "example.com/oid" || n.Token.Version != 1 ||
			n.Groups != (Groups{"groups", "entra:"}) || n.Username.String() != `has(claims.upn) ? "entra:" + claims.upn : "entra:" + claims.oid` {
			t.Errorf("%s: %+v, %v", name, n, err)
		}
	}
	aks := `{"issuer":{"url":"https://login.microsoftonline.com/` + home + `/v2.0","audiences":["` + app + `"]},"claimMappings":{"username":{"expression":"'aks:jwt:' + claims.oid"}}}`
	n, err := ParseConfiguration([]byte(aks), "")
	if err != nil || n.Token.Version != 2 || n.Username[0] != (Choice{Prefix: "aks:jwt:", Claim: "oid"}) || n.Groups.Claim != "" {
		t.Errorf("AKS's file: %+v, %v", n, err)
	}
	if n, err := ParseConfiguration([]byte(head+otherIssuer), ""); err != nil || n.Username[0] != (Choice{Claim: "email"}) {
		t.Errorf("a single issuer: %+v, %v", n, err)
	}
	for name, tt := range map[string]struct {
		data   string
		tenant entra.TenantID
		says   string
	}{
		"no YAML":        {"\t{", "", "no AuthenticationConfiguration"},
		"empty":          {"", "", "no issuer"},
		"another tenant": {head + entraIssuer, "other", "no issuer of the tenant"},
		"two":            {head + entraIssuer + entraIssuer, home, "2 issuers"},
		"no name":        {head + strings.Replace(otherIssuer, "claim: email", "claim: ''", 1), "", "claimMappings.username: neither"},
		"another form":   {head + strings.Replace(otherIssuer, "claim: email, prefix: \"\"", "expression: \"claims.sub.split('@')[0]\"", 1), "", "not understood"},
	} {
		if _, err := ParseConfiguration([]byte(tt.data), tt.tenant); fault.KindOf(err) != fault.Usage || err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestServerFlags(t *testing.T) {
	const issuer = "--oidc-issuer-url=https://sts.windows.net/" + home + "/"
	for line, want := range map[string]struct {
		user  Choice
		group Groups
	}{
		issuer: {Choice{Prefix: "https://sts.windows.net/" + home + "/#", Claim: "sub"}, Groups{}},
		issuer + " --oidc-username-claim upn --oidc-username-prefix - --oidc-groups-claim=groups": {Choice{Claim: "upn"}, Groups{Claim: "groups"}},
		issuer + " --oidc-username-claim=oid --oidc-username-prefix=":                             {Choice{Prefix: "https://sts.windows.net/" + home + "/#", Claim: "oid"}, Groups{}},
		issuer + " --oidc-username-claim=email":                                                   {Choice{Claim: "email"}, Groups{}},
		issuer + " --oidc-username-claim=oid --oidc-username-prefix=e: --oidc-groups-claim groups --oidc-groups-prefix g:": {
			Choice{Prefix: "e:", Claim: "oid"}, Groups{"groups", "g:"}},
	} {
		n, ok := ParseServerFlags(append([]string{"kube-apiserver"}, strings.Fields(line)...)).naming()
		if !ok || n.Username[0] != want.user || n.Groups != want.group || n.Tenant != home {
			t.Errorf("%s: %+v", line, n)
		}
	}
	if _, ok := ParseServerFlags([]string{"kube-apiserver", "--secure-port=6443", "-v", "2"}).naming(); ok {
		t.Error("a naming without --oidc-issuer-url")
	}
}
