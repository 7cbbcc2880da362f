// Package whoami is `kubectl aad whoami`: the identity in the context's token
// beside the one that the API server sees, and where they differ. It looks for
// no cause: doctor does.
package whoami

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/gettoken"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

type command struct {
	*factory.Factory
	methods login.Registry

	kubeconfig, context, output string
}

// New returns the command.
func New(f *factory.Factory, methods login.Registry) *cobra.Command {
	c := &command{Factory: f, methods: methods}
	cmd := &cobra.Command{
		Use:   "whoami [--context NAME]",
		Short: "Show who your token says you are, and whom the API server sees",
		Long: `Show the identity in the context's token beside the one that the API server
takes you for (SelfSubjectReview, Kubernetes 1.28 and later), and point at what
differs. The kubeconfig's credential plugin is not started: the token comes from
the same cache, or from a sign-in here.`,
		Example: `  kubectl aad whoami
  kubectl aad whoami --context prod -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.run(cmd.Context()) },
	}
	flags := cmd.Flags()
	flags.StringVar(&c.kubeconfig, "kubeconfig", "", "`FILE` to read (default: as kubectl)")
	flags.StringVar(&c.context, "context", "", "`NAME` of the context (default: the current one)")
	flags.StringVarP(&c.output, "output", "o", "", "format: "+strings.Join(printer.Formats(), ", "))
	return cmd
}

// report is what -o json and -o yaml write.
type report struct {
	Context     string         `json:"context"`
	Token       *tokenIdentity `json:"token"`
	Server      *kube.Identity `json:"server"`
	Differences []string       `json:"differences"`
}

func (c *command) run(ctx context.Context) error {
	format, err := printer.ParseFormat(c.output)
	if err != nil {
		return err
	}
	at, found, err := gettoken.FindContext(c.Factory, c.kubeconfig, c.context)
	if err != nil {
		return err
	}
	if !found {
		return fault.New(fault.Usage, "the kubeconfig has no current context", "kubectl aad whoami --context NAME")
	}
	b, req, err := at.Broker(c.Factory, c.methods, c.ErrTTY)
	if err != nil {
		return err
	}
	t, err := b.Token(ctx, req)
	if err != nil {
		return err
	}
	r := report{Context: at.Context, Differences: []string{}}
	claims, err := entra.ParseClaims(t.Access.Reveal())
	if err == nil {
		r.Token = identityOf(claims)
	}
	data, err := at.WithToken(t.Access)
	if err != nil {
		return err
	}
	server, err := seen(ctx, data)
	if err == nil {
		r.Server = &server
		r.Differences = append(r.Differences, differences(r.Token, server)...)
	}
	if perr := c.print(format, r); perr != nil {
		return perr
	}
	return fault.Hint(err, "kubectl aad doctor --context "+at.Context)
}

func seen(ctx context.Context, kubeconfig []byte) (kube.Identity, error) {
	cluster, err := kube.FromKubeconfig(kubeconfig)
	if err != nil {
		return kube.Identity{}, err
	}
	return cluster.WhoAmI(ctx)
}

func (c *command) print(format printer.Format, r report) error {
	switch format {
	case printer.JSON, printer.YAML:
		return printer.Document(c.Out, format, r)
	case printer.Name:
		name := ""
		if r.Server != nil {
			name = r.Server.Username
		} else if r.Token != nil {
			name = r.Token.Username
		}
		return printer.Print(c.Out, format, 0, printer.Listing[string]{Name: func(s string) string { return "user/" + s }}, []string{name})
	}
	width := 0
	if c.OutTTY {
		width = c.Width
	}
	if err := printer.Print(c.Out, format, width, listing, r.rows()); err != nil {
		return err
	}
	for _, d := range r.Differences {
		fmt.Fprintf(c.Out, "\n! %s\n", d)
	}
	return nil
}
