package checks

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// facts are what more than one check wants to know.
type facts struct {
	token    fact[entra.Claims]
	whoami   fact[Identity]
	person   fact[entra.Principal]
	groups   fact[[]entra.ObjectID]
	cluster  fact[*aks.Cluster]
	app      fact[entra.Application]
	bindings fact[[]binding.Binding]
	wrong    fact[[]wrongSubject]
	named    fact[binding.Mapper]

	probes sync.Map // URL → *fact[Reach]
}

func (f *facts) reached(url string) *fact[Reach] {
	r, _ := f.probes.LoadOrStore(url, &fact[Reach]{})
	return r.(*fact[Reach])
}

// request is what the kubeconfig's credential plugin is told to get; ours and
// Azure/kubelogin have the same flags.
func (c *Case) request() (token.Request, error) {
	x := c.Entry.Exec
	if x == nil || len(x.Args) == 0 {
		return token.Request{}, errors.New("the kubeconfig's user runs no credential plugin of ours")
	}
	cmd, err := token.Parse(x.Args[1:], func(name string) string {
		if v, ok := x.Env[name]; ok {
			return v
		}
		return c.Getenv(name)
	})
	return cmd.Request, err
}

// claims are those of the caller's token, decoded and not verified.
func (c *Case) claims(ctx context.Context) (entra.Claims, error) {
	return c.facts.token.get(ctx, c.whole, func(ctx context.Context) (entra.Claims, error) {
		if c.Tokens == nil {
			return entra.Claims{}, missing(c.Because.Tokens, "no token can be had without asking")
		}
		t, err := c.Tokens.Token(ctx)
		if err != nil {
			return entra.Claims{}, err
		}
		return entra.ParseClaims(t.Access.Reveal())
	})
}

// identity is what the API server says of the caller.
func (c *Case) identity(ctx context.Context) (Identity, error) {
	return c.whoami.get(ctx, c.whole, func(ctx context.Context) (Identity, error) {
		if c.Reviews == nil {
			return Identity{}, missing(c.Because.Cluster, "the API server cannot be asked")
		}
		return c.Reviews.WhoAmI(ctx)
	})
}

// mapper names principals as the cluster does.
func (c *Case) mapper(ctx context.Context) (binding.Mapper, error) {
	return c.named.get(ctx, c.whole, func(ctx context.Context) (binding.Mapper, error) {
		if c.Naming == nil {
			return binding.Mapper{}, nil
		}
		n, err := c.Naming.Naming(ctx)
		return binding.Mapper{Naming: n}, err
	})
}

// who is the directory's entry of the person who is examined.
func (c *Case) who(ctx context.Context) (entra.Principal, error) {
	if c.For != nil {
		return *c.For, nil
	}
	return c.person.get(ctx, c.whole, func(ctx context.Context) (entra.Principal, error) {
		claims, err := c.claims(ctx)
		if err != nil {
			return entra.Principal{}, err
		}
		if c.Directory == nil {
			return entra.Principal{}, missing(c.Because.Directory, "the directory cannot be read")
		}
		return c.Directory.Principal(ctx, claims.Object)
	})
}

// memberships are the object ids of the groups that the directory knows the
// person in.
func (c *Case) memberships(ctx context.Context) ([]entra.ObjectID, error) {
	return c.groups.get(ctx, c.whole, func(ctx context.Context) ([]entra.ObjectID, error) {
		if c.Directory == nil {
			return nil, missing(c.Because.Directory, "the directory cannot be read")
		}
		p, err := c.who(ctx)
		if err != nil || p.Kind == entra.Group {
			return nil, err
		}
		return c.Directory.MemberGroups(ctx, p, true)
	})
}

// subjects are the cluster's bindings, all of them.
func (c *Case) subjects(ctx context.Context) ([]binding.Binding, error) {
	return c.facts.bindings.get(ctx, c.whole, func(ctx context.Context) ([]binding.Binding, error) {
		if c.Bindings == nil {
			return nil, missing(c.Because.Cluster, "the API server cannot be asked")
		}
		return c.Bindings.List(ctx, "")
	})
}

// managed is ARM's description of the cluster; nil without an error when ARM
// knows no such cluster.
func (c *Case) managed(ctx context.Context) (*aks.Cluster, error) {
	return c.cluster.get(ctx, c.whole, func(ctx context.Context) (*aks.Cluster, error) {
		if c.Azure == nil {
			return nil, missing(c.Because.Azure, "Azure cannot be asked")
		}
		return aks.Find(ctx, c.Azure, c.mark())
	})
}

// mark is what the examined context tells of its cluster.
func (c *Case) mark() aks.Mark {
	m := aks.Mark{Server: c.Entry.Server, Cluster: c.Entry.Cluster, User: c.Entry.User}
	if r, err := c.request(); err == nil {
		m.Audience = r.Audience()
	}
	return m
}

// serverApp is the client id of the cluster's server app, by ARM or by the
// kubeconfig; empty when neither tells.
func (c *Case) serverApp(ctx context.Context) entra.ClientID {
	if m, err := c.managed(ctx); err == nil && m != nil && m.Entra != nil {
		return m.Entra.ServerID()
	}
	r, err := c.request()
	if err != nil {
		return ""
	}
	return entra.ClientID(strings.TrimPrefix(r.Audience(), "api://"))
}

// application is the server app's registration.
func (c *Case) application(ctx context.Context) (entra.Application, error) {
	return c.app.get(ctx, c.whole, func(ctx context.Context) (entra.Application, error) {
		if c.Directory == nil {
			return entra.Application{}, missing(c.Because.Directory, "the directory cannot be read")
		}
		id := c.serverApp(ctx)
		if id == "" {
			return entra.Application{}, errors.New("which app the cluster uses is not known")
		}
		return c.Directory.Application(ctx, id)
	})
}

func missing(reason error, otherwise string) error {
	if reason != nil {
		return reason
	}
	return fault.New(fault.Incomplete, otherwise)
}
