package lint

import (
	"fmt"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// The formats beyond the printer's.
const (
	formatSARIF = "sarif"
	formatJUnit = "junit"
)

// item is a finding as JSON and YAML tell it; its fields are a contract.
type item struct {
	ID        string         `json:"id"`
	Severity  audit.Severity `json:"severity"`
	Text      string         `json:"text"`
	Why       string         `json:"why"`
	Binding   string         `json:"binding"`
	Namespace string         `json:"namespace,omitempty"`
	Role      audit.Role     `json:"role"`
	Subject   *audit.Subject `json:"subject,omitempty"`
	Owner     audit.Owner    `json:"owner"`
	Fix       []string       `json:"fix"`
}

func items(f *factory.Factory, found []audit.Finding) []item {
	list := make([]item, 0, len(found))
	for _, one := range found {
		i := item{ID: one.ID, Severity: one.Severity, Text: safetext.Clean(one.Text), Why: one.Why, Binding: one.Binding.Resource(),
			Namespace: one.Binding.Namespace, Role: one.Binding.Role, Owner: one.Binding.Owner, Fix: commands(f, one)}
		if one.Index >= 0 {
			s := one.Subject()
			i.Subject = &s
		}
		list = append(list, i)
	}
	return list
}

// commands are the lines that mend a finding, for the context in use.
func commands(f *factory.Factory, one audit.Finding) []string {
	lines := []string{}
	for _, words := range one.Commands {
		if words[0] == "aad" {
			words = append(words, f.Authenticator.Words()...)
		}
		words = append([]string{"kubectl"}, words...)
		if f.Kube.Context != nil && *f.Kube.Context != "" {
			words = append(words, "--context="+*f.Kube.Context)
		}
		lines = append(lines, safetext.Command(words...))
	}
	return lines
}

func (o *options) print(f *factory.Factory, w *bindings.World, found []audit.Finding) error {
	list := items(f, found)
	switch o.output {
	case formatSARIF:
		return writeSARIF(f.Out, list)
	case formatJUnit:
		return writeJUnit(f.Out, list)
	}
	format, _ := printer.ParseFormat(o.output) // checked before
	switch format {
	case printer.JSON, printer.YAML:
		return printer.Document(f.Out, format, map[string]any{
			"apiVersion": "aad.kubectl.dev/v1alpha1", "kind": "LintReport", "items": list, "directory": w.Directory != nil, "bindings": len(w.Bindings), "unread": w.Unread})
	case printer.Name:
		for _, i := range list {
			if _, err := fmt.Fprintln(f.Out, i.ID+"/"+safetext.Clean(i.place())); err != nil {
				return err
			}
		}
		return nil
	}
	_, err := f.Out.Write([]byte(report(list, len(w.Bindings), format == printer.Wide)))
	return err
}

// place names the binding of a finding in one word.
func (i item) place() string {
	if i.Namespace == "" {
		return i.Binding
	}
	return i.Namespace + "/" + i.Binding
}

// report is the table for people: what was seen, why it matters, what to run.
func report(list []item, read int, wide bool) string {
	var b strings.Builder
	counts := map[audit.Severity]int{}
	for _, i := range list {
		counts[i.Severity]++
		fmt.Fprintf(&b, "%-7s  %s\n  %s.\n", i.Severity, i.ID, strings.TrimSuffix(i.Text, "."))
		if wide {
			fmt.Fprintf(&b, "  %s\n", i.Why)
		}
		for _, line := range i.Fix {
			fmt.Fprintf(&b, "    %s\n", line)
		}
	}
	if len(list) > 0 {
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%d bindings read: %d errors, %d warnings\n", read, counts[audit.Error], counts[audit.Warning])
	return b.String()
}
