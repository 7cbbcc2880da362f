package bind

import (
	"context"
	"fmt"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/near"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// suggested is how many near matches are named.
const suggested = 3

// preflight finds out before anything is written, and before anybody signs in
// to the directory, what would not work.
func (b *binder) preflight(ctx context.Context) error {
	if b.dryRun == dryRunClient {
		return nil
	}
	who, err := b.cluster.WhoAmI(ctx)
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.NotFound: // an API server that does not tell
	default:
		if err != nil {
			return err
		}
	}
	b.who = safetext.Clean(who.Username)
	return b.eachPlace(func(at place) error { return b.ready(ctx, at) })
}

// place is a role and where it is given; namespace "" is the whole cluster.
type place struct {
	role      binding.Role
	namespace string
}

// eachPlace calls do for the places of all asks, each once.
func (b *binder) eachPlace(do func(place) error) error {
	seen := map[place]bool{}
	for _, a := range b.asks {
		namespaces := a.reach.Namespaces
		if len(namespaces) == 0 {
			namespaces = []string{""}
		}
		for _, role := range a.roles {
			for _, namespace := range namespaces {
				at := place{role, namespace}
				if seen[at] {
					continue
				}
				seen[at] = true
				if err := do(at); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// ready fails where a binding in that place cannot be written. Nothing is asked
// twice.
func (b *binder) ready(ctx context.Context, at place) error {
	if at.namespace != "" {
		if err := b.once("namespace "+at.namespace, func() error {
			return b.exists(ctx, "namespace", "-n ", kube.Namespaces, "", at.namespace)
		}); err != nil {
			return err
		}
	}
	if at.role.Kind == binding.KindRole {
		if err := b.exists(ctx, "role", "--role ", kube.Roles, at.namespace, at.role.Name); err != nil {
			return err
		}
	}
	if err := b.once("write "+at.namespace, func() error { return b.mayWrite(ctx, at.namespace) }); err != nil {
		return err
	}
	if at.role.Kind == binding.KindRole {
		return nil
	}
	return b.once(at.role.String(), func() error {
		return b.exists(ctx, "cluster role", "--clusterrole ", kube.ClusterRoles, "", at.role.Name)
	})
}

// once does what was not done before.
func (b *binder) once(what string, do func() error) error {
	if b.asked[what] {
		return nil
	}
	if b.asked == nil {
		b.asked = map[string]bool{}
	}
	b.asked[what] = true
	return do()
}

// exists fails with near matches for what is not there. Who may not look is let
// on: the API server has the last word.
func (b *binder) exists(ctx context.Context, what, flag string, r kube.Resource, namespace, name string) error {
	found, err := b.cluster.Exists(ctx, r, namespace, name)
	if found || fault.KindOf(err) == fault.Forbidden {
		return nil
	}
	if err != nil {
		return err
	}
	missing := fault.Newf(fault.NotFound, "the cluster has no %s %q", what, name)
	if namespace != "" {
		missing = fault.Newf(fault.NotFound, "namespace %q has no %s %q", namespace, what, name)
	}
	names, err := b.cluster.Names(ctx, r, namespace)
	if err != nil {
		return missing
	}
	for _, n := range near.Match(name, names, suggested) {
		missing.Hints = append(missing.Hints, "did you mean "+flag+quote(n)+"?")
	}
	return missing
}

// mayWrite asks for the two rights that server-side apply needs.
func (b *binder) mayWrite(ctx context.Context, namespace string) error {
	do := kube.Attributes{Group: binding.Group, Resource: "clusterrolebindings"}
	if namespace != "" {
		do.Resource, do.Namespace = "rolebindings", namespace
	}
	for _, do.Verb = range []string{"create", "patch"} {
		allowed, _, err := b.cluster.Allowed(ctx, do)
		if err != nil {
			return err
		}
		if !allowed {
			return &fault.Error{Kind: fault.Forbidden,
				Err:   fmt.Errorf("%s may not %s %s %s", b.me(), do.Verb, do.Resource, where(namespace)),
				Hints: []string{"ask a cluster administrator to run this command, or to give you the cluster role admin there"}}
		}
	}
	return nil
}

// mayGive asks whether the role may be given. A no is not the last word: who
// has all permissions of a role may give it too, which only the API server can
// tell.
func (b *binder) mayGive(ctx context.Context, at place) (bool, error) {
	do := kube.Attributes{Verb: "bind", Group: binding.Group, Resource: "clusterroles", Name: at.role.Name, Namespace: at.namespace}
	if at.role.Kind == binding.KindRole {
		do.Resource = "roles"
	}
	allowed, _, err := b.cluster.Allowed(ctx, do)
	return allowed, err
}

// refused says in plain words what the API server means by refusing a binding
// that we may otherwise write.
func (b *binder) refused(want binding.Binding, err error) error {
	if fault.KindOf(err) != fault.Forbidden {
		return err
	}
	return fault.Hint(fault.Newf(fault.Forbidden, "%s may not give %s %s: for that one needs the verb bind on it, or all of its permissions (%w)",
		b.me(), want.Role, where(want.Namespace), err),
		"ask a cluster administrator to run this command")
}

// me names the caller as the API server does.
func (b *binder) me() string {
	if b.who == "" {
		return "your sign-in"
	}
	return b.who
}

func where(namespace string) string {
	if namespace == "" {
		return "in the whole cluster"
	}
	return "in namespace " + namespace
}
