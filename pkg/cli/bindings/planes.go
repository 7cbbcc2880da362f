package bindings

import (
	"context"
	"fmt"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/plane"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Unread is a plane that could not be read, and why: what it gives is not known.
type Unread struct {
	Plane  audit.Plane `json:"plane"`
	Reason string      `json:"reason"`
}

// planes reads both planes. One of them is enough: that the other one is missing
// is said on stderr.
func (w *World) planes(ctx context.Context, namespace string, offline bool) error {
	err := w.list(ctx, namespace)
	if err != nil && fault.KindOf(err) != fault.Forbidden {
		return err
	}
	if azure := w.assignments(ctx, namespace, offline); azure != nil {
		return azure
	}
	if err != nil && !w.Azure {
		return err
	}
	if err != nil {
		w.miss(audit.PlaneKubernetes, err)
	}
	return nil
}

// assignments adds what Azure gives in the cluster, where it has a say.
func (w *World) assignments(ctx context.Context, namespace string, offline bool) error {
	if offline {
		_, possible, err := plane.Context(w.Factory)
		if possible {
			w.miss(audit.PlaneAzure, fault.New(fault.Incomplete, "not asked (--offline)"))
		}
		return err
	}
	azure, err := plane.Find(ctx, w.Factory)
	var list []audit.Binding
	if err == nil && azure != nil {
		list, err = azure.Bindings(ctx, namespace)
	}
	switch {
	case err == nil:
		w.Azure = azure != nil
		w.Bindings = append(w.Bindings, list...)
	case optional(err) || fault.KindOf(err) == fault.NotFound:
		w.miss(audit.PlaneAzure, err)
	default:
		return err
	}
	return nil
}

func (w *World) miss(p audit.Plane, why error) {
	u := Unread{p, safetext.Clean(why.Error())}
	w.Unread = append(w.Unread, u)
	what := "bindings"
	if p == audit.PlaneAzure {
		what = "role assignments"
	}
	fmt.Fprintf(w.Err, "warning: the %s plane is missing here, %s could not be read: %s\n", p, what, u.Reason)
	for _, hint := range fault.Hints(why) {
		fmt.Fprintf(w.Err, "  %s\n", safetext.Clean(hint))
	}
}

// read names the planes that were read, where one was not.
func (w *World) read() string {
	if len(w.Unread) == 0 {
		return ""
	}
	if w.Azure {
		return "of the azure plane "
	}
	return "of the kubernetes plane "
}
