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

// allow refuses a query that the directory could not answer.
func (sc *schema) allow(c *call) error {
	if err := sc.allowOrder(c); err != nil {
		return err
	}
	if err := sc.allowSearch(c); err != nil {
		return err
	}
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

// allowOrder: together with a filter, sorting is one of the advanced queries.
func (sc *schema) allowOrder(c *call) error {
	for _, o := range c.query.OrderBy {
		if !slices.Contains(sc.order, o.Property) {
			return failure(http.StatusBadRequest, odata.CodeUnsupported, "Unsupported or invalid sort property '%s' of resource '%s'.", o.Property, sc.name)
		}
	}
	if len(c.query.OrderBy) > 0 && c.query.Filter != nil && !(c.eventual() && c.query.Count) {
		return failure(http.StatusBadRequest, odata.CodeUnsupported, "Sorting not supported for current query.")
	}
	return nil
}

func (sc *schema) allowSearch(c *call) error {
	if c.query.Search == nil {
		return nil
	}
	if !c.eventual() {
		return failure(http.StatusBadRequest, odata.CodeUnsupported,
			"Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
	}
	for _, name := range c.query.Search.Properties {
		if !slices.Contains(sc.search, name) {
			return failure(http.StatusBadRequest, odata.CodeUnsupported, "Unsupported or invalid search property '%s' of resource '%s'.", name, sc.name)
		}
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
