package graph

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Limits of a list: how many values a filter with "in" or "or" may have, and how
// many objects a page.
const (
	maxClauses = 15
	maxPage    = "999"
)

// question asks one collection for objects by the values of a property. Values
// are asked for in as many calls as Graph's limits make necessary.
type question struct {
	collection string // "users"; "" is getByIds
	property   string // "mail"; with anyOf the collection's
	anyOf      bool   // the property is a list of strings
	fields     string
	needs      permission
	values     []string
}

func (q question) limit() int {
	if q.collection == "" {
		return maxIDs
	}
	return maxClauses
}

func (q question) call(values []string) call {
	if q.collection == "" {
		return call{op: fmt.Sprintf("read %d directory objects", len(values)), needs: readObjects, method: abs.POST,
			path: "/directoryObjects/getByIds", body: map[string]any{"ids": values, "types": []string{"user", "group", "servicePrincipal"}}}
	}
	clauses := make([]string, len(values))
	for i, v := range values {
		clauses[i] = quote(v)
	}
	filter := q.property + " in (" + strings.Join(clauses, ",") + ")"
	if q.anyOf {
		for i, v := range clauses {
			clauses[i] = q.property + "/any(x:x eq " + v + ")"
		}
		filter = strings.Join(clauses, " or ")
	}
	return call{op: fmt.Sprintf("look for %d of the %s", len(values), q.collection), needs: q.needs, path: "/" + q.collection,
		query: url.Values{"$filter": {filter}, "$select": {q.fields}, "$top": {maxPage}}}
}

// ask sends questions with as few requests as Graph's limits allow and hands
// over what is found, in no order. Values that Graph cannot compare with are
// found nowhere. Done counts the values that are answered.
func (c *Client) ask(ctx context.Context, questions []question, found func(q question, o models.DirectoryObjectable), done func(n int)) error {
	type part struct {
		question
		values []string
	}
	var parts []part
	var calls []call
	for _, q := range questions {
		for values := range slices.Chunk(q.values, q.limit()) {
			parts, calls = append(parts, part{q, values}), append(calls, q.call(values))
		}
	}
	var alone []question // a filter that Graph refused, value by value
	err := c.batch(ctx, fmt.Sprintf("look up %d names in the directory", total(questions)), calls, func(i int, body []byte, err error) error {
		p := parts[i]
		if isStatus(err, http.StatusBadRequest) {
			for _, v := range p.values {
				if q := p.question; len(p.values) > 1 {
					q.values = []string{v}
					alone = append(alone, q)
				}
			}
			if len(p.values) > 1 {
				return nil
			}
			err = nil
			body = []byte(`{"value":[]}`)
		}
		if err != nil {
			return err
		}
		objects, err := c.rest(ctx, calls[i], body)
		for _, o := range objects {
			found(p.question, o)
		}
		done(len(p.values))
		return err
	})
	if err != nil || len(alone) == 0 {
		return err
	}
	return c.ask(ctx, alone, found, done)
}

func total(questions []question) int {
	n := 0
	for _, q := range questions {
		n += len(q.values)
	}
	return n
}

// rest reads a page and those that follow it.
func (c *Client) rest(ctx context.Context, q call, body []byte) ([]models.DirectoryObjectable, error) {
	var all []models.DirectoryObjectable
	for n := 0; ; n++ {
		p, err := decode[models.DirectoryObjectCollectionResponseable](q, typed(q, body), models.CreateDirectoryObjectCollectionResponseFromDiscriminatorValue)
		if err != nil {
			return all, err
		}
		all = append(all, present(p.GetValue())...)
		next := val(p.GetOdataNextLink())
		if next == "" {
			return all, nil
		}
		if !c.ours(next) || n == maxPages {
			return all, fault.Newf(fault.Failure, "%s: the next page is not on Microsoft Graph", q.op)
		}
		if body, err = c.send(ctx, call{op: q.op, needs: q.needs, header: q.header}, next); err != nil {
			return all, err
		}
	}
}

// ours reports whether a continuation link stays on Graph's host.
func (c *Client) ours(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.Scheme == c.base.Scheme && strings.EqualFold(u.Host, c.base.Host)
}

// whole fields by the kind of a principal, and the collection that has them.
var whole = map[entra.Kind]question{
	entra.User:             {collection: "users", fields: userFields + ",otherMails", needs: readUsers},
	entra.Group:            {collection: "groups", fields: groupFields, needs: readGroups},
	entra.ServicePrincipal: {collection: "servicePrincipals", fields: spFields, needs: readApps},
}

// by returns the question for objects of a kind whose property has one of the
// values.
func by(kind entra.Kind, property string, values []string) question {
	q := whole[kind]
	q.property, q.values = property, values
	return q
}
