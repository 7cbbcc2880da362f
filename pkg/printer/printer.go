// Package printer writes a list in every format that commands offer: table,
// wide, json, yaml and name. It uses no colour and asks for no data: what is to
// be seen is handed in.
package printer

import (
	"fmt"
	"io"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Format is how a list is written.
type Format string

// The formats of every listing.
const (
	Table Format = "table"
	Wide  Format = "wide"
	JSON  Format = "json"
	YAML  Format = "yaml"
	Name  Format = "name"
)

// formats are what -o takes.
var formats = []Format{Table, Wide, JSON, YAML, Name}

// Formats lists the words that -o takes, for help and completion.
func Formats() []string {
	words := make([]string, len(formats))
	for i, f := range formats {
		words[i] = string(f)
	}
	return words
}

// ParseFormat reads the value of -o; "" is a table. The error is of kind
// fault.Usage.
func ParseFormat(s string) (Format, error) {
	if s == "" {
		return Table, nil
	}
	for _, f := range formats {
		if s == string(f) {
			return f, nil
		}
	}
	return "", fault.Newf(fault.Usage, "unknown output format %q: use %s", s, strings.Join(Formats(), ", "))
}

// Column is one column of a table of T.
type Column[T any] struct {
	Header string
	Wide   bool // only with -o wide
	Value  func(T) string
}

// Listing says how a T is shown.
type Listing[T any] struct {
	Columns []Column[T]
	// Name is the line of -o name: "rolebinding.rbac.authorization.k8s.io/x".
	Name func(T) string
	// Document is what -o json and -o yaml write; nil writes the items as a
	// list. It is complete, and its fields are a contract.
	Document func([]T) any
}

// Print writes items to w. A width above 0 is that of a terminal: a table is
// cut to it, from its widest columns; -o wide never is. Cells are cleaned of
// what could steer a terminal; JSON and YAML escape it.
func Print[T any](w io.Writer, format Format, width int, l Listing[T], items []T) error {
	switch format {
	case JSON, YAML:
		return Document(w, format, l.document(items))
	case Name:
		for _, item := range items {
			if _, err := fmt.Fprintln(w, safetext.Clean(l.Name(item))); err != nil {
				return err
			}
		}
		return nil
	case Wide:
		width = 0
	}
	var rows [][]string
	header := []string{}
	for _, c := range l.Columns {
		if format == Wide || !c.Wide {
			header = append(header, c.Header)
		}
	}
	rows = append(rows, header)
	for _, item := range items {
		var row []string
		for _, c := range l.Columns {
			if format == Wide || !c.Wide {
				row = append(row, safetext.Clean(c.Value(item)))
			}
		}
		rows = append(rows, row)
	}
	return writeTable(w, rows, width)
}

func (l Listing[T]) document(items []T) any {
	if l.Document != nil {
		return l.Document(items)
	}
	if items == nil {
		return []T{} // never null
	}
	return items
}
