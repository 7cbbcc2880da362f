package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/cmd/aad-sandbox/internal/host"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// options of a sandbox, for up and demo.
type options struct {
	dir              string
	replicationDelay time.Duration
	latency          time.Duration
	tokenLifetime    time.Duration
	keep             bool
	state            string
	users            int
	groups           int
	nesting          int
	hints            bool
}

// replicationDelay is short for Azure, where it is seconds to minutes, and long
// enough that a client that does not expect it fails.
const replicationDelay = 2 * time.Second

func up() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "up --dir DIR",
		Short: "Run a sandbox until Ctrl-C; prints \"ready\" when all is up",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.up(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	addDir(cmd, &o.dir)
	flags.DurationVar(&o.replicationDelay, "replication-delay", replicationDelay, "time until a write to the directory is seen")
	flags.DurationVar(&o.latency, "latency", 0, "time added to every request")
	flags.DurationVar(&o.tokenLifetime, "token-lifetime", 0, "life of access tokens (default 75 minutes)")
	flags.BoolVar(&o.keep, "keep", false, "keep the directory in DIR, and go on with what is there")
	flags.StringVar(&o.state, "state", "", "`FILE` with the directory to start from, as --keep leaves it")
	flags.IntVar(&o.users, "users", 0, "so many more users: members, guests, disabled, look-alikes")
	flags.IntVar(&o.groups, "groups", 0, "so many more groups")
	flags.IntVar(&o.nesting, "nesting", 0, "how deep those groups are nested")
	flags.BoolVar(&o.hints, "hints", false, "print how to play with it by hand")
	return cmd
}

func addDir(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "dir", "", "`DIR` of the sandbox's files")
	_ = cmd.MarkFlagRequired("dir")
}

func (o options) up(ctx context.Context, out, log io.Writer) error {
	s, stop, err := o.start(ctx, log)
	if err != nil {
		return err
	}
	if o.hints {
		printHints(out, s)
	}
	fmt.Fprintln(out, "ready")
	select {
	case <-ctx.Done():
	case <-s.Done():
	}
	return stop()
}

// start runs a sandbox with real clusters in o.dir. stop ends all of it.
func (o options) start(ctx context.Context, log io.Writer) (s *sandbox.Sandbox, stop func() error, err error) {
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return nil, nil, err
	}
	clusters := host.New(filepath.Join(dir, "clusters"), filepath.Join(dir, "cloud.json"), o.keep)
	if err := clusters.Open(); err != nil {
		return nil, nil, err
	}
	s, err = sandbox.Start(context.WithoutCancel(ctx), sandbox.Options{
		Dir: dir, ReplicationDelay: o.replicationDelay, Latency: o.latency, TokenLifetime: o.tokenLifetime,
		Keep: o.keep, State: o.state, Users: o.users, Groups: o.groups, Nesting: o.nesting,
		Clusters: clusters, Log: log,
	})
	if err != nil {
		return nil, nil, err
	}
	stop = func() error {
		cerr := clusters.Close()
		if err := s.Close(); err != nil {
			return err
		}
		return cerr
	}
	if err := clusters.Clean(); err != nil { // after Start: it refuses a folder in use
		return nil, nil, errors.Join(err, stop())
	}
	return s, stop, nil
}

func printHints(w io.Writer, s *sandbox.Sandbox) {
	bin := "bin"
	if exe, err := os.Executable(); err == nil {
		bin = filepath.Dir(exe)
	}
	fmt.Fprintf(w, `A pretend Azure runs in %[1]s. In another shell:

  export PATH=%[2]s:$PATH
  export AZURE_CLOUD_FILE=%[3]s
  export KUBECONFIG=%[1]s/kubeconfig KUBECACHEDIR=%[1]s/cache

  kubectl aad setup --name myakscluster -g myResourceGroup -l eastus \
    --admin-group platform-team
  kubectl get pods -A

People: admin, alice (member), bob (250 groups), carol (guest), dave (disabled),
erin (device code blocked), all @contoso.com. Where a code is asked for, open
the page that is shown and choose who you are, or:

  aad-sandbox sign-in alice --dir %[1]s --code CODE

Ctrl-C stops it.
`, s.Dir(), bin, s.CloudFile())
}
