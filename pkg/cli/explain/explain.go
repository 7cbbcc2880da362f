// Package explain is the command explain: it tells what a code means, without
// asking any service. It knows what the tables of other rooms know.
package explain

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor/checks"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// New returns the command.
func New(f *factory.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "explain CODE",
		Short: "Say what an AADSTS code, an exit code or a check of doctor means",
		Long: `Say what a code means and what ends it, offline: an AADSTS code with or without
its prefix, an exit code of this program (which is all that kubectl shows of a
failed credential plugin), or the id of one of doctor's checks.`,
		Example: `  kubectl aad explain AADSTS50057
  kubectl aad explain 20
  kubectl aad explain subject-form`,
		Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return known(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := explain(args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(f.Out, text)
			return err
		},
	}
}

// explain finds the text of a code. Numbers below 1000 are exit codes: Entra's
// are longer.
func explain(word string) (string, error) {
	for _, c := range checks.Describe() {
		if strings.EqualFold(c.ID, word) {
			return fmt.Sprintf("%s: a check of kubectl aad doctor\nlooks whether %s\nwhy: %s\nrun: kubectl aad doctor --check %s\n", c.ID, c.Title, c.Why, c.ID), nil
		}
	}
	n, err := strconv.Atoi(strings.TrimSpace(word))
	if err == nil && n >= 0 && n < 1000 {
		for _, e := range fault.Meanings() {
			if int(e.Kind) == n {
				return fmt.Sprintf("exit code %d: %s\n%s\n", n, e.Meaning, e.Remedy), nil
			}
		}
		return "", fault.Newf(fault.NotFound, "%d is no exit code of kubectl-aad", n)
	}
	if n, ok := entra.ParseAADSTS(word); ok {
		return explainAADSTS(n)
	}
	return "", &fault.Error{Kind: fault.Usage, Err: fmt.Errorf("%q is neither an AADSTS code, an exit code nor a check", word),
		Hints: []string{"kubectl aad explain AADSTS50057", "kubectl aad explain 20", "kubectl aad explain subject-form"}}
}

func explainAADSTS(n int) (string, error) {
	c, ok := entra.AADSTS(n)
	if !ok {
		return "", &fault.Error{Kind: fault.NotFound, Err: fmt.Errorf("AADSTS%d is not known here", n),
			Hints: []string{fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", n)}}
	}
	name := ""
	if c.Name != "" {
		name = " (" + c.Name + ")"
	}
	return fmt.Sprintf("AADSTS%d%s\n%s\nto end it: %s\nwho: %s\n", c.Code, name, c.Meaning, c.Remedy, c.Who), nil
}

func known() []string {
	var words []string
	for _, c := range checks.Describe() {
		words = append(words, c.ID+"\t"+c.Title)
	}
	for _, e := range fault.Meanings() {
		words = append(words, fmt.Sprintf("%d\t%s", e.Kind, e.Meaning))
	}
	for _, c := range entra.AADSTSCodes() {
		words = append(words, fmt.Sprintf("AADSTS%d\t%s", c.Code, c.Meaning))
	}
	return words
}
