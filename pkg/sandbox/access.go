package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// PolicySpec is a Conditional Access policy of contoso.com as people write it.
type PolicySpec struct {
	Name      string            `json:"name"`
	Who       []string          `json:"who"`       // users and groups: names, UPNs or object ids; empty: everybody
	Resources []entra.ClientID  `json:"resources"` // client ids; empty: every one
	Control   directory.Control `json:"control"`
	Frequency time.Duration     `json:"frequency"` // of sign-in-frequency, nanoseconds
}

// controls are what a policy can do.
var controls = []directory.Control{directory.Block, directory.BlockDeviceCode, directory.RequireMFA, directory.SignInFrequency}

// SetPolicy adds a policy to contoso.com, or puts it in the place of the one of
// its name.
func (s *Sandbox) SetPolicy(p PolicySpec) error {
	home := s.directory.Tenants()[0]
	out := directory.Policy{Name: p.Name, Resources: p.Resources, Control: p.Control, Frequency: p.Frequency}
	switch {
	case p.Name == "":
		return errors.New("set a policy: it has no name")
	case !slices.Contains(controls, p.Control):
		return fmt.Errorf("set policy %q: no control %q; there are %q", p.Name, p.Control, controls)
	}
	for _, who := range p.Who {
		id, ok := member(home, who)
		if !ok {
			return fmt.Errorf("set policy %q: nobody is called %q", p.Name, who)
		}
		out.Users = append(out.Users, id)
	}
	home.SetPolicy(out)
	s.written()
	return nil
}

// member finds a user or a group by what people call them.
func member(t *directory.Tenant, who string) (entra.ObjectID, bool) {
	if u, ok := t.Person(who); ok {
		return u.ID, true
	}
	for _, g := range t.Groups() {
		if g.DisplayName == who || string(g.ID) == who {
			return g.ID, true
		}
	}
	return "", false
}

// Policies lists the Conditional Access policies of contoso.com, with object ids.
func (s *Sandbox) Policies() []PolicySpec {
	list := []PolicySpec{}
	for _, p := range s.directory.Tenants()[0].Policies() {
		spec := PolicySpec{Name: p.Name, Resources: p.Resources, Control: p.Control, Frequency: p.Frequency}
		for _, id := range p.Users {
			spec.Who = append(spec.Who, string(id))
		}
		list = append(list, spec)
	}
	return list
}

// DeletePolicy removes the policy of a name, if there is one.
func (s *Sandbox) DeletePolicy(name string) {
	s.directory.Tenants()[0].DeletePolicy(name)
	s.written()
}

// FederatedToken returns a token about subject for audience as a CI system would
// give it to a job, and the issuer that a federated credential has to name.
func (s *Sandbox) FederatedToken(subject, audience string) (login.Federated, error) {
	defer s.written() // the issuer's key may be new
	return s.login.FederatedToken(s.chassis.Endpoint(wire.Portal), subject, audience)
}

// TrustIssuer gives the sandbox the keys (a JWKS document) of an issuer that it
// cannot ask: it asks over HTTPS, and only those that its own CA verifies.
func (s *Sandbox) TrustIssuer(issuer string, jwks json.RawMessage) error {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if u, err := url.Parse(issuer); err != nil || u.Scheme != "https" {
		return fmt.Errorf("trust issuer %q: it is not an https address", issuer)
	}
	if err := json.Unmarshal(jwks, &set); err != nil || len(set.Keys) == 0 {
		return fmt.Errorf("trust issuer %q: there is no key in its JWKS", issuer)
	}
	s.directory.TrustIssuer(issuer, jwks)
	s.written()
	return nil
}
