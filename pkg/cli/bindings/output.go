package bindings

import (
	"encoding/csv"
	"io"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// listing is how access is shown; path adds by which groups it reaches somebody.
func (w *World) listing(path bool, now time.Time) printer.Listing[audit.Access] {
	return printer.Listing[audit.Access]{
		Columns: []printer.Column[audit.Access]{
			{Header: "NAME", Value: audit.Access.Name},
			{Header: "KIND", Value: audit.Access.Kind},
			{Header: "NAMESPACE", Value: func(a audit.Access) string { return a.Binding.Reach() }},
			{Header: "PLANE", Wide: !w.Azure && len(w.Unread) == 0, Value: func(a audit.Access) string { return string(a.Binding.Plane()) }},
			{Header: "ROLE", Value: func(a audit.Access) string { return a.Binding.Role.String() }},
			{Header: "THROUGH", Wide: !path, Value: through},
			{Header: "OWNER", Value: func(a audit.Access) string { return string(a.Binding.Owner) }},
			{Header: "EXPIRES", Value: func(a audit.Access) string { return expiry(a.Binding, now) }},
			{Header: "NOTE", Value: func(a audit.Access) string { return a.Note }},
			{Header: "SUBJECT", Wide: true, Value: func(a audit.Access) string { return a.Subject.Kind + " " + a.Subject.Name }},
			{Header: "DISPLAY NAME", Wide: true, Value: displayName},
			{Header: "OBJECT ID", Wide: true, Value: objectID},
			{Header: "BINDING", Wide: true, Value: func(a audit.Access) string { return a.Binding.Resource() }},
			{Header: "REASON", Wide: true, Value: func(a audit.Access) string { return a.Binding.Reason }},
		},
		Name: func(a audit.Access) string {
			if a.Binding.Azure != nil {
				return a.Binding.Resource()
			}
			return strings.ToLower(a.Binding.Kind()) + "." + binding.Group + "/" + a.Binding.Name
		},
		Document: w.document,
	}
}

// through is the path from the person to the subject: their own group first.
func through(a audit.Access) string {
	names := make([]string, len(a.Via))
	for i, g := range a.Via {
		names[i] = safetext.Clean(g.Name)
	}
	return strings.Join(names, " → ")
}

func expiry(b *audit.Binding, now time.Time) string {
	switch {
	case b.Expires.IsZero():
		return ""
	case b.Expired(now):
		return "expired " + b.Expires.UTC().Format(time.RFC3339)
	default:
		return b.Expires.UTC().Format(time.RFC3339)
	}
}

func displayName(a audit.Access) string {
	if a.Principal == nil {
		return ""
	}
	return a.Principal.Name
}

func objectID(a audit.Access) string {
	if a.Principal == nil {
		return ""
	}
	return string(a.Principal.ID)
}

// item is access as JSON and YAML tell it; its fields are a contract.
type item struct {
	Name      string           `json:"name"`
	Kind      string           `json:"kind"`
	Plane     audit.Plane      `json:"plane"`
	Subject   audit.Subject    `json:"subject"`
	Principal *entra.Principal `json:"principal,omitempty"`
	Namespace string           `json:"namespace,omitempty"` // empty: the whole cluster
	Role      audit.Role       `json:"role"`
	Binding   string           `json:"binding"`
	Scope     string           `json:"scope,omitempty"` // of a role assignment
	Through   []group          `json:"through,omitempty"`
	Owner     audit.Owner      `json:"owner"`
	Expires   *time.Time       `json:"expires,omitempty"`
	Reason    string           `json:"reason,omitempty"`
	Note      string           `json:"note,omitempty"`
}

// group is one group of a path.
type group struct {
	ID   entra.ObjectID `json:"id"`
	Name string         `json:"name"`
}

func (w *World) document(list []audit.Access) any {
	items := make([]item, 0, len(list))
	for _, a := range list {
		b := a.Binding
		it := item{Name: a.Name(), Kind: a.Kind(), Plane: b.Plane(), Subject: a.Subject, Principal: a.Principal, Namespace: b.Namespace, Role: b.Role,
			Binding: b.Resource(), Owner: b.Owner, Reason: b.Reason, Note: a.Note}
		if b.Azure != nil {
			it.Scope = b.Azure.Scope
		}
		for _, g := range a.Via {
			it.Through = append(it.Through, group{g.ID, g.Name})
		}
		if !b.Expires.IsZero() {
			it.Expires = &b.Expires
		}
		items = append(items, it)
	}
	return struct {
		APIVersion string   `json:"apiVersion"`
		Kind       string   `json:"kind"`
		Items      []item   `json:"items"`
		Unread     []Unread `json:"unread,omitempty"`
	}{"aad.kubectl.dev/v1alpha1", "AccessList", items, w.Unread}
}

// writeCSV writes one line for each subject of each binding.
func writeCSV(w io.Writer, list []audit.Access) error {
	c := csv.NewWriter(w)
	_ = c.Write([]string{"name", "kind", "display name", "object id", "namespace", "role", "subject kind", "subject", "binding", "through", "owner", "expires", "reason", "note", "plane"})
	for _, a := range list {
		expires := ""
		if !a.Binding.Expires.IsZero() {
			expires = a.Binding.Expires.UTC().Format(time.RFC3339)
		}
		row := []string{a.Name(), a.Kind(), displayName(a), objectID(a), a.Binding.Reach(), a.Binding.Role.String(), a.Subject.Kind, a.Subject.Name,
			a.Binding.Resource(), through(a), string(a.Binding.Owner), expires, a.Binding.Reason, a.Note, string(a.Binding.Plane())}
		for i, cell := range row {
			row[i] = cellText(cell)
		}
		_ = c.Write(row)
	}
	c.Flush()
	return c.Error()
}

// cellText keeps spreadsheets from taking a name for a formula: such a cell
// starts with an apostrophe, which they do not show (OWASP, CSV injection).
func cellText(s string) string {
	s = safetext.Clean(s)
	if s != "" && strings.ContainsRune("=+-@|%＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}
