// Package odata understands the query options of Microsoft Graph: $filter,
// $search, $orderby, $select, $expand, $top, $count and the continuation token
// of a page. It works on
// decoded JSON and knows no entity: which properties exist, and which may be
// filtered, is for its caller to say.
package odata

import (
	"fmt"
	"net/url"
	"strconv"
)

// The codes with which Graph refuses a query.
const (
	CodeBad         = "BadRequest"
	CodeUnsupported = "Request_UnsupportedQuery"
)

// Error is a query that is refused, with Graph's code and message.
type Error struct{ Code, Message string }

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func bad(format string, args ...any) error {
	return &Error{CodeBad, fmt.Sprintf(format, args...)}
}

func unsupported(format string, args ...any) error {
	return &Error{CodeUnsupported, fmt.Sprintf(format, args...)}
}

// Query holds the options of one request.
type Query struct {
	Filter  *Filter  // nil: everything
	Search  *Search  // nil: everything
	OrderBy []Order  // nil: as the service likes
	Select  []string // nil: the default properties
	Expand  []Expand // relations to show with an object
	Top     int      // 0: the service's page size
	Count   bool
	Skip    int // where the page begins, from $skiptoken
}

// MaxTop is the largest page that may be asked for.
const MaxTop = 999

// ParseQuery reads the options. Options that are known to OData but not to this
// package are refused: an answer that ignores $skip would be wrong in silence.
func ParseQuery(values url.Values) (Query, error) {
	var q Query
	for name := range values {
		if err := q.set(name, values.Get(name)); err != nil {
			return Query{}, err
		}
	}
	return q, nil
}

func (q *Query) set(name, value string) (err error) {
	switch name {
	case "$filter":
		q.Filter, err = ParseFilter(value)
	case "$select":
		q.Select = list(value)
	case "$orderby":
		q.OrderBy, err = parseOrder(value)
	case "$search":
		q.Search, err = ParseSearch(value)
	case "$expand":
		q.Expand, err = parseExpand(value)
	case "$top":
		q.Top, err = strconv.Atoi(value)
		if err != nil || q.Top < 1 || q.Top > MaxTop {
			return unsupported("Invalid page size specified: '%s'. Must be between 1 and %d inclusive.", value, MaxTop)
		}
	case "$count":
		q.Count = value == "true"
	case "$skiptoken":
		q.Skip, err = strconv.Atoi(value)
		if err != nil || q.Skip < 0 {
			return &Error{"Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be included in your request."}
		}
	case "$skip", "$apply":
		return unsupported("The query option '%s' is not supported by this sandbox.", name)
	}
	return err
}
