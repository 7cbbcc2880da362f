package login

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// adminConsent is the portal's private endpoint behind `az ad app permission
// admin-consent`: it puts into force all that a registration declares to need.
func (s *Service) adminConsent(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	who, err := s.Verify(token, string(directory.AzurePortal))
	if err != nil {
		s.Refuse(w, r, http.StatusUnauthorized, "", err.Error())
		return
	}
	t, ok := s.deps.Directory.Tenant(string(who.Tenant))
	if !ok || !slices.Contains(t.RoleTemplates(who.Object), directory.GlobalAdministrator) {
		s.Refuse(w, r, http.StatusForbidden, "", "only an administrator may consent for everybody")
		return
	}
	id := entra.ClientID(r.PathValue("app"))
	app, _, okApp := s.deps.Directory.AnyApplication(id)
	sp, okSP := t.ServicePrincipalByAppID(id)
	if !okApp || !okSP {
		s.Refuse(w, r, http.StatusNotFound, "", "the application has no service principal in this tenant")
		return
	}
	if err := consentAll(t, sp.ID, app); err != nil {
		s.Refuse(w, r, http.StatusBadRequest, "", err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// consentAll grants for everybody all that a registration declares to need.
func consentAll(t *directory.Tenant, client entra.ObjectID, app *directory.Application) error {
	for _, need := range app.RequiredResourceAccess {
		if err := consent(t, client, need); err != nil {
			return err
		}
	}
	return nil
}

// consent grants one resource's part of what a client declares; what is granted
// already stays.
func consent(t *directory.Tenant, client entra.ObjectID, need directory.RequiredResourceAccess) error {
	resource, ok := t.ServicePrincipalByAppID(need.ResourceAppID)
	if !ok {
		return fail(500011, need.ResourceAppID, t.Name)
	}
	var scopes []string
	for _, a := range need.ResourceAccess {
		if a.Type == "Role" {
			_, err := t.CreateRoleAssignment(directory.RoleAssignment{PrincipalID: client, ResourceID: resource.ID, AppRoleID: a.ID})
			if err != nil && !errors.Is(err, directory.ErrConflict) {
				return err
			}
			continue
		}
		for _, scope := range resource.OAuth2PermissionScopes {
			if strings.EqualFold(scope.ID, a.ID) {
				scopes = append(scopes, scope.Value)
			}
		}
	}
	if len(scopes) == 0 {
		return nil
	}
	for _, g := range t.Grants() {
		if g.ClientID == client && g.ResourceID == resource.ID && g.PrincipalID == nil {
			all := append(strings.Fields(g.Scope), scopes...)
			slices.Sort(all)
			return t.UpdateGrant(g.ID, strings.Join(slices.Compact(all), " "))
		}
	}
	_, err := t.CreateGrant(directory.ScopeGrant{ClientID: client, ResourceID: resource.ID, ConsentType: "AllPrincipals", Scope: strings.Join(scopes, " ")})
	return err
}
