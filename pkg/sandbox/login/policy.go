package login

import (
	"slices"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// occasion is how somebody comes to ask for a token.
type occasion struct {
	at      time.Time // of the sign-in
	device  bool      // by device code
	mfa     bool      // the sign-in had a second factor
	present bool      // the person sits at the page and can be asked for one
}

// occasion of whoever has this session.
func (s *session) occasion() occasion {
	return occasion{at: s.At, device: s.Device, mfa: s.MFA}
}

// conditional applies the tenant's Conditional Access policies; mfa reports
// whether the sign-in has, or gets, a second factor.
func (s *Service) conditional(t *directory.Tenant, u *directory.User, resource target, o occasion) (mfa bool, f *failure) {
	mfa = o.mfa
	for _, p := range t.PoliciesFor(u.ID, resource.app.AppID) {
		switch p.Control {
		case directory.Block:
			return mfa, fail(53003)
		case directory.BlockDeviceCode:
			if o.device {
				return mfa, fail(53003)
			}
		case directory.RequireMFA:
			if !o.mfa && !o.present {
				return mfa, fail(50076, resource.app.DisplayName)
			}
			mfa = true
		case directory.SignInFrequency:
			if !o.present && s.deps.Now().Sub(o.at) > p.Frequency {
				return mfa, fail(70043)
			}
		}
	}
	return mfa, nil
}

// declares reports whether a client's registration says that it needs a resource.
func declares(client *directory.Application, resource entra.ClientID) bool {
	return slices.ContainsFunc(client.RequiredResourceAccess, func(r directory.RequiredResourceAccess) bool {
		return r.ResourceAppID == resource
	})
}

// unconsented is the refusal of a client that nobody has consented to.
func (s *Service) unconsented(client *directory.Application, to target, w wish) *failure {
	_, home, _ := s.deps.Directory.AnyApplication(client.AppID)
	_, other, _ := s.deps.Directory.AnyApplication(to.app.AppID)
	ownClient, ownResource := !s.tenantKnown(home), !s.tenantKnown(other)
	switch {
	case ownClient && ownResource:
		return fail(65002, client.AppID, to.app.AppID)
	case w.dflt && !ownClient && !declares(client, to.app.AppID):
		return fail(650057, client.AppID, client.DisplayName, w.resource, to.app.AppID)
	}
	return fail(65001, to.app.DisplayName, client.AppID, client.DisplayName)
}

// tenantKnown is false for the vendor's tenant, which is offered to nobody.
func (s *Service) tenantKnown(id entra.TenantID) bool {
	_, ok := s.deps.Directory.Tenant(string(id))
	return ok
}
