package bind

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

// show writes results: lines to read, or the format asked for.
func (b *binder) show(results []result) error {
	if b.format != "" {
		width := 0
		if b.OutTTY {
			width = b.Width
		}
		return printer.Print(b.Out, b.format, width, b.listing(), results)
	}
	for i, r := range results {
		if i == 0 || results[i-1].Grant.Principal.ID != r.Grant.Principal.ID {
			s := r.Binding.Subjects[0]
			fmt.Fprintf(b.Out, "%s is %s %q to this cluster\n  %s\n", binding.Title(r.Grant.Principal), s.Kind, s.Name, r.Why)
		}
		fmt.Fprintf(b.Out, "  %s %s: %s %s\n", kindAndName(r.Binding), b.status(r), r.Binding.Role, place(r.Binding.Namespace))
	}
	b.next(results)
	return nil
}

// next says how to look at a single new binding and how to take it away.
func (b *binder) next(results []result) {
	if len(results) != 1 || b.dryRun != dryRunNone || results[0].Outcome == binding.Unchanged {
		return
	}
	made := results[0].Binding
	as := "--as " + quote(made.Subjects[0].Name)
	if made.Subjects[0].Kind == binding.KindGroup {
		as = "--as anybody --as-group " + made.Subjects[0].Name
	}
	where := "-A"
	if made.Namespace != "" {
		where = "-n " + made.Namespace
	}
	fmt.Fprintf(b.Err, "check: kubectl auth can-i list pods %s %s\nundo:  kubectl delete %s\n", where, as, made)
}

// warn says what may keep principals out although they are bound.
func (b *binder) warn(principals []entra.Principal) {
	for _, p := range principals {
		for _, w := range b.mapper.Warnings(p) {
			fmt.Fprintln(b.Err, "warning: "+w)
		}
	}
}

func (b *binder) status(r result) string {
	switch b.dryRun {
	case dryRunClient:
		return string(r.Outcome) + " (dry run)"
	case dryRunServer:
		return string(r.Outcome) + " (server dry run)"
	default:
		return string(r.Outcome)
	}
}

func (b *binder) listing() printer.Listing[result] {
	return printer.Listing[result]{
		Columns: []printer.Column[result]{
			{Header: "PRINCIPAL", Value: func(r result) string { return binding.Title(r.Grant.Principal) }},
			{Header: "SUBJECT", Value: func(r result) string { return r.Binding.Subjects[0].Kind + " " + r.Binding.Subjects[0].Name }},
			{Header: "ROLE", Value: func(r result) string { return r.Binding.Role.String() }},
			{Header: "NAMESPACE", Value: func(r result) string { return r.Binding.Namespace }},
			{Header: "STATUS", Value: b.status},
			{Header: "OBJECT ID", Wide: true, Value: func(r result) string { return string(r.Grant.Principal.ID) }},
			{Header: "BINDING", Wide: true, Value: func(r result) string { return kindAndName(r.Binding) }},
			{Header: "WHY", Wide: true, Value: func(r result) string { return r.Why }},
		},
		Name: func(r result) string {
			return strings.ToLower(r.Binding.Kind()) + "." + binding.Group + "/" + r.Binding.Name
		},
		Document: document,
	}
}

// document is what kubectl writes: one manifest, or a List of them. Both can be
// applied and kept in a repository.
func document(results []result) any {
	manifests := []binding.Manifest{}
	for _, r := range results {
		r.Binding.ResourceVersion = ""
		manifests = append(manifests, r.Binding.Manifest())
	}
	if len(manifests) == 1 {
		return manifests[0]
	}
	return struct {
		APIVersion string             `json:"apiVersion"`
		Kind       string             `json:"kind"`
		Items      []binding.Manifest `json:"items"`
	}{"v1", "List", manifests}
}

func kindAndName(b binding.Binding) string { return strings.ToLower(b.Kind()) + "/" + b.Name }

var bare = regexp.MustCompile(`^[A-Za-z0-9@._/:-]+$`)

// quote makes s one word of a POSIX shell.
func quote(s string) string {
	if bare.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
