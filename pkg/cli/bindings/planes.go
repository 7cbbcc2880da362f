package bindings

import (
	"context"
	"fmt"
	"slices"

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
		w.Miss(audit.PlaneKubernetes, err)
	}
	return nil
}

// assignments adds what Azure gives in the cluster, where it has a say.
func (w *World) assignments(ctx context.Context, namespace string, offline bool) error {
	list, azure, err := w.assigned(ctx, namespace, offline)
	switch {
	case err == nil:
		w.Azure = azure
		w.Bindings = append(w.Bindings, list...)
	case !optional(err) && fault.KindOf(err) != fault.NotFound && fault.KindOf(err) != fault.Incomplete:
		return err
	case !plane.Denied(ctx, w.Cluster):
		w.Miss(audit.PlaneAzure, err)
	}
	return nil
}

// assigned reads the role assignments; false: Azure has no say here.
func (w *World) assigned(ctx context.Context, namespace string, offline bool) ([]audit.Binding, bool, error) {
	_, possible, err := plane.Context(w.Factory)
	switch {
	case err != nil || !possible:
		return nil, false, err
	case offline:
		return nil, false, fault.New(fault.Incomplete, "not asked (--offline)")
	}
	azure, err := plane.Find(ctx, w.Factory)
	if err != nil || azure == nil {
		return nil, false, err
	}
	list, err := azure.Bindings(ctx, namespace)
	return list, true, err
}

// Miss notes that a plane could not be read, and says so once.
func (w *World) Miss(p audit.Plane, why error) {
	if slices.ContainsFunc(w.Unread, func(u Unread) bool { return u.Plane == p }) {
		return
	}
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
