package gettoken

import (
	"cmp"
	"path/filepath"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// Context is a context of the kubeconfig that signs in with this program.
type Context struct {
	kubeconfig.Entry
	Current bool
	Getenv  func(string) string // with the variables of the kubeconfig entry
}

// Ours reports whether a credential plugin is this program.
func Ours(x *kubeconfig.Exec) bool {
	if x == nil {
		return false
	}
	name := strings.TrimSuffix(filepath.Base(strings.ReplaceAll(x.Command, `\`, "/")), ".exe")
	return name == "kubectl-aad" || name == "aad-core"
}

// ContextOf returns an entry as a context of any kind.
func ContextOf(e kubeconfig.Entry, getenv func(string) string) Context {
	if e.Exec != nil {
		getenv = within(e.Exec.Env, getenv)
	}
	return Context{Entry: e, Getenv: getenv}
}

// Contexts returns the contexts that sign in with this program. path is the
// value of --kubeconfig.
func Contexts(f *factory.Factory, path string) ([]Context, error) {
	entries, current, err := kubeconfig.Load(path, f.Getenv("KUBECONFIG"))
	if err != nil {
		return nil, err
	}
	var list []Context
	for _, e := range entries {
		if Ours(e.Exec) {
			c := ContextOf(e, f.Getenv)
			c.Current = e.Context == current
			list = append(list, c)
		}
	}
	return list, nil
}

// FindContext returns a context of any kind; empty is the current one. Without
// any, found is false and no error.
func FindContext(f *factory.Factory, path, name string) (c Context, found bool, err error) {
	entries, current, err := kubeconfig.Load(path, f.Getenv("KUBECONFIG"))
	if err != nil {
		return Context{}, false, err
	}
	for _, e := range entries {
		if e.Context == cmp.Or(name, current) {
			c := ContextOf(e, f.Getenv)
			c.Current = e.Context == current
			return c, true, nil
		}
	}
	if name != "" {
		return Context{}, false, fault.Hint(fault.Newf(fault.NotFound, "the kubeconfig has no context %q", name), "kubectl config get-contexts")
	}
	return Context{}, false, nil
}

func within(env map[string]string, getenv func(string) string) func(string) string {
	return func(k string) string {
		if v, ok := env[k]; ok {
			return v
		}
		return getenv(k)
	}
}

// Command reads the context's arguments. The error says what is wrong with
// them, or that another program signs in.
func (c Context) Command() (token.Command, error) {
	if !Ours(c.Exec) {
		hint := "kubectl aad convert --context " + c.Context
		return token.Command{}, fault.Hint(fault.Newf(fault.Usage, "context %q does not sign in with kubectl-aad", c.Context), hint)
	}
	args, err := c.args()
	if err != nil {
		return token.Command{}, err
	}
	cmd, err := token.Parse(args, c.Getenv)
	return cmd, fault.Wrap(fault.Config, "context "+c.Context, err)
}

// Settings tells where each setting of the context comes from.
func (c Context) Settings() ([]token.Setting, error) {
	args, err := c.args()
	if err != nil {
		return nil, err
	}
	return token.Settings(args, c.Getenv)
}

func (c Context) args() ([]string, error) {
	if len(c.Exec.Args) == 0 || c.Exec.Args[0] != "get-token" {
		return nil, fault.Newf(fault.Config, "context %q: its arguments do not start with get-token", c.Context)
	}
	return c.Exec.Args[1:], nil
}

// Broker returns the broker that serves the context when kubectl asks.
func (c Context) Broker(f *factory.Factory, methods login.Registry, mayAsk bool) (*login.Broker, token.Request, error) {
	cmd, err := c.Command()
	if err != nil {
		return nil, token.Request{}, err
	}
	b, err := NewBroker(f, methods, Options{CacheDir: cmp.Or(cmd.CacheDir, f.CacheDir), Store: cmd.Store, Timeout: cmd.Timeout, MayAsk: mayAsk, Verbose: cmd.Verbosity > 0})
	return b, cmd.Request, err
}

// Management returns the broker and the request of the management sign-in, for
// Microsoft Graph.
func Management(f *factory.Factory, methods login.Registry) (*login.Broker, token.Request, error) {
	req, err := managementRequest(f)
	if err != nil {
		return nil, req, err
	}
	req.Scope = req.Cloud.Graph + "/.default"
	b, err := NewBroker(f, methods, Options{CacheDir: f.CacheDir, MayAsk: !f.Silent})
	return b, req, err
}
