// Package doctor is the command doctor: it finds out what kubectl would do,
// runs the checks and shows their findings. It asks nobody and changes nothing.
package doctor

import (
	"context"
	"os/exec"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor/checks"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

// command is doctor with its flags.
type command struct {
	*factory.Factory
	methods  login.Registry
	lookPath func(string) (string, error)

	for_         string
	adminContext string
	namespace    string
	output       string
	checks       []string
}

// New returns the command. The methods are used silently or not at all.
func New(f *factory.Factory, methods login.Registry) *cobra.Command {
	c := &command{Factory: f.Quiet(), methods: methods, lookPath: exec.LookPath}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say why somebody is refused by a cluster, and what mends it",
		Long: `Look at everything between you and the cluster: kubeconfig, network, clock,
token, what the API server makes of it, and the known causes of "Unauthorized"
and "Forbidden". Each finding tells what was seen, why it matters and the
command that mends it. Nothing is changed and nobody is asked to sign in; what
your rights do not show is reported as not looked at.

With --for an administrator examines somebody else, by the directory and the
cluster's bindings.

Exit code: 0 no problem, 1 problems found, 3 something could not be looked at.`,
		Example: `  # why am I refused?
  kubectl aad doctor

  # why is Carol? (as an administrator of the cluster)
  kubectl aad doctor --for carol@fabrikam.com --admin-context myakscluster-admin

  # one check, for a script
  kubectl aad doctor --check token-time -o json`,
		Args: cobra.NoArgs,
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c.adopt(f)
		return c.run(cmd.Context())
	}
	flags := cmd.Flags()
	flags.StringVar(f.Kube.KubeConfig, "kubeconfig", "", "kubeconfig `FILE`")
	flags.StringVar(f.Kube.Context, "context", "", "kubeconfig `CONTEXT` to examine (default: the current one)")
	flags.StringVar(&c.adminContext, "admin-context", "", "kubeconfig `CONTEXT` to read bindings with (default: the examined one)")
	flags.StringVarP(&c.namespace, "namespace", "n", "", "`NAMESPACE` in which access is wanted (default: the context's)")
	flags.StringVar(&c.for_, "for", "", "examine another `PRINCIPAL`: user@contoso.com, group:NAME, sp:NAME, an object id")
	flags.StringSliceVar(&c.checks, "check", nil, "run only the checks with these `ID`s and those they need")
	flags.StringVarP(&c.output, "output", "o", "", "`FORMAT`: table, wide, json, yaml or name")
	f.AddNamingFlags(cmd)
	f.AddManagementFlags(cmd)
	return cmd
}

// adopt takes over what the flags have set meanwhile.
func (c *command) adopt(f *factory.Factory) { c.Factory = f.Quiet() }

func (c *command) run(ctx context.Context) error {
	format, err := printer.ParseFormat(c.output)
	if err != nil {
		return err
	}
	suite, err := checks.Suite(c.for_ != "")
	if err != nil {
		return err
	}
	if len(c.checks) > 0 {
		if suite, err = suite.Only(c.checks...); err != nil {
			return err
		}
	}
	patient, err := c.examined(ctx)
	if err != nil {
		return err
	}
	report := checks.Examine(ctx, suite, patient)
	if err := c.print(format, patient, report); err != nil {
		return err
	}
	return report.Err()
}
