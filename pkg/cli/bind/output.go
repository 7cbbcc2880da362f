package bind

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

// show writes results: lines to read, or the format asked for.
func (b *binder) show(results []result) error {
	if until, ok := results[0].Binding.Expires(); ok {
		fmt.Fprintf(b.Err, "until %s: the API server does not know of it, only \"kubectl aad sweep\" or apply takes it away then\n",
			until.UTC().Format(time.RFC3339))
	}
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
		fmt.Fprintf(b.Out, "  %s %s: %s %s\n", kindAndName(r.Binding), b.status(r.Outcome), r.Binding.Role, where(r.Binding.Namespace))
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
func (b *binder) warn() {
	warned := map[entra.ObjectID]bool{}
	for _, a := range b.asks {
		if warned[a.principal.ID] {
			continue
		}
		warned[a.principal.ID] = true
		for _, w := range b.mapper.Warnings(a.principal) {
			fmt.Fprintln(b.Err, "warning: "+w)
		}
	}
}

func (b *binder) status(outcome binding.Outcome) string {
	switch b.dryRun {
	case dryRunClient:
		return string(outcome) + " (dry run)"
	case dryRunServer:
		return string(outcome) + " (server dry run)"
	default:
		return string(outcome)
	}
}

func (b *binder) listing() printer.Listing[result] {
	return printer.Listing[result]{
		Columns: []printer.Column[result]{
			{Header: "PRINCIPAL", Value: func(r result) string { return binding.Title(r.Grant.Principal) }},
			{Header: "SUBJECT", Value: func(r result) string { return r.Binding.Subjects[0].Kind + " " + r.Binding.Subjects[0].Name }},
			{Header: "ROLE", Value: func(r result) string { return r.Binding.Role.String() }},
			{Header: "NAMESPACE", Value: func(r result) string { return r.Binding.Namespace }},
			{Header: "STATUS", Value: func(r result) string { return b.status(r.Outcome) }},
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

func document(results []result) any {
	var list []binding.Binding
	for _, r := range results {
		list = append(list, r.Binding)
	}
	return binding.Documents(list)
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
