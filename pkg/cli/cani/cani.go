// Package cani is the command that says whether somebody may do something, and
// the reasoning that the command why shows. It changes nothing.
package cani

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// New returns the command.
func New(f *factory.Factory) *cobra.Command {
	q := &Question{}
	output := ""
	cmd := &cobra.Command{
		Use:   "can-i VERB RESOURCE [NAME]",
		Short: "Say whether you, or somebody of Entra ID, may do something",
		Long: `Answer yes or no: may you, or with --for a user, group or application of Entra ID,
do this? Memberships in groups of groups count. The answer is worked out from the
cluster's bindings and roles, on AKS with Azure RBAC from role assignments too, and
compared with the API server's own where you may ask it. kubectl aad why shows the
path.

Exit code: 0 yes, 1 no, 3 not known: not all could be read.`,
		Example: `  kubectl aad can-i delete pods -n prod
  kubectl aad can-i create deployments.apps -n prod --for alice@contoso.com
  kubectl aad can-i get pods/log -A --for 'group:Platform Team'`,
		Args: cobra.RangeArgs(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			q.Words = args
			return run(cmd.Context(), f, q, output)
		},
	}
	q.AddFlags(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "", "`FORMAT`: table, wide, json, yaml or name")
	f.AddNamingFlags(cmd)
	f.AddManagementFlags(cmd)
	f.AddKubeFlags(cmd)
	return cmd
}

func run(ctx context.Context, f *factory.Factory, q *Question, output string) error {
	format, err := printer.ParseFormat(output)
	if err != nil {
		return err
	}
	a, err := q.Ask(ctx, f)
	if err != nil {
		return err
	}
	switch format {
	case printer.JSON, printer.YAML:
		err = printer.Document(f.Out, format, a)
	case printer.Wide:
		_, err = fmt.Fprint(f.Out, a.Text())
	default:
		_, err = fmt.Fprintln(f.Out, strings.TrimSuffix(a.Word()+" ("+safetext.Clean(a.Reason())+")", " ()"))
	}
	if err != nil {
		return err
	}
	return a.Err()
}
