package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// phonebook finds by name; it counts the questions.
type phonebook struct {
	people   []entra.Principal
	asked    int
	suggests int
}

func (b *phonebook) Find(_ context.Context, ref Ref) (found []entra.Principal, err error) {
	b.asked++
	for _, p := range b.people {
		if strings.EqualFold(p.Name, ref.Text) {
			found = append(found, p)
		}
	}
	return found, nil
}

func (b *phonebook) Suggest(context.Context, Ref) ([]entra.Principal, error) {
	b.suggests++
	return nil, nil
}

// bulk is a phonebook that answers many at once.
type bulk struct{ phonebook }

func (b *bulk) FindAll(ctx context.Context, refs []Ref, progress func(done, total int)) ([][]entra.Principal, error) {
	found := make([][]entra.Principal, len(refs))
	for i, ref := range refs {
		found[i], _ = b.Find(ctx, ref)
	}
	b.asked = 1
	if progress != nil {
		progress(len(refs), len(refs))
	}
	return found, nil
}

func TestResolveAll(t *testing.T) {
	stock := []entra.Principal{alice, alina, shadow, carol}
	refs := []Ref{{Text: "Carol", By: Name}, {Text: "Alina Example", By: Name}, {Text: "carol", By: Name}}
	plain, fast := &phonebook{people: stock}, &bulk{phonebook{people: stock}}
	for _, tt := range []struct {
		lookup Lookup
		asked  *int
		want   int
	}{{plain, &plain.asked, 3}, {fast, &fast.asked, 1}} {
		told := 0
		got, err := Resolver{Lookup: tt.lookup}.ResolveAll(t.Context(), refs, func(done, _ int) { told = done })
		if err != nil || !slices.Equal(got, []entra.Principal{carol, alina, carol}) || *tt.asked != tt.want || told != 3 {
			t.Errorf("%+v, %v, asked %d times, told %d", got, err, *tt.asked, told)
		}
	}
}

func TestResolveAllShowsEveryMistake(t *testing.T) {
	book := &bulk{phonebook{people: []entra.Principal{alice, shadow, carol}}}
	refs := []Ref{{Text: "zoe", By: Name}, {Text: "Carol", By: Name}, {Text: "Alice Example", By: Name}}
	_, err := Resolver{Lookup: book}.ResolveAll(t.Context(), refs, nil)
	if fault.KindOf(err) != fault.NotFound || !strings.Contains(err.Error(), `"zoe"`) || !strings.Contains(err.Error(), `"Alice Example" can be any of 2`) {
		t.Errorf("error %v", err)
	}
	many := make([]Ref, 500)
	for i := range many {
		many[i] = Ref{Text: fmt.Sprintf("nobody-%d", i), By: Name}
	}
	book.suggests = 0
	if _, err = (Resolver{Lookup: book}).ResolveAll(t.Context(), many, nil); !strings.HasSuffix(err.Error(), "and 490 more") || book.suggests != explained {
		t.Errorf("%d suggestions, error %v", book.suggests, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = (Resolver{Lookup: book}).ResolveAll(ctx, refs, nil); fault.KindOf(err) != fault.Cancelled {
		t.Errorf("interrupted: %v", err)
	}
}
