package access

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// cluster is a store of bindings with resource versions.
type cluster struct {
	mu      sync.Mutex
	have    map[string]binding.Binding
	version int
	writes  []string
	budget  int    // writes until it fails; 0 is any number
	watch   func() // told of every write that was done; nil is nobody
}

func (c *cluster) List(context.Context, string) ([]binding.Binding, error) {
	return slices.Collect(maps.Values(c.have)), nil
}

func (c *cluster) Get(context.Context, string, string) (binding.Binding, error) {
	panic("a plan knows what is there")
}

func (c *cluster) write(op string, b binding.Binding) error {
	if old, ok := c.have[b.String()]; ok && b.ResourceVersion != old.ResourceVersion || !ok && b.ResourceVersion != "" {
		return fault.Newf(fault.Conflict, "%s changed", b)
	}
	if c.budget > 0 && len(c.writes) == c.budget {
		return fault.New(fault.Network, "down")
	}
	c.writes = append(c.writes, op)
	return nil
}

func (c *cluster) Apply(_ context.Context, b binding.Binding, _ bool) (binding.Outcome, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.write("apply", b); err != nil {
		return "", err
	}
	c.version++
	b.ResourceVersion = strconv.Itoa(c.version)
	c.have[b.String()] = b
	c.tell()
	return binding.Created, nil
}

func (c *cluster) Delete(_ context.Context, b binding.Binding, _ bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.write("delete", b); err != nil {
		return err
	}
	delete(c.have, b.String())
	c.tell()
	return nil
}

func (c *cluster) tell() {
	if c.watch != nil {
		c.watch()
	}
}

// grants returns the bindings that give people roles, as a set declares them.
func grants(t testing.TB, set string, g ...binding.Grant) (list []Wanted) {
	t.Helper()
	for i := range g {
		g[i].Set = set
	}
	plan, err := binding.Planner{Now: time.Now}.Plan(g)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range plan {
		list = append(list, Wanted{p.Binding, fmt.Sprintf("%s.yaml, line %d", set, i+1)})
	}
	return list
}

func person(i int) entra.Principal {
	return entra.Principal{ID: entra.ObjectID(fmt.Sprintf("a11ce000-0000-4000-8000-%012d", i)), Kind: entra.User,
		UPN: fmt.Sprintf("user%d@contoso.com", i)}
}

func view(i int, namespaces ...string) binding.Grant {
	return binding.Grant{Principal: person(i), Role: binding.Role{Kind: binding.KindClusterRole, Name: "view"}, Reach: binding.Reach{Namespaces: namespaces}}
}

func existing(w ...Wanted) (list []binding.Binding) {
	for i, x := range w {
		x.Binding.ResourceVersion = strconv.Itoa(i + 1)
		list = append(list, x.Binding)
	}
	return list
}

func TestMake(t *testing.T) {
	because := view(1, "dev")
	because.Reason = "on call"
	over, soon := view(1, "dev"), view(1, "dev")
	over.Expires, soon.Expires = noon, noon.Add(time.Second)
	ours := grants(t, "web", view(1, "dev"))
	foreign := existing(ours...)
	foreign[0].Owned = false
	oncall := existing(grants(t, "", view(1, "dev"))...)
	oncall[0].Name = "oncall"
	tests := []struct {
		name string
		want []Wanted
		have []binding.Binding
		o    Options
		says string
		err  string
	}{
		{"new", ours, nil, Options{}, "+ clusterrole/view for user1@contoso.com in namespace dev\n", ""},
		{"there", ours, existing(ours...), Options{}, "0 to remove, 1 unchanged", ""},
		{"bind made it", ours, existing(grants(t, "", because)...), Options{}, "~ clusterrole/view for user1@contoso.com in namespace dev (set: none → web; reason: on call → none)", ""},
		{"bind --name made it", ours, oncall, Options{Prune: true}, "0 to add, 1 to change, 0 to remove", ""},
		{"another reason", grants(t, "web", because), existing(ours...), Options{}, "(reason: none → on call)", ""},
		{"no longer declared", nil, existing(ours...), Options{}, "no longer declared, and left (--prune", ""},
		{"pruned", nil, existing(ours...), Options{Prune: true}, "- clusterrole/view for user1@contoso.com in namespace dev (no longer declared)", ""},
		{"another set's stays", nil, existing(grants(t, "ops", view(1, "dev"))...), Options{Prune: true}, "0 to remove", ""},
		{"bind's stays", nil, existing(grants(t, "", view(1, "dev"))...), Options{Prune: true}, "0 to remove", ""},
		{"over", grants(t, "web", over), existing(grants(t, "web", over)...), Options{}, "(its time is over)", ""},
		{"over and never there", grants(t, "web", over), nil, Options{}, "0 to add", ""},
		{"not yet over", grants(t, "web", soon), nil, Options{}, "(until 2026-01-02T12:00:01Z)", ""},
		{"somebody else's", ours, foreign, Options{}, "", "web.yaml, line 1: rolebinding/" + ours[0].Binding.Name + " -n dev exists and is not ours"},
		{"in two sets", ours, existing(grants(t, "ops", view(1, "dev"))...), Options{}, "", `is in the set "ops" and in the set "web"`},
		{"taken over", ours, existing(grants(t, "ops", view(1, "dev"))...), Options{TakeOver: true}, "(set: ops → web)", ""},
		{"moved between two files", ours, existing(grants(t, "ops", view(1, "dev"))...), Options{Sets: []string{"web", "ops"}, Prune: true}, "1 to change, 0 to remove", ""},
		{"in two files", append(slices.Clone(ours), grants(t, "ops", view(1, "dev"))...), nil, Options{Sets: []string{"web", "ops"}}, "", `in the set "ops" and in the set "web" (web.yaml, line 1)`},
		{"twice, differently", append(slices.Clone(ours), grants(t, "web", because)...), nil, Options{}, "", "declared twice, with another reason"},
		{"twice, the same", append(slices.Clone(ours), ours...), nil, Options{}, "1 to add", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.o.Now = noon; tt.o.Sets == nil {
				tt.o.Sets = []string{"web"}
			}
			plan, err := Make(tt.want, tt.have, tt.o)
			if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Fatalf("error %v", err)
			}
			var out strings.Builder
			plan.Print(&out)
			if err == nil && !strings.Contains(out.String(), tt.says) {
				t.Errorf("no %q in:\n%s", tt.says, out.String())
			}
		})
	}
}
