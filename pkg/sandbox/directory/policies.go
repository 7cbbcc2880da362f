package directory

import (
	"slices"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Policy is a Conditional Access policy, with those of Entra's conditions and
// controls that a command line tool meets.
type Policy struct {
	Name      string           `json:"name"`
	Users     []entra.ObjectID `json:"users"`     // users and groups; empty: everybody
	Resources []entra.ClientID `json:"resources"` // empty: every one
	Control   Control          `json:"control"`
	Frequency time.Duration    `json:"frequency"` // of SignInFrequency, nanoseconds
}

// Control is what a policy does.
type Control string

// The controls.
const (
	Block           Control = "block"             // no token (53003)
	BlockDeviceCode Control = "block-device-code" // none by device code (53003)
	RequireMFA      Control = "require-mfa"       // none after a sign-in without MFA (50076)
	SignInFrequency Control = "sign-in-frequency" // none for an older sign-in (70043)
)

// Policies lists the tenant's policies.
func (t *Tenant) Policies() []Policy {
	return read(t, func(time.Time) []Policy { return slices.Clone(t.policies) })
}

// SetPolicy adds a policy, or puts it in the place of the one of its name.
func (t *Tenant) SetPolicy(p Policy) {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	t.policies = append(slices.DeleteFunc(slices.Clone(t.policies), func(have Policy) bool { return have.Name == p.Name }), p)
}

// DeletePolicy removes the policy of a name, if there is one.
func (t *Tenant) DeletePolicy(name string) {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	t.policies = slices.DeleteFunc(slices.Clone(t.policies), func(have Policy) bool { return have.Name == name })
}

// PoliciesFor lists the policies that concern a user and a resource; without a
// resource, those that concern every one.
func (t *Tenant) PoliciesFor(user entra.ObjectID, resource entra.ClientID) []Policy {
	return read(t, func(at time.Time) []Policy {
		if len(t.policies) == 0 {
			return nil
		}
		who := append(walk(t.memberOf, user, at), user)
		var out []Policy
		for _, p := range t.policies {
			concerns := len(p.Users) == 0 || slices.ContainsFunc(p.Users, func(id entra.ObjectID) bool { return slices.Contains(who, id) })
			if concerns && (len(p.Resources) == 0 || slices.Contains(p.Resources, resource)) {
				out = append(out, p)
			}
		}
		return out
	})
}
