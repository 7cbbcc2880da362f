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
	client   entra.ClientID
	home     entra.TenantID
	person   entra.ObjectID // at home
	at       time.Time      // of the sign-in
	used     time.Time
	device   bool // by device code
	byPublic bool // the client sent no secret
}

// userToken is what was agreed on, ready to be issued.
type userToken struct {
	grantee
	to   target
	wish wish
}

// allow checks whether a user may have a token for a wish through a client.
func (s *Service) allow(t *directory.Tenant, app *directory.Application, u *directory.User, w wish, device bool) (userToken, *failure) {
	out := userToken{grantee: grantee{tenant: t, client: app, user: u}, wish: w}
	if !u.AccountEnabled {
		return out, fail(50057, u.Person.SignInName)
	}
	if device && u.Person.BlockDeviceCode {
		return out, fail(53003)
	}
	to, f := s.target(t, w)
	if f != nil {
		return out, f
	}
	out.to = to
	out.scopes = t.Scopes(app.AppID, to.app.AppID, u.ID)
	for _, v := range w.values {
		if !slices.ContainsFunc(out.scopes, func(have string) bool { return strings.EqualFold(have, v) }) {
			return out, fail(65001, to.app.DisplayName, app.AppID, app.DisplayName)
		}
	}
	if len(out.scopes) == 0 {
		return out, fail(65001, to.app.DisplayName, app.AppID, app.DisplayName)
	}
	out.roles = t.Roles(u.ID, to.sp.ID)
	if to.sp.AppRoleAssignmentRequired && !assigned(t, to.sp.ID, u.ID) {
		return out, fail(50105, u.Person.SignInName, to.app.DisplayName)
	}
	return out, nil
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
	now     time.Time
	until   time.Time
}

// issueUser makes the tokens of a user. from is the sign-in behind it; nil
// leaves out the refresh token.
func (s *Service) issueUser(u userToken, from *session, nonce string, life time.Duration) (grant, error) {
	now := s.deps.Now()
	out := grant{wish: u.wish, now: now, until: now.Add(life)}
	var err error
	if out.access, err = s.key.sign(u.access(u.to, now, out.until)); err != nil {
		return out, err
	}
	if u.wish.openid {
		if out.id, err = s.key.sign(u.identity(now, out.until, nonce)); err != nil {
			return out, err
		}
	}
	info, err := json.Marshal(map[string]any{"uid": u.user.Person.HomeID, "utid": u.user.Person.Home})
	if err != nil {
		return out, err
	}
	out.info = encode(info)
	if from != nil && u.wish.offline {
		next := *from
		next.used = now
		out.refresh = opaque("1.")
		s.mu.Lock()
		s.refresh[out.refresh] = &next
		s.mu.Unlock()
	}
	return out, nil
}

// write answers with the tokens; the v1 endpoint writes numbers as text.
func (g grant) write(w http.ResponseWriter) {
	seconds := int(g.until.Sub(g.now).Seconds())
	body := map[string]any{"token_type": "Bearer", "access_token": g.access}
	if g.wish.v1 {
		body["resource"] = g.wish.resource
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
	w.Header().Set("Cache-Control", "no-store, no-cache")
	w.Header().Set("Pragma", "no-cache")
	wire.JSON(w, http.StatusOK, body)
}

// spoiled returns the failure of an armed fault.
func spoiled(r *http.Request) *failure {
	for _, f := range faults {
		if wire.Faulty(r, f.name) {
			out := fail(f.code)
			out.text = f.explanation
			return out
		}
	}
	return nil
}

// lifetime of the access token that answers r.
func (s *Service) lifetime(r *http.Request) time.Duration {
	if wire.Faulty(r, shortLived) {
		return 10 * time.Second
	}
	return s.o.Lifetime
}
