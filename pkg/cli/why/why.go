// Package why is the command that shows through what somebody may do something,
// or the first thing that is missing. The reasoning is can-i's.
package why

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/cani"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

// New returns the command.
func New(f *factory.Factory) *cobra.Command {
	q := &cani.Question{}
	output := ""
	cmd := &cobra.Command{
		Use:   "why VERB RESOURCE [NAME] | 'ERROR TEXT' | -",
		Short: "Show through what somebody may do something, or what is missing",
		Long: `Show one path to a permission: what the token says, the groups in groups, the
binding or role assignment, the role and its rule. Where there is none, the first part that is missing
and the command that gives it. Instead of a question, the text of kubectl's error
can be pasted, or piped in with -.

Exit code: 0 allowed, 1 not allowed, 3 not known: not all could be read.`,
		Example: `  kubectl aad why delete pods -n prod --for alice@contoso.com
  kubectl get pods -n prod 2>&1 | kubectl aad why -
  kubectl aad why 'User "alice@contoso.com" cannot list resource "pods" in
    API group "" in the namespace "prod"'`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := read(f, q, args); err != nil {
				return err
			}
			return run(cmd.Context(), f, q, output)
		},
	}
	q.AddFlags(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "", "`FORMAT`: table, json or yaml")
	f.AddNamingFlags(cmd)
	f.AddManagementFlags(cmd)
	f.AddKubeFlags(cmd)
	return cmd
}

// maxText is how much of an error is read, in bytes.
const maxText = 1 << 20

// read takes the question from the arguments, or from an error's text.
func read(f *factory.Factory, q *cani.Question, args []string) error {
	text := strings.Join(args, " ")
	if text == "-" {
		data, err := io.ReadAll(io.LimitReader(f.In, maxText))
		if err != nil {
			return fault.Wrap(fault.Failure, "read the error", err)
		}
		text = string(data)
	}
	if do, who, ok := parse(text); ok {
		q.Exact = &do
		if q.For == "" {
			q.For = who
		}
		return nil
	}
	if len(args) < 2 || len(args) > 3 {
		return fault.New(fault.Usage, `that is neither a verb and a resource nor an error that says who "cannot" do what`,
			"kubectl aad why delete pods -n prod", "kubectl aad doctor explains Unauthorized")
	}
	q.Words = args
	return nil
}

// forbidden is how API servers refuse (apiserver, responsewriters, forbiddenMessage).
var forbidden = regexp.MustCompile(`User "([^"]*)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"(?: in the namespace "([^"]*)")?`)

// parse reads an API server's refusal.
func parse(text string) (do audit.Action, who string, ok bool) {
	m := forbidden.FindStringSubmatch(text)
	if m == nil {
		return do, "", false
	}
	resource, sub, _ := strings.Cut(m[3], "/")
	return audit.Action{Verb: m[2], Resource: resource, Subresource: sub, Group: m[4], Namespace: m[5]}, m[1], true
}

func run(ctx context.Context, f *factory.Factory, q *cani.Question, output string) error {
	format, err := printer.ParseFormat(output)
	if err != nil {
		return err
	}
	a, err := q.Ask(ctx, f)
	if err != nil {
		return err
	}
	if format == printer.JSON || format == printer.YAML {
		err = printer.Document(f.Out, format, a)
	} else {
		_, err = fmt.Fprint(f.Out, a.Text())
	}
	if err != nil {
		return err
	}
	return a.Err()
}
