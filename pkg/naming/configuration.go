package naming

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// configuration is what is read of an AuthenticationConfiguration. The file of
// `az aks jwtauthenticator` is one authenticator alone.
type configuration struct {
	JWT []authenticator `json:"jwt"`
	authenticator
}

type authenticator struct {
	Issuer struct {
		URL       string   `json:"url"`
		Audiences []string `json:"audiences"`
	} `json:"issuer"`
	ClaimMappings struct {
		Username mapping `json:"username"`
		Groups   mapping `json:"groups"`
		Extra    []struct {
			Key             string `json:"key"`
			ValueExpression string `json:"valueExpression"`
		} `json:"extra"`
	} `json:"claimMappings"`
}

type mapping struct {
	Claim      string  `json:"claim"`
	Prefix     *string `json:"prefix"`
	Expression string  `json:"expression"`
}

// ParseConfiguration reads how an AuthenticationConfiguration names principals:
// the authenticator of tenant, or the only one. The error is fault.Usage.
func ParseConfiguration(data []byte, tenant entra.TenantID) (Naming, error) {
	var c configuration
	if err := yaml.Unmarshal(data, &c); err != nil {
		return Naming{}, fault.Newf(fault.Usage, "this is no AuthenticationConfiguration: %s", safetext.Clean(err.Error()))
	}
	if c.Issuer.URL != "" {
		c.JWT = append(c.JWT, c.authenticator)
	}
	a, err := c.of(tenant)
	if err != nil {
		return Naming{}, err
	}
	return a.naming()
}

// of returns the authenticator for a tenant's tokens.
func (c configuration) of(tenant entra.TenantID) (authenticator, error) {
	var fit []authenticator
	for _, a := range c.JWT {
		if of := tenantOf(a.Issuer.URL); of != "" && (tenant == "" || of == tenant) {
			fit = append(fit, a)
		}
	}
	switch {
	case len(fit) == 1:
		return fit[0], nil
	case len(c.JWT) == 1 && tenant == "":
		return c.JWT[0], nil
	case len(fit) == 0:
		return authenticator{}, fault.Newf(fault.Usage, "the AuthenticationConfiguration has no issuer of the tenant %q", string(tenant))
	}
	return authenticator{}, fault.Hint(fault.Newf(fault.Usage, "the AuthenticationConfiguration has %d issuers that could be meant", len(fit)), "--tenant-id TENANT chooses one")
}

// tenantOf is the tenant in an issuer's URL, or "".
func tenantOf(issuer string) entra.TenantID {
	u, err := url.Parse(issuer)
	if err != nil {
		return ""
	}
	for _, part := range strings.Split(u.Path, "/") {
		if entra.IsGUID(part) {
			return entra.TenantID(strings.ToLower(part))
		}
	}
	return ""
}

// versionOf is the version of the tokens that an issuer's URL stands for.
func versionOf(issuer string) int {
	if strings.HasSuffix(strings.TrimSuffix(issuer, "/"), "/v2.0") {
		return 2
	}
	return 1
}

func (a authenticator) naming() (Naming, error) {
	n := Naming{Kind: Config, Tenant: tenantOf(a.Issuer.URL), Token: Token{Version: versionOf(a.Issuer.URL)}}
	for _, audience := range a.Issuer.Audiences {
		n.Server = cmp.Or(n.Server, serverID(audience))
	}
	var err error
	if n.Username, err = a.ClaimMappings.Username.rule(); err != nil {
		return n, fault.Wrap(fault.Usage, "claimMappings.username", err)
	}
	if n.Groups, err = a.ClaimMappings.Groups.groups(); err != nil {
		return n, fault.Wrap(fault.Usage, "claimMappings.groups", err)
	}
	for _, e := range a.ClaimMappings.Extra {
		if r, err := ParseRule(e.ValueExpression); err == nil && len(r) == 1 && r[0] == (Choice{Claim: "oid"}) {
			n.Extra = e.Key
		}
	}
	n.Why = fmt.Sprintf("by the AuthenticationConfiguration's rule %s", n.Username)
	return n, nil
}

func (m mapping) rule() (Rule, error) {
	if m.Expression != "" {
		return ParseRule(m.Expression)
	}
	if m.Claim == "" {
		return nil, fault.New(fault.Usage, "neither claim nor expression")
	}
	return Rule{{Prefix: m.prefix(), Claim: m.Claim}}, nil
}

func (m mapping) groups() (Groups, error) {
	if m.Expression != "" {
		return ParseGroups(m.Expression)
	}
	return Groups{Claim: m.Claim, Prefix: m.prefix()}, nil
}

func (m mapping) prefix() string {
	if m.Prefix == nil {
		return ""
	}
	return *m.Prefix
}
