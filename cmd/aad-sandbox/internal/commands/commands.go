// Package commands is aad-sandbox's command line. What the commands do is done
// elsewhere: pkg/sandbox pretends to be Azure, host runs the clusters.
package commands

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-aad/kubectl-aad/cmd/aad-sandbox/internal/cluster"
	"github.com/kubectl-aad/kubectl-aad/cmd/aad-sandbox/internal/host"
)

// Streams are the process's.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Run runs one command line and returns the exit code.
func Run(ctx context.Context, args []string, s Streams) int {
	// Kubernetes' packages leave flags in the global set, which cobra would show.
	pflag.CommandLine = pflag.NewFlagSet("aad-sandbox", pflag.ContinueOnError)
	root := &cobra.Command{
		Use:   "aad-sandbox",
		Short: "A pretend Azure with real Kubernetes API servers, on this machine",
		Long: "aad-sandbox imitates Microsoft Entra ID, Microsoft Graph and Azure Resource Manager on\n" +
			"loopback, and starts a real kube-apiserver for every AKS cluster that is asked for.",
		SilenceErrors: true, SilenceUsage: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetArgs(args)
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.AddCommand(up(), down(), signIn(), fault(), requests(), set(), playDemo(), clusterProcess())
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintf(s.Err, "aad-sandbox: error: %v\n", err)
		return 1
	}
	return 0
}

// clusterProcess is what host starts for every cluster; people do not.
func clusterProcess() *cobra.Command {
	return &cobra.Command{
		Use: host.CommandName + " DIR", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cluster.Main(cmd.Context(), os.Stdin, os.Stdout)
		},
	}
}
