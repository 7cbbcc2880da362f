package binding

import (
	"context"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// memory is a store of one binding that counts its writes.
type memory struct {
	have   *Binding
	err    error
	writes int
}

func (m *memory) List(context.Context, string) ([]Binding, error) { return nil, nil }
func (m *memory) Delete(context.Context, Binding, bool) error     { return nil }

func (m *memory) Get(context.Context, string, string) (Binding, error) {
	switch {
	case m.err != nil:
		return Binding{}, m.err
	case m.have == nil:
		return Binding{}, fault.New(fault.NotFound, "not found")
	}
	return *m.have, nil
}

func (m *memory) Apply(_ context.Context, b Binding, dryRun bool) (Outcome, error) {
	if !dryRun {
		m.writes++
	}
	if b.ResourceVersion == "" {
		return Created, nil
	}
	return Configured, nil
}

func TestApply(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Binding) // of the one that is there; nil: none is
		want   Outcome
		kind   fault.Kind
	}{
		{"none there", nil, Created, 0},
		{"the same", func(*Binding) {}, Unchanged, 0},
		{"granted by somebody else, earlier", func(b *Binding) {
			b.Annotations[AnnotationBy], b.Annotations[AnnotationAt] = "other@contoso.com", "2020-01-01T00:00:00Z"
		}, Unchanged, 0},
		{"with labels of others", func(b *Binding) { b.Labels["team"] = "x" }, Unchanged, 0},
		{"a wrong form", func(b *Binding) { b.Subjects[0].Name = string(idA) }, Configured, 0},
		{"with a reason", func(b *Binding) { b.Annotations[AnnotationReason] = "because" }, Unchanged, 0},
		{"another display name", func(b *Binding) { b.Annotations[AnnotationName] = "Alicia" }, Configured, 0},
		{"a subject too many", func(b *Binding) { b.Subjects = append(b.Subjects, Subject{Kind: KindUser, Name: "eve"}) }, Configured, 0},
		{"somebody else's", func(b *Binding) { b.Owned = false }, "", fault.Conflict},
		{"another role", func(b *Binding) { b.Role.Name = "cluster-admin" }, Configured, 0},
		{"another's", func(b *Binding) { b.Labels[LabelPrincipal] = string(idB) }, "", fault.Conflict},
		{"declared by a file", func(b *Binding) { b.Labels[LabelSet] = "team" }, Unchanged, 0},
		{"for a while", func(b *Binding) { b.Annotations[AnnotationExpires] = "2030-01-01T00:00:00Z" }, Configured, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			store := &memory{}
			if tt.change != nil {
				have := planned(t, member, "dev")
				have.ResourceVersion = "7"
				tt.change(&have)
				store.have = &have
			}
			_, got, err := Apply(t.Context(), store, planned(t, member, "dev"), false)
			if got != tt.want || err != nil != (tt.kind != 0) || err != nil && fault.KindOf(err) != tt.kind {
				t.Errorf("%q, %v", got, err)
			}
			if wrote := store.writes > 0; wrote != (tt.want == Created || tt.want == Configured) {
				t.Errorf("%d writes", store.writes)
			}
			if err != nil && !strings.Contains(strings.Join(fault.Hints(err), ""), "kubectl ") {
				t.Errorf("hints %q", fault.Hints(err))
			}
		})
	}
	broken := &memory{err: fault.New(fault.Network, "down")}
	if _, _, err := Apply(t.Context(), broken, planned(t, member, ""), false); fault.KindOf(err) != fault.Network || broken.writes != 0 {
		t.Errorf("store down: %v, %d writes", err, broken.writes)
	}
}
