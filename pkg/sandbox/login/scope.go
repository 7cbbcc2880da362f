package login

import (
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// wish is what a request asks a token for.
type wish struct {
	asked    string   // as the client wrote it, echoed in the answer
	resource string   // the resource's name as asked, which v1 tokens have as audience
	values   []string // single permissions; none with .default
	dflt     bool     // .default
	openid   bool
	offline  bool
	v1       bool   // asked at the v1 endpoint, by resource
	bound    string // thumbprint of the key that the token is to be bound to
}

var identityScopes = []string{"openid", "profile", "email", "offline_access"}

// parseScope reads the scope parameter: permissions of one resource, and the
// words of OpenID Connect. A name without resource is Microsoft Graph's.
func parseScope(scope string) (wish, *failure) {
	w := wish{asked: scope}
	found := false
	for _, word := range strings.Fields(scope) {
		if slices.Contains(identityScopes, word) {
			w.openid = w.openid || word == "openid"
			w.offline = w.offline || word == "offline_access"
			continue
		}
		resource, value := string(entra.MicrosoftGraph), word
		if i := strings.LastIndex(word, "/"); i >= 0 {
			resource, value = word[:i], word[i+1:] // "https://x//.default" leaves "https://x/"
		}
		if value == "" {
			return w, fail(70011, scope)
		}
		if found && resource != w.resource {
			return w, fail(28000, scope)
		}
		w.resource, found = resource, true
		if value == ".default" {
			w.dflt = true
		} else {
			w.values = append(w.values, value)
		}
	}
	if !found {
		w.resource = string(entra.MicrosoftGraph)
	}
	return w, nil
}

// parseResource reads the v1 endpoint's resource parameter.
func parseResource(resource string) wish {
	return wish{asked: resource, resource: resource, dflt: true, openid: true, offline: true, v1: true}
}

// target is the resource of a wish as a tenant knows it.
type target struct {
	app      *directory.Application
	sp       *directory.ServicePrincipal
	audience string
	v2       bool // its tokens are v2
}

// target finds the resource. A v1 token's audience is the name that was asked
// for; a v2 token's is the client id.
func (s *Service) target(t *directory.Tenant, w wish) (target, *failure) {
	if w.resource == "" {
		return target{}, fail(900144, "resource")
	}
	name := w.resource
	for alias, real := range s.o.Aliases {
		if sameName(alias, name) {
			name = real
		}
	}
	plain := strings.TrimPrefix(name, "spn:")
	sp, ok := t.Resource(plain)
	if !ok {
		return target{}, fail(500011, w.resource, t.Name)
	}
	app, _, ok := s.deps.Directory.AnyApplication(sp.AppID)
	if !ok {
		return target{}, fail(500011, w.resource, t.Name)
	}
	if !sp.AccountEnabled {
		return target{}, fail(7000112, app.AppID, app.DisplayName)
	}
	out := target{app: app, sp: sp, audience: name}
	if v := app.API.RequestedAccessTokenVersion; v != nil && *v == 2 {
		out.audience, out.v2 = string(app.AppID), true
	} else if w.v1 && entra.IsGUID(plain) {
		out.audience = "spn:" + plain // as the v1 endpoint has done since ADAL
	}
	return out, nil
}
