package naming

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Detect finds out how a cluster names principals: by what the command line
// says, by what setup has left in the cluster, by the context's server app, by
// kube-apiserver's flags, by the caller's own name; else as Default does. What
// may not be looked at is passed over.
func Detect(ctx context.Context, s Sight) (Naming, error) {
	for _, look := range []func(context.Context) (*Naming, error){s.asked, s.record, s.context, s.flags, s.caller} {
		n, err := look(ctx)
		if err != nil {
			return Naming{}, err
		}
		if n != nil {
			return s.tokens(ctx, *n)
		}
	}
	n := Default()
	n.Why = "nothing tells of its authenticator; taken for AKS's or the two apps'"
	if s.Server != "" {
		n.Why = "the context's server app is one of your own; taken for the two apps' rule"
	}
	return s.tokens(ctx, n)
}

func (s Sight) asked(context.Context) (*Naming, error) { return s.Asked, nil }

func (s Sight) record(ctx context.Context) (*Naming, error) {
	if s.Cluster == nil {
		return nil, nil
	}
	r, err := s.Cluster.Record(ctx)
	if err != nil {
		return nil, passOver(err)
	}
	var n Naming
	if len(r.Configuration) > 0 {
		n, err = ParseConfiguration(r.Configuration, r.Tenant)
	} else {
		n, err = Of(r.Kind)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Config, "read setup's record in the cluster", err, "--authenticator and --authentication-config are taken instead of it")
	}
	n.Server, n.Tenant = cmp.Or(r.Server, n.Server), cmp.Or(r.Tenant, n.Tenant)
	n.Why = strings.TrimPrefix(n.Why+", as setup has noted in the cluster", ", ")
	return &n, nil
}

// context looks at the kubeconfig. AKS's own server app settles it; another
// one is an app of the tenant, behind whichever authenticator.
func (s Sight) context(ctx context.Context) (*Naming, error) {
	if serverID(s.Server) == entra.AKSServer {
		n, err := Of(AKS)
		n.Why = "the context's server app is AKS's own"
		return &n, err
	}
	if s.Server != "" && onAKS(s.Address) {
		if n, err := s.caller(ctx); n != nil || err != nil {
			return n, err
		}
		n, err := Of(AKSJWT)
		n.Why = "an AKS cluster with another server app than AKS's own has structured authentication; its rule is a guess, which --authentication-config settles"
		return &n, err
	}
	return nil, nil
}

// onAKS reports whether an API server's address is one of AKS.
func onAKS(address string) bool {
	return strings.Contains(address, ".azmk8s.") || strings.Contains(address, ".azk8s.")
}

// flags looks at kube-apiserver's own command line.
func (s Sight) flags(ctx context.Context) (*Naming, error) {
	if s.Cluster == nil {
		return nil, nil
	}
	argv, err := s.Cluster.ServerFlags(ctx)
	if err != nil {
		return nil, passOver(err)
	}
	flags := ParseServerFlags(argv)
	if n, ok := flags.naming(); ok {
		return &n, nil
	}
	if file := flags["authentication-config"]; file != "" {
		return s.configured(ctx, file)
	}
	if flags["authentication-token-webhook-config-file"] != "" {
		n, err := Of(Apps)
		n.Why = "kube-apiserver asks a token webhook; aad-webhook and guard take upn, else oid"
		return &n, err
	}
	return nil, nil
}

// configured is a cluster with an AuthenticationConfiguration that lies on its
// machine: only the caller's own name can tell what is in it.
func (s Sight) configured(ctx context.Context, file string) (*Naming, error) {
	n, err := s.caller(ctx)
	if n != nil || err != nil {
		return n, err
	}
	d := Default()
	d.Kind = Config
	d.Why = fmt.Sprintf("kube-apiserver's rules are in its file %s, which is not seen from here: hand it in with --authentication-config; till then upn, else oid is taken", file)
	return &d, nil
}

// caller compares the name that the API server has for us with our token.
func (s Sight) caller(ctx context.Context) (*Naming, error) {
	if s.Cluster == nil || s.Claims == nil {
		return nil, nil
	}
	claims, err := s.Claims(ctx)
	if err != nil {
		return nil, passOver(err)
	}
	who, err := s.Cluster.Caller(ctx)
	if err != nil {
		return nil, passOver(err)
	}
	n, ok := fromCaller(who, claims)
	if !ok {
		return nil, nil
	}
	return &n, nil
}

// tokens adds what the server app's tokens say.
func (s Sight) tokens(ctx context.Context, n Naming) (Naming, error) {
	n.Server = cmp.Or(n.Server, serverID(s.Server))
	n.Tenant = cmp.Or(n.Tenant, s.Tenant)
	if n.Kind == AKS || n.Server == "" || n.Server == entra.AKSServer || s.Apps == nil {
		return n, nil
	}
	app, err := s.Apps.Application(ctx, n.Server)
	if err != nil {
		if n.Token.Version == 0 {
			n.Why += "; the server app cannot be read, so its tokens are taken for v1"
		}
		return n, passOver(err)
	}
	n.Token = TokenOf(app)
	if n.Token.V2() {
		n.Why += "; the server app's tokens are v2"
	}
	return n, nil
}

// serverID is the client id in a server app's id or URI, or "".
func serverID(server string) entra.ClientID {
	id := server[strings.LastIndexAny(server, ":/")+1:]
	if !entra.IsGUID(id) {
		return ""
	}
	return entra.ClientID(strings.ToLower(id))
}

// passOver makes no error of what only one's rights or the network hide.
func passOver(err error) error {
	if fault.KindOf(err) == fault.Cancelled {
		return err
	}
	return nil
}
