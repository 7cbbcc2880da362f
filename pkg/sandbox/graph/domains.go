package graph

import (
	"net/http"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

var domainSchema = &schema{name: "domain", set: "domains", filter: map[string]filterable{"id": exact}}

func domains(t *directory.Tenant) []map[string]any {
	list := []map[string]any{}
	for i, name := range t.Domains {
		list = append(list, nulls(map[string]any{"id": name, "authenticationType": "Managed", "isAdminManaged": true, "isDefault": i == 0,
			"isInitial": strings.EqualFold(name, t.InitialDomain), "isRoot": true, "isVerified": true,
			"passwordNotificationWindowInDays": 14, "passwordValidityPeriodInDays": 2147483647,
			"supportedServices": []any{"Email", "OfficeCommunicationsOnline"}}, "availabilityStatus", "manufacturer", "model", "state"))
	}
	return list
}

func (s *Server) listDomains(c *call) (*reply, error) {
	return many(c, domainSchema, domains(c.tenant))
}

func (s *Server) getDomain(c *call) (*reply, error) {
	_, name := key(c.PathValue("id"))
	for _, d := range domains(c.tenant) {
		if strings.EqualFold(name, d["id"].(string)) {
			return domainSchema.one(c, http.StatusOK, d)
		}
	}
	return nil, missing(name)
}
