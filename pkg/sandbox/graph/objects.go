package graph

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

func (s *Server) getObject(c *call) (*reply, error) {
	_, id := key(c.PathValue("id"))
	v, ok := object(c.tenant, entra.ObjectID(id))
	if !ok {
		return nil, missing(id)
	}
	sc, object, err := typed(v)
	if err != nil {
		return nil, err
	}
	out, err := sc.show(object, c.query.Select)
	if err != nil {
		return nil, err
	}
	out["@odata.type"], out["@odata.context"] = object["@odata.type"], contextURL(c, "directoryObjects", "/$entity")
	return &reply{http.StatusOK, out}, nil
}

// maxIDs is how many objects one getByIds may ask for.
const maxIDs = 1000

// getByIDs answers with the objects that are there; the others are just missing
// from the answer.
func (s *Server) getByIDs(c *call) (*reply, error) {
	var in struct {
		IDs   []entra.ObjectID
		Types []string
	}
	if err := wire.ReadJSON(c.Request, &in); err != nil {
		return nil, badRequest("The request is not valid JSON.")
	}
	if len(in.IDs) > maxIDs {
		return nil, badRequest("Number of included identifiers cannot exceed '%d'.", maxIDs)
	}
	for _, id := range in.IDs {
		if !entra.IsGUID(string(id)) {
			return nil, badRequest("Invalid object identifier '%s'.", id)
		}
	}
	value := []any{}
	for i, id := range in.IDs {
		v, ok := object(c.tenant, id)
		if !ok || slices.Contains(in.IDs[:i], id) || !wanted(v, in.Types) {
			continue
		}
		sc, object, err := typed(v)
		if err != nil {
			return nil, err
		}
		out, err := sc.show(object, nil)
		if err != nil {
			return nil, err
		}
		out["@odata.type"] = object["@odata.type"]
		value = append(value, out)
	}
	return &reply{http.StatusOK, map[string]any{"@odata.context": wire.Base(c.Request) + version + "/$metadata#directoryObjects", "value": value}}, nil
}

func wanted(v any, types []string) bool {
	name := schemaOf(v).name
	return len(types) == 0 || slices.ContainsFunc(types, func(t string) bool {
		return strings.EqualFold(t, name) || strings.EqualFold(t, "directoryObject")
	})
}

func (s *Server) listOrganization(c *call) (*reply, error) {
	return many(c, organizationSchema, []map[string]any{organization(c.tenant)})
}

func (s *Server) getOrganization(c *call) (*reply, error) {
	if _, id := key(c.PathValue("id")); !strings.EqualFold(id, string(c.tenant.ID)) {
		return nil, missing(id)
	}
	return organizationSchema.one(c, http.StatusOK, organization(c.tenant))
}

func organization(t *directory.Tenant) map[string]any {
	domains := []map[string]any{}
	for i, d := range t.Domains {
		domains = append(domains, map[string]any{"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": i == 0,
			"isInitial": strings.EqualFold(d, t.InitialDomain), "name": d, "type": "Managed"})
	}
	return nulls(map[string]any{"id": t.ID, "displayName": t.Name, "verifiedDomains": domains, "tenantType": "AAD",
		"countryLetterCode": "US", "businessPhones": []any{}, "technicalNotificationMails": []any{}, "marketingNotificationEmails": []any{},
		"securityComplianceNotificationMails": []any{}, "securityComplianceNotificationPhones": []any{}, "assignedPlans": []any{},
		"provisionedPlans": []any{}}, "deletedDateTime", "city", "country", "createdDateTime", "onPremisesLastSyncDateTime",
		"onPremisesSyncEnabled", "postalCode", "preferredLanguage", "state", "street", "privacyProfile", "partnerTenantType")
}
