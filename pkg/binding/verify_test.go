package binding

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
)

// server is an API server that knows one binding, after some questions.
type server struct {
	bound []Subject
	lag   int // questions till it knows
	asked []naming.Identity
	err   error
}

func (s *server) May(_ context.Context, who naming.Identity, role Role, namespace string) (Verdict, error) {
	s.asked = append(s.asked, who)
	v := Verdict{Asked: "get pods in namespace " + namespace}
	if len(s.asked) > s.lag {
		v.Allowed = slices.ContainsFunc(s.bound, func(b Subject) bool {
			return b.Kind == KindUser && b.Name == who.Username || b.Kind == KindGroup && slices.Contains(who.Groups, b.Name)
		})
	}
	return v, s.err
}

// memberships are groups by their members.
type memberships map[entra.ObjectID][]entra.Principal

func (m memberships) MemberGroups(_ context.Context, p entra.Principal, securityOnly bool) (list []entra.ObjectID, err error) {
	if !securityOnly {
		return nil, fault.New(fault.Usage, "tokens have security groups only")
	}
	for again := true; again; {
		again = false
		for id, members := range m {
			in := slices.ContainsFunc(members, func(o entra.Principal) bool { return o.ID == p.ID || slices.Contains(list, o.ID) })
			if in && !slices.Contains(list, id) {
				list, again = append(list, id), true
			}
		}
	}
	return list, nil
}

func (m memberships) Members(_ context.Context, groups []entra.ObjectID, _ bool) (map[entra.ObjectID][]entra.Principal, error) {
	return m, nil
}

func TestVerify(t *testing.T) {
	inner := entra.Principal{ID: "111e4000-0000-4000-8000-000000000009", Kind: entra.Group}
	away := entra.Principal{ID: "dabe0000-0000-4000-8000-000000000005", Kind: entra.User, UPN: "dave@contoso.com", Disabled: true}
	nested := memberships{group.ID: {away, inner}, inner.ID: {inner, member}}
	prefix := "entra:"
	prefixed := Mapper{Naming: naming.Default().WithPrefixes(&prefix, &prefix)}
	forbidden := fault.New(fault.Forbidden, "no subjectaccessreviews")
	tests := []struct {
		name   string
		m      Mapper // of the binding
		now    Mapper // of the verifier
		p      entra.Principal
		in     memberships
		s      server
		as     string // whom the API server is asked about
		kind   fault.Kind
		says   string
		asked  int
		nobody bool
	}{
		{name: "a member", p: member, as: member.UPN, asked: 1},
		{name: "a guest", p: guest, as: string(idB), asked: 1},
		{name: "an application", p: app, as: string(idA), asked: 1},
		{name: "a late API server", p: member, s: server{lag: 2}, as: member.UPN, asked: 3},
		{name: "a nested group", p: group, in: nested, as: member.UPN, asked: 1},
		{name: "only the disabled", p: group, in: memberships{group.ID: {away}}, as: away.UPN, asked: 1},
		{name: "an empty group", p: group, nobody: true},
		{name: "a prefix", m: prefixed, now: prefixed, p: member, as: "entra:" + member.UPN, asked: 1},
		{name: "the wrong form", m: Mapper{As: ByObjectID}, p: member, kind: fault.Failure, asked: 1,
			says: `does not let in ` + member.UPN + `: the API server was asked whether User "` + member.UPN + `" with 1 groups may get pods in namespace dev; it said no, and the binding names User ` + string(idA)},
		{name: "another binding", m: Mapper{As: ByObjectID}, p: member, s: server{bound: []Subject{{Kind: KindUser, Name: member.UPN}}}, kind: fault.Failure, asked: 1,
			says: "it said yes, by another binding: this one names User " + string(idA)},
		{name: "never known", p: member, s: server{lag: 99}, kind: fault.Failure, asked: 4, says: "it said no"},
		{name: "not known by the cluster", p: guest, now: Mapper{Naming: naming.Naming{Username: naming.Rule{{Claim: "upn"}}}}, kind: fault.Config, says: "which the token lacks"},
		{name: "may not ask", p: member, s: server{err: forbidden}, kind: fault.Incomplete, asked: 1, says: "written and not verified: no subjectaccessreviews; it takes the right"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			plan, err := Planner{Mapper: tt.m}.Plan([]Grant{{Principal: tt.p, Role: Role{KindClusterRole, "view"}, Reach: Reach{Namespaces: []string{"dev"}}}})
			if err != nil {
				t.Fatal(err)
			}
			tt.s.bound = append(tt.s.bound, plan[0].Binding.Subjects...)
			v := Verifier{Mapper: tt.now, Witness: &tt.s, Groups: tt.in, Waits: make([]time.Duration, 3)}
			got, err := v.Verify(t.Context(), plan[0])
			if tt.kind != 0 {
				if fault.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("%v", err)
				}
			} else if err != nil || got.As != tt.as || tt.nobody != (got.Note != "") {
				t.Errorf("%+v, %v", got, err)
			}
			if len(tt.s.asked) != tt.asked {
				t.Errorf("asked %d times: %+v", len(tt.s.asked), tt.s.asked)
			}
		})
	}
}
