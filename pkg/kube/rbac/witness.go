package rbac

import (
	"context"
	"sync"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
)

// Witness asks the API server what somebody may do. It is safe for concurrent
// use and reads each role once.
type Witness struct {
	cluster *kube.Cluster

	mu    sync.Mutex
	rules map[place][]audit.PolicyRule
}

type place struct {
	role      audit.Role
	namespace string
}

// NewWitness returns a witness for a cluster.
func NewWitness(c *kube.Cluster) *Witness {
	return &Witness{cluster: c, rules: map[place][]audit.PolicyRule{}}
}

// May implements binding.Witness.
func (w *Witness) May(ctx context.Context, who naming.Identity, role binding.Role, namespace string) (binding.Verdict, error) {
	rules, err := w.of(ctx, audit.Role(role), namespace)
	if err != nil {
		return binding.Verdict{}, err
	}
	do, ok := audit.Sample(rules)
	if !ok {
		return binding.Verdict{}, fault.Newf(fault.Incomplete, "%s has no rule to ask for", role)
	}
	do.Namespace = namespace
	allowed, reason, err := w.cluster.AllowedFor(ctx, kube.Identity{Username: who.Username, Groups: who.Groups, Extra: who.Extra},
		kube.Attributes{Verb: do.Verb, Group: do.Group, Resource: do.Resource, Subresource: do.Subresource, Name: do.Name, Namespace: do.Namespace})
	return binding.Verdict{Allowed: allowed, Asked: do.String(), Reason: reason}, err
}

func (w *Witness) of(ctx context.Context, role audit.Role, namespace string) ([]audit.PolicyRule, error) {
	at := place{role, namespace}
	if role.Kind == audit.KindClusterRole {
		at.namespace = ""
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if rules, known := w.rules[at]; known {
		return rules, nil
	}
	rules, err := w.cluster.Rules(ctx, role, namespace)
	if err == nil {
		w.rules[at] = rules
	}
	return rules, err
}
