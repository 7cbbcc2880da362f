package binding

import (
	"context"
	"maps"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Apply brings want into the store and returns what is there then. One of ours
// that already says the same stays as it is, with its date and its author; one
// of that name that is not ours, or gives a role to somebody else, is
// fault.Conflict and stays too. A dry run changes nothing. A reason is replaced
// by another one, not by none.
func Apply(ctx context.Context, store Store, want Binding, dryRun bool) (Binding, Outcome, error) {
	have, err := store.Get(ctx, want.Namespace, want.Name)
	switch {
	case err == nil:
		return Write(ctx, store, &have, want, dryRun)
	case fault.KindOf(err) == fault.NotFound:
		return Write(ctx, store, nil, want, dryRun)
	default:
		return want, "", err
	}
}

// Write is Apply for who has read what is there: have, or nil for nothing. The
// API server refuses it when somebody changed that since.
func Write(ctx context.Context, store Store, have *Binding, want Binding, dryRun bool) (Binding, Outcome, error) {
	if have == nil {
		want.ResourceVersion = ""
		outcome, err := store.Apply(ctx, want, dryRun)
		return want, outcome, err
	}
	if err := occupied(*have, want); err != nil {
		return want, "", err
	}
	want = want.keeping(*have)
	if have.Role != want.Role {
		return swap(ctx, store, *have, want, dryRun)
	}
	if len(Differences(*have, want)) == 0 {
		return *have, Unchanged, nil
	}
	outcome, err := store.Apply(ctx, want, dryRun)
	return want, outcome, err
}

// occupied says why have is not ours to turn into want.
func occupied(have, want Binding) error {
	switch {
	case !have.Owned:
		return fault.Hint(fault.Newf(fault.Conflict, "%s exists and is not ours: it is left as it is", want),
			"kubectl get "+want.String()+" -o yaml")
	case have.Labels[LabelPrincipal] != want.Labels[LabelPrincipal]:
		return fault.Hint(fault.Newf(fault.Conflict, "%s gives %s to %s: another binding needs another name", want, have.Role, have.Title()),
			"kubectl get "+want.String()+" -o yaml")
	}
	return nil
}

// swap changes the role of a binding, which the API does not: the principal has
// the new role by a second binding before the old one goes. That second one is
// born expired, so that a sweep finds it if we are interrupted.
func swap(ctx context.Context, store Store, have, want Binding, dryRun bool) (Binding, Outcome, error) {
	want.ResourceVersion = ""
	bridge := want
	bridge.Name += "-next"
	bridge.Annotations = maps.Clone(want.Annotations)
	bridge.Annotations[AnnotationExpires] = "1970-01-01T00:00:00Z"
	if _, err := store.Apply(ctx, bridge, dryRun); err != nil {
		return want, "", err
	}
	if err := store.Delete(ctx, have, dryRun); err != nil || dryRun {
		return want, Configured, err
	}
	if _, err := store.Apply(ctx, want, false); err != nil {
		return want, "", err
	}
	return want, Configured, store.Delete(ctx, bridge, false)
}

// keeping returns b as a change of have: of the version that was read, in its
// set, and with the reason of before where none is given. What a file declares
// is kept by the file alone.
func (b Binding) keeping(have Binding) Binding {
	b.ResourceVersion = have.ResourceVersion
	if b.Set() != "" {
		return b
	}
	b.Labels, b.Annotations = maps.Clone(b.Labels), maps.Clone(b.Annotations)
	if set := have.Set(); set != "" {
		b.Labels[LabelSet] = set
	}
	if reason := have.Annotations[AnnotationReason]; reason != "" && b.Annotations[AnnotationReason] == "" {
		b.Annotations[AnnotationReason] = reason
	}
	return b
}

// said are the annotations that are part of what a binding says, and their
// names for people. Who granted it and when are the first grant's.
var said = []struct{ key, word string }{
	{AnnotationName, "display name"}, {AnnotationSignIn, "sign-in name"}, {AnnotationKind, "kind"},
	{AnnotationReason, "reason"}, {AnnotationExpires, "expiry"},
}

// Difference is a part of a binding that is to become another.
type Difference struct{ What, Have, Want string }

// Differences lists what must change in have so that it says what want says:
// to whom, until when and why. Roles are not compared.
func Differences(have, want Binding) []Difference {
	var list []Difference
	if !slices.Equal(have.Subjects, want.Subjects) {
		list = append(list, Difference{"subject", names(have.Subjects), names(want.Subjects)})
	}
	for _, key := range slices.Sorted(maps.Keys(want.Labels)) {
		if h, w := have.Labels[key], want.Labels[key]; h != w {
			word := key
			if key == LabelSet {
				word = "set"
			}
			list = append(list, Difference{word, h, w})
		}
	}
	for _, a := range said {
		if h, w := have.Annotations[a.key], want.Annotations[a.key]; h != w {
			list = append(list, Difference{a.word, h, w})
		}
	}
	return list
}
