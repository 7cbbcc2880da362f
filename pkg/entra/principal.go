package entra

import "strings"

// Kind says what a principal is.
type Kind string

// The kinds of principal that a cluster can let in.
const (
	User             Kind = "user"
	Group            Kind = "group"
	ServicePrincipal Kind = "servicePrincipal"
)

// Principal is a user, group or service principal as one tenant sees it. Every
// string in it was chosen by somebody else: strip it before a terminal sees it.
type Principal struct {
	ID       ObjectID `json:"id"`
	Kind     Kind     `json:"kind"`
	Tenant   TenantID `json:"tenant,omitempty"`
	Name     string   `json:"name"`               // display name
	UPN      string   `json:"upn,omitempty"`      // users; the directory's spelling
	Mail     string   `json:"mail,omitempty"`     // users and groups
	ClientID ClientID `json:"clientId,omitempty"` // service principals

	// External: signs in somewhere else (guest, other tenant), so that the
	// access token carries no upn. It is not the same as userType Guest.
	External bool `json:"external,omitempty"`
	// Disabled: accountEnabled is false.
	Disabled bool `json:"disabled,omitempty"`
	// Pending: the invitation was not accepted yet.
	Pending bool `json:"pending,omitempty"`
	// SecurityEnabled is false for groups that never appear in a token when
	// the server app asks for SecurityGroup.
	SecurityEnabled bool `json:"securityEnabled,omitempty"`
}

// SignInName returns the name with which a user signs in: for who signs in
// somewhere else the mail address, or what their #EXT# spelling was made of;
// for everybody else the UPN. Others than users have none.
func (p Principal) SignInName() string {
	if p.Kind != User {
		return ""
	}
	if !p.External {
		return p.UPN
	}
	if p.Mail != "" {
		return p.Mail
	}
	home, _, ok := strings.Cut(p.UPN, "#EXT#")
	if i := strings.LastIndexByte(home, '_'); ok && i >= 0 {
		return home[:i] + "@" + home[i+1:]
	}
	return p.UPN
}
