// Package removal takes owned bindings away and shows that: what unbind and
// sweep have in common. Which ones go is decided by them.
package removal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/meter"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

// The values of --dry-run. What goes is read from the cluster in any case.
const (
	None   = "none"
	Client = "client"
	Server = "server"
)

// Remover takes bindings away.
type Remover struct {
	*factory.Factory
	Store  binding.Store
	DryRun string
	Format printer.Format // "" is lines to read
}

// Options are the flags --dry-run and --output as typed.
type Options struct{ DryRun, Output string }

// New reads the flags. Its errors are of kind fault.Usage.
func New(f *factory.Factory, o Options) (*Remover, error) {
	r := &Remover{Factory: f, DryRun: o.DryRun}
	if !slices.Contains([]string{None, Client, Server}, o.DryRun) {
		return nil, fault.Newf(fault.Usage, "--dry-run is none, client or server, not %q", o.DryRun)
	}
	var err error
	if o.Output != "" {
		r.Format, err = printer.ParseFormat(o.Output)
	}
	return r, err
}

// Run takes the bindings away, some at once, and shows those that are gone.
func (r *Remover) Run(ctx context.Context, list []binding.Binding) error {
	m := meter.Start(r.Factory, "bindings deleted", len(list))
	gone := make([]bool, len(list))
	err := binding.Each(ctx, len(list), func(ctx context.Context, i int) error {
		if r.DryRun != Client {
			if err := binding.Remove(ctx, r.Store, list[i], r.DryRun == Server); err != nil {
				return err
			}
		}
		gone[i] = true
		m.Add()
		return nil
	})
	m.Stop()
	var shown []binding.Binding
	for i, b := range list {
		if gone[i] {
			shown = append(shown, b)
		}
	}
	if printed := r.show(shown); err == nil {
		err = printed
	}
	return err
}

func (r *Remover) show(list []binding.Binding) error {
	if r.Format != "" {
		return r.Print(list, r.status())
	}
	for _, b := range list {
		fmt.Fprintf(r.Out, "%s %s: %s no longer has %s %s\n", kindAndName(b), r.status(), b.Title(), b.Role, Where(b.Namespace))
		if set := b.Set(); set != "" {
			fmt.Fprintf(r.Err, "the access file %q declares it: take it out there too, or the next apply brings it back\n", set)
		}
	}
	return nil
}

// Print writes bindings as a listing with a word in its column STATUS.
func (r *Remover) Print(list []binding.Binding, status string) error {
	width := 0
	if r.OutTTY {
		width = r.Width
	}
	return printer.Print(r.Out, r.Format, width, Listing(status), list)
}

// Listing shows bindings; JSON and YAML are manifests that bring them back.
func Listing(status string) printer.Listing[binding.Binding] {
	return printer.Listing[binding.Binding]{
		Columns: []printer.Column[binding.Binding]{
			{Header: "PRINCIPAL", Value: binding.Binding.Title},
			{Header: "ROLE", Value: func(b binding.Binding) string { return b.Role.String() }},
			{Header: "NAMESPACE", Value: func(b binding.Binding) string { return b.Namespace }},
			{Header: "STATUS", Value: func(binding.Binding) string { return status }},
			{Header: "EXPIRES", Wide: true, Value: expires},
			{Header: "SET", Wide: true, Value: binding.Binding.Set},
			{Header: "BINDING", Wide: true, Value: kindAndName},
		},
		Name: func(b binding.Binding) string {
			return strings.ToLower(b.Kind()) + "." + binding.Group + "/" + b.Name
		},
		Document: func(list []binding.Binding) any { return binding.Documents(list) },
	}
}

func (r *Remover) status() string {
	switch r.DryRun {
	case Client:
		return string(binding.Deleted) + " (dry run)"
	case Server:
		return string(binding.Deleted) + " (server dry run)"
	default:
		return string(binding.Deleted)
	}
}

func expires(b binding.Binding) string {
	if at, ok := b.Expires(); ok {
		return at.UTC().Format(time.RFC3339)
	}
	return ""
}

func kindAndName(b binding.Binding) string { return strings.ToLower(b.Kind()) + "/" + b.Name }

// Where says a reach in words.
func Where(namespace string) string {
	if namespace == "" {
		return "in the whole cluster"
	}
	return "in namespace " + namespace
}
