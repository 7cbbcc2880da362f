// Package factory makes what commands need, when they need it: the cloud, the
// management sign-in, the directory, Azure and the cluster. It holds no
// command's logic and reads nothing before a command asks for it.
package factory

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// Streams are the three streams of the process and what they are connected to.
// Out carries only what was asked for; everything else goes to Err.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer

	InTTY, OutTTY, ErrTTY bool
	Width                 int // columns of the terminal; 80 without one
}

// Keepers make the clients of the heavy SDKs; cmd/aad-core names them, so that
// no command links an SDK.
type Keepers struct {
	Directory func(entra.Cloud, http.RoundTripper, token.Source) (Directory, error)
	Azure     func(entra.Cloud, http.RoundTripper, token.Source) (Azure, error)
}

// Factory is handed to every command.
type Factory struct {
	Streams
	Keepers
	Getenv func(string) string
	Now    func() time.Time
	// Kube carries kubectl's own flags (--kubeconfig, --context, ...).
	Kube *genericclioptions.ConfigFlags

	CloudName  string // --cloud
	CacheDir   string // --cache-dir
	Management Management
	// Authenticator overrides what the cluster shows.
	Authenticator Authenticator
	// Silent: nothing that the factory makes may prompt; set by Quiet.
	Silent bool
	// SignIn opens the management sign-in; nothing is asked before its first use.
	SignIn func(ctx context.Context, f *Factory) (token.Source, error)

	// Claims returns those of the caller's own token for the cluster of a context
	// ("" is the current one), without asking anybody; nil is not to be had.
	Claims func(ctx context.Context, f *Factory, context string) (entra.Claims, error)

	source token.Source
	lines  *bufio.Reader
}

// Management says who manages (design: "Signing in to manage").
type Management struct {
	Login            string
	Account          string
	ClientID         string
	ClientSecretFile string
	TenantID         string
}

// Quiet returns a copy that never asks anybody anything: for doctor, completion
// and filters.
func (f *Factory) Quiet() *Factory {
	quiet := *f
	quiet.Silent, quiet.source = true, nil
	return &quiet
}

// AddGlobalFlags adds the flags that every command has.
func (f *Factory) AddGlobalFlags(cmd *cobra.Command) {
	flags := cmd.PersistentFlags()
	flags.StringVar(&f.CloudName, "cloud", "", "`NAME|FILE`: public, usgov, china, or the path of a cloud file")
	flags.StringVar(&f.CacheDir, "cache-dir", "", "`DIR` for sign-ins and tokens (default ~/.kube/cache/aad)")
}

// AddManagementFlags adds the flags of the commands that call Graph and ARM.
func (f *Factory) AddManagementFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	m := &f.Management
	flags.StringVar(&m.Login, "login", "", "login `METHOD` for managing (default: Azure CLI's sign-in, else browser or device code)")
	flags.StringVar(&m.Account, "account", "", "`USER` to manage as, when several are signed in")
	flags.StringVar(&m.ClientID, "client-id", "", "application `ID` to manage with (default: Azure CLI's)")
	flags.StringVar(&m.ClientSecretFile, "client-secret-file", "", "`FILE` with the secret of --client-id")
	flags.StringVar(&m.TenantID, "tenant-id", "", "`TENANT` to sign in to: its id or one of its domains")
}

// AddKubeFlags adds kubectl's own flags (--kubeconfig, --context, ...) to a
// command that talks to a cluster, but those that mean something else there. Help
// shows the few that people use; the others work as they do for kubectl.
func (f *Factory) AddKubeFlags(cmd *cobra.Command) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	f.Kube.AddFlags(flags)
	flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Name != "cache-dir" && cmd.Flags().Lookup(flag.Name) == nil {
			flag.Hidden = flag.Name != "kubeconfig" && flag.Name != "context" && flag.Name != "as"
			cmd.Flags().AddFlag(flag)
		}
	})
}

// Cloud returns the cloud of --cloud, AZURE_CLOUD_FILE or
// AZURE_ENVIRONMENT_FILEPATH, else the public one.
func (f *Factory) Cloud() (entra.Cloud, error) {
	name := f.CloudName
	for _, env := range []string{"AZURE_CLOUD_FILE", "AZURE_ENVIRONMENT_FILEPATH"} {
		if name == "" {
			name = f.Getenv(env)
		}
	}
	c, err := entra.FindCloud(name)
	return c, fault.Wrap(fault.Usage, "", err)
}

// Transport returns the way to a cloud's services, with the one retry policy.
func (f *Factory) Transport(c entra.Cloud) (http.RoundTripper, error) {
	rt, err := httpx.NewTransport(httpx.Options{CAFile: c.CAFile, Retry: httpx.Default()})
	return rt, fault.Wrap(fault.Config, "", err)
}

// Source returns the management sign-in, the same one for Graph and ARM.
func (f *Factory) Source(ctx context.Context) (token.Source, error) {
	if f.source == nil {
		s, err := f.SignIn(ctx, f)
		if err != nil {
			return nil, err
		}
		f.source = s
	}
	return f.source, nil
}

// Directory returns Microsoft Graph as the manager sees it.
func (f *Factory) Directory(ctx context.Context) (Directory, error) {
	return connect(ctx, f, f.Keepers.Directory)
}

// Azure returns ARM as the manager sees it.
func (f *Factory) Azure(ctx context.Context) (Azure, error) {
	return connect(ctx, f, f.Keepers.Azure)
}

func connect[T any](ctx context.Context, f *Factory, keeper func(entra.Cloud, http.RoundTripper, token.Source) (T, error)) (client T, err error) {
	cloud, err := f.Cloud()
	if err != nil {
		return client, err
	}
	rt, err := f.Transport(cloud)
	if err != nil {
		return client, err
	}
	source, err := f.Source(ctx)
	if err != nil {
		return client, err
	}
	return keeper(cloud, rt, source)
}
