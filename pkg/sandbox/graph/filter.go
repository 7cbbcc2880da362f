package graph

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/graph/odata"
)

// eventual reports whether the client asks for the advanced queries.
func (c *call) eventual() bool {
	return strings.EqualFold(c.Header.Get("ConsistencyLevel"), "eventual")
}

// allow refuses a filter that the directory could not answer.
func (sc *schema) allow(c *call) error {
	if c.query.Filter == nil {
		return nil
	}
	issuer, assigned := false, false
	for _, clause := range c.query.Filter.Clauses {
		issuer = issuer || clause.Path == "identities/issuer"
		assigned = assigned || clause.Path == "identities/issuerAssignedId"
		if err := sc.allowClause(clause, c.eventual() && c.query.Count); err != nil {
			return err
		}
	}
	if issuer != assigned {
		return failure(http.StatusBadRequest, odata.CodeUnsupported, "The filter on identities needs both issuer and issuerAssignedId.")
	}
	return nil
}

func (sc *schema) allowClause(clause odata.Clause, advanced bool) error {
	rule, ok := sc.filter[clause.Path]
	if !ok {
		return failure(http.StatusBadRequest, odata.CodeUnsupported,
			"Unsupported or invalid query filter clause specified for property '%s' of resource '%s'.", clause.Path, strings.ToUpper(sc.name[:1])+sc.name[1:])
	}
	plain := slices.Contains(rule.plain, clause.Op)
	if !plain && clause.Op != odata.Ne && !slices.Contains(rule.advanced, clause.Op) {
		return failure(http.StatusBadRequest, odata.CodeUnsupported, "Operator '%s' is not supported for property '%s'.", clause.Op, clause.Path)
	}
	if (!plain || clause.Negated) && !advanced {
		return failure(http.StatusBadRequest, odata.CodeUnsupported,
			"Operator '%s' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information.", clause.Op)
	}
	for _, v := range clause.Values {
		if _, isBool := v.(bool); v != nil && isBool != sc.boolean[clause.Path] {
			return failure(http.StatusBadRequest, odata.CodeBad, "Invalid filter clause: A binary operator with incompatible types was detected for property '%s'.", clause.Path)
		}
	}
	return nil
}
