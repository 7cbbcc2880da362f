package login

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// session is a sign-in, kept by a refresh token. It serves every resource of
// its client, in every tenant that knows the person.
type session struct {
	Client   entra.ClientID `json:"client"`
	Home     entra.TenantID `json:"home"`
	Person   entra.ObjectID `json:"person"` // at home
	At       time.Time      `json:"at"`     // of the sign-in
	Used     time.Time      `json:"used"`
	Device   bool           `json:"device"` // by device code
	Public   bool           `json:"public"` // the client sent no proof
	MFA      bool           `json:"mfa"`
	Resource string         `json:"resource"` // last asked for: the v1 endpoint's default
}

// userToken is what was agreed on, ready to be issued.
type userToken struct {
	grantee
	to   target
	wish wish
	info bool // the client asks who has signed in, as MSAL does
}

// allow checks whether a user may have a token for a wish through a client.
func (s *Service) allow(t *directory.Tenant, app *directory.Application, u *directory.User, w wish, o occasion) (userToken, *failure) {
	out := userToken{grantee: grantee{tenant: t, client: app, user: u}, wish: w}
	if !u.AccountEnabled {
		return out, fail(50057, u.Person.SignInName)
	}
	if u.ExternalUserState != nil && *u.ExternalUserState == "PendingAcceptance" {
		return out, fail(50014, u.Person.SignInName, t.Name)
	}
	to, f := s.target(t, w)
	if f != nil {
		return out, f
	}
	out.to = to
	out.scopes = t.Scopes(app.AppID, to.app.AppID, u.ID)
	for _, v := range w.values {
		if !slices.ContainsFunc(out.scopes, func(have string) bool { return strings.EqualFold(have, v) }) {
			return out, s.unconsented(app, to, w)
		}
	}
	if len(out.scopes) == 0 {
		return out, s.unconsented(app, to, w)
	}
	out.roles = t.Roles(u.ID, to.sp.ID)
	if to.sp.AppRoleAssignmentRequired && !assigned(t, to.sp.ID, u.ID) {
		return out, fail(50105, u.Person.SignInName, to.app.DisplayName)
	}
	out.mfa, f = s.conditional(t, u, to, o)
	return out, f
}

// assigned reports whether a user, directly or by a group, is assigned to a
// service principal in any role.
func assigned(t *directory.Tenant, sp, user entra.ObjectID) bool {
	holders := []entra.ObjectID{user}
	for _, g := range t.TransitiveGroups(user, false) {
		holders = append(holders, g.ID)
	}
	return slices.ContainsFunc(t.RoleAssignments(), func(r *directory.RoleAssignment) bool {
		return r.ResourceID == sp && slices.Contains(holders, r.PrincipalID)
	})
}

// grant is an answer of the token endpoint.
type grant struct {
	access  string
	id      string
	refresh string
	info    string // client_info
	wish    wish
	scopes  []string
	now     time.Time
	until   time.Time
}

// issueUser makes the tokens of a user. from is the sign-in behind it; nil
// leaves out the refresh token.
func (s *Service) issueUser(u userToken, from *session, nonce string, life time.Duration) (grant, error) {
	now := s.deps.Now()
	out := grant{wish: u.wish, now: now, until: now.Add(life), scopes: u.scopes}
	key := s.signer()
	var err error
	if out.access, err = key.sign(u.wish.bind(u.access(u.to, now, out.until))); err != nil {
		return out, err
	}
	if u.wish.openid {
		if out.id, err = key.sign(u.identity(now, out.until, nonce, u.wish.v1)); err != nil {
			return out, err
		}
	}
	if u.info {
		info, err := json.Marshal(map[string]any{"uid": u.user.Person.HomeID, "utid": u.user.Person.Home})
		if err != nil {
			return out, err
		}
		out.info = encode(info)
	}
	if from != nil && u.wish.offline {
		next := *from
		next.Used, next.MFA, next.Resource = now, u.mfa, u.wish.resource
		out.refresh = opaque("1.")
		s.mu.Lock()
		s.refresh[fingerprint(out.refresh)] = &next
		s.mu.Unlock()
	}
	return out, nil
}

// write answers with the tokens; the v1 endpoint writes numbers as text.
func (g grant) write(w http.ResponseWriter) {
	seconds := int(g.until.Sub(g.now).Seconds())
	body := map[string]any{"token_type": g.wish.tokenType(), "access_token": g.access}
	if g.wish.v1 {
		body["resource"] = g.wish.resource
		if len(g.scopes) > 0 {
			body["scope"] = strings.Join(g.scopes, " ")
		}
		body["expires_in"], body["ext_expires_in"] = strconv.Itoa(seconds), strconv.Itoa(seconds)
		body["expires_on"] = strconv.FormatInt(g.until.Unix(), 10)
		body["not_before"] = strconv.FormatInt(g.now.Unix(), 10)
	} else {
		body["scope"] = g.wish.asked
		body["expires_in"], body["ext_expires_in"] = seconds, seconds
	}
	for name, value := range map[string]string{"refresh_token": g.refresh, "id_token": g.id, "client_info": g.info} {
		if value != "" {
			body[name] = value
		}
	}
	keepNowhere(w)
	wire.JSON(w, http.StatusOK, body)
}
