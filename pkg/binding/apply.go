package binding

import (
	"context"
	"maps"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Apply brings want into the store and returns what is there then. One of ours
// that already says the same stays as it is, with its date and its author; one
// of that name that is not ours is fault.Conflict and stays too. A dry run
// changes nothing. A reason is replaced by another one, not by none.
func Apply(ctx context.Context, store Store, want Binding, dryRun bool) (Binding, Outcome, error) {
	have, err := store.Get(ctx, want.Namespace, want.Name)
	switch {
	case err != nil && fault.KindOf(err) != fault.NotFound:
		return want, "", err
	case err == nil && !have.Owned:
		return want, "", fault.Hint(fault.Newf(fault.Conflict, "%s exists and is not ours: it is left as it is", want),
			"kubectl get "+want.String()+" -o yaml")
	case err == nil && have.Role != want.Role:
		return want, "", fault.Hint(fault.Newf(fault.Conflict, "%s gives %s, and the role of a binding cannot be changed", want, have.Role),
			"kubectl delete "+want.String())
	case err == nil:
		want = want.keeping(have)
		if same(have, want) {
			return have, Unchanged, nil
		}
	}
	outcome, err := store.Apply(ctx, want, dryRun)
	return want, outcome, err
}

// keeping returns b as a change of have: of the version that was read, and
// with the reason of before where none is given.
func (b Binding) keeping(have Binding) Binding {
	b.ResourceVersion = have.ResourceVersion
	if reason := have.Annotations[AnnotationReason]; reason != "" && b.Annotations[AnnotationReason] == "" {
		b.Annotations = maps.Clone(b.Annotations)
		b.Annotations[AnnotationReason] = reason
	}
	return b
}

// same reports whether have gives what want gives, to whom and for the same
// reason. Who granted it and when are the first grant's.
func same(have, want Binding) bool {
	if !slices.Equal(have.Subjects, want.Subjects) {
		return false
	}
	for key, value := range want.Labels {
		if have.Labels[key] != value {
			return false
		}
	}
	for _, key := range []string{AnnotationName, AnnotationSignIn, AnnotationKind, AnnotationReason} {
		if have.Annotations[key] != want.Annotations[key] {
			return false
		}
	}
	return true
}

// String returns the binding as kubectl's arguments name it, with its
// namespace.
func (b Binding) String() string {
	if b.Namespace == "" {
		return "clusterrolebinding/" + b.Name
	}
	return "rolebinding/" + b.Name + " -n " + b.Namespace
}
