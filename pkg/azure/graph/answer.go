package graph

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/microsoft/kiota-abstractions-go/serialization"
	kiotajson "github.com/microsoft/kiota-serialization-json-go"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// maxPages ends a chain of continuation links that has no end.
const maxPages = 10_000

// decode reads an answer into one of the SDK's models.
func decode[T serialization.Parsable](q call, body []byte, model serialization.ParsableFactory) (T, error) {
	var none T
	bad := func(err error) (T, error) {
		return none, fault.Wrap(fault.Failure, q.op, fmt.Errorf("the answer is not what Microsoft Graph promises: %w", err))
	}
	node, err := kiotajson.NewJsonParseNodeFactory().GetRootParseNode("application/json", body)
	if err != nil {
		return bad(err)
	}
	value, err := node.GetObjectValue(model)
	if err != nil {
		return bad(err)
	}
	t, ok := value.(T)
	if !ok {
		return bad(errors.New("another kind of object"))
	}
	return t, nil
}

// get sends a call and reads the object that it answers.
func get[T serialization.Parsable](ctx context.Context, c *Client, q call, model serialization.ParsableFactory) (T, error) {
	body, err := c.do(ctx, q)
	if err != nil {
		var none T
		return none, err
	}
	return decode[T](q, body, model)
}

// page is what the SDK's collections have in common.
type page[T any] interface {
	serialization.Parsable
	GetOdataNextLink() *string
	GetValue() []T
}

// list sends a call and follows the continuation links, each with the call's
// headers, as long as they stay on Graph's host.
func list[P page[T], T any](ctx context.Context, c *Client, q call, model serialization.ParsableFactory) ([]T, error) {
	var all []T
	body, err := c.do(ctx, q)
	for n := 0; ; n++ {
		if err != nil {
			return nil, err
		}
		p, err := decode[P](q, body, model)
		if err != nil {
			return nil, err
		}
		all = append(all, present(p.GetValue())...)
		next := val(p.GetOdataNextLink())
		if next == "" || q.firstPage {
			return all, nil
		}
		if !c.ours(next) || n == maxPages {
			return nil, fault.Wrap(fault.Failure, q.op, errors.New("the next page is not on Microsoft Graph"))
		}
		if body, err = c.send(ctx, call{op: q.op, needs: q.needs, header: q.header}, next); err != nil {
			return nil, err
		}
	}
}

// val returns what p points to, or the zero value.
func val[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// present leaves out a list's nulls, which the SDK hands on.
func present[T any](list []T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(v T) bool { return any(v) == nil })
}

// quote returns s as a string of OData's filter language.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// byKey returns the path segment of an object addressed by an alternate key.
func byKey(collection, key, value string) string {
	return "/" + collection + "(" + key + "=" + url.PathEscape(quote(value)) + ")"
}

// byID returns the path of an object.
func byID(collection, id string) string { return "/" + collection + "/" + url.PathEscape(id) }
