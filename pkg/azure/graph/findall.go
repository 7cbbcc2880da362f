package graph

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// FindAll is Find for many references: the matches of each, in their order, with
// as few requests as Graph's limits allow ($batch of 20, "in" of 15, getByIds of
// 1,000). Progress, unless nil, is told how many of total are answered. After an
// error what was found before it is returned too.
func (c *Client) FindAll(ctx context.Context, refs []directory.Ref, progress func(done, total int)) ([][]entra.Principal, error) {
	s := &search{Client: c, refs: refs, progress: progress, at: map[key][]int{}, found: make([][]entra.Principal, len(refs)),
		apps: map[string]string{}, invited: map[string]string{}, unclaimed: map[string]bool{}}
	for i, ref := range refs {
		k := key{ref.By, strings.ToLower(ref.Text)}
		s.at[k] = append(s.at[k], i)
	}
	for _, pass := range []func(context.Context) error{s.me, s.domains, s.first, s.second, s.third} {
		if err := pass(ctx); err != nil {
			return s.found, err
		}
	}
	s.tell(len(refs))
	return s.found, nil
}

// key is what a reference compares: an attribute and its value in lower case.
type key struct {
	by   directory.By
	text string
}

// search is one FindAll. References are asked for once, however often they occur.
type search struct {
	*Client
	refs     []directory.Ref
	progress func(done, total int)
	done     int
	at       map[key][]int // positions in refs
	found    [][]entra.Principal
	own      map[string]bool   // the tenant's domains; nil: not known
	apps     map[string]string // client id → id of the application that was asked for
	invited  map[string]string // UPN that an invitation makes → address

	unclaimed map[string]bool // addresses that are no person's mail address
}

func (s *search) tell(done int) {
	if s.done = min(done, len(s.refs)); s.progress != nil {
		s.progress(s.done, len(s.refs))
	}
}

// add gives a principal to the references of a key that may mean its kind. One
// that is there already is replaced: the later answer tells more.
func (s *search) add(k key, p entra.Principal) {
	for _, i := range s.at[k] {
		if !wants(s.refs[i], p.Kind) {
			continue
		}
		if n := slices.IndexFunc(s.found[i], func(o entra.Principal) bool { return o.ID == p.ID }); n >= 0 {
			s.found[i][n] = p
			continue
		}
		s.found[i] = append(s.found[i], p)
	}
}

// texts returns the texts of the references by an attribute that may mean a
// kind, "" being any; missing leaves out those that have an answer.
func (s *search) texts(by directory.By, kind entra.Kind, missing bool) []string {
	set := map[string]bool{}
	for i, ref := range s.refs {
		if ref.By == by && (kind == "" || wants(ref, kind)) && (!missing || len(s.found[i]) == 0) {
			set[strings.ToLower(ref.Text)] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}
