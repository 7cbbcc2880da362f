package binding

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Witness is the API server, asked about others.
type Witness interface {
	// May asks whether somebody may do one thing that a role allows, in a
	// namespace or with "" in the whole cluster. Who may not ask, or not read
	// the role, is told by fault.Forbidden.
	May(ctx context.Context, who naming.Identity, role Role, namespace string) (Verdict, error)
}

// Verdict is an API server's answer. Asked names the action.
type Verdict struct {
	Allowed       bool
	Asked, Reason string
}

// Memberships are the directory's word on groups.
type Memberships interface {
	// MemberGroups returns the groups that p is in, through others too; of
	// those in tokens only if securityOnly.
	MemberGroups(ctx context.Context, p entra.Principal, securityOnly bool) ([]entra.ObjectID, error)
	// Members returns the direct members of groups.
	Members(ctx context.Context, groups []entra.ObjectID, groupsOnly bool) (map[entra.ObjectID][]entra.Principal, error)
}

// Verifier finds out whether bindings let in whom they are meant for.
type Verifier struct {
	Mapper  Mapper
	Witness Witness
	Groups  Memberships
	// Waits are the pauses before asking again: an API server hears of a new
	// binding a moment after it was written.
	Waits []time.Duration
}

// Verified is what was found out about one binding.
type Verified struct {
	As    string // whom the API server was asked about
	Asked string // the action
	Note  string // why nobody could be asked about; then the rest is empty
}

// Verify asks the API server about whom the directory foretells p's token to
// name, never about the binding's own subject. A binding that does not let them
// in is fault.Failure; what could not be asked is fault.Incomplete.
func (v Verifier) Verify(ctx context.Context, p Planned) (Verified, error) {
	who := p.Grant.Principal
	title := Title(who)
	if who.Kind == entra.Group {
		member, ok, err := v.member(ctx, who.ID)
		if err != nil {
			return Verified{}, incomplete(p.Binding, err)
		}
		if !ok {
			return Verified{Note: title + " has no member to ask for"}, nil
		}
		who, title = member, fmt.Sprintf("%s, a member of %s,", Title(member), title)
	}
	groups, err := v.Groups.MemberGroups(ctx, who, true)
	if err != nil {
		return Verified{}, incomplete(p.Binding, err)
	}
	id, err := v.Mapper.Identity(who, groups)
	if err != nil {
		return Verified{}, fault.Wrap(fault.Failure, "verify "+p.Binding.String(), err)
	}
	if !reaches(p.Binding, id) {
		v.Waits = nil // no time mends that
	}
	verdict, err := v.ask(ctx, id, p.Binding)
	if err != nil {
		return Verified{}, incomplete(p.Binding, err)
	}
	if problem := mismatch(id, p.Binding, verdict); problem != "" {
		f := fault.Newf(fault.Failure, "%s does not let in %s: the API server was asked whether User %q with %d groups may %s; %s",
			p.Binding, title, id.Username, len(id.Groups), verdict.Asked, problem)
		return Verified{}, fault.Hint(f, "what the cluster takes people for is overridden with --authenticator and --authentication-config")
	}
	return Verified{As: id.Username, Asked: verdict.Asked}, nil
}

// mismatch says what is wrong, or "". Who may do it by another binding alone
// is a mismatch too.
func mismatch(id naming.Identity, b Binding, verdict Verdict) string {
	switch {
	case !verdict.Allowed && verdict.Reason != "":
		return "it said no (" + safetext.Clean(verdict.Reason) + "), and the binding names " + names(b.Subjects)
	case !verdict.Allowed:
		return "it said no, and the binding names " + names(b.Subjects)
	case !reaches(b, id):
		return "it said yes, by another binding: this one names " + names(b.Subjects)
	}
	return ""
}

// reaches reports whether a subject of b names somebody.
func reaches(b Binding, id naming.Identity) bool {
	return slices.ContainsFunc(b.Subjects, func(s Subject) bool {
		return s.Kind == KindUser && s.Name == id.Username || s.Kind == KindGroup && slices.Contains(id.Groups, s.Name)
	})
}

// ask asks again while the answer is no, for as long as the waits last.
func (v Verifier) ask(ctx context.Context, id naming.Identity, b Binding) (Verdict, error) {
	for i := 0; ; i++ {
		verdict, err := v.Witness.May(ctx, id, b.Role, b.Namespace)
		if err != nil || verdict.Allowed || i == len(v.Waits) {
			return verdict, err
		}
		select {
		case <-ctx.Done():
			return verdict, &fault.Error{Kind: fault.Cancelled, Op: "verify " + b.String(), Err: ctx.Err()}
		case <-time.After(v.Waits[i]):
		}
	}
}

// incomplete says that a binding was not verified. It is written all the same.
func incomplete(b Binding, err error) error {
	switch fault.KindOf(err) {
	case fault.Cancelled:
		return err
	case fault.Forbidden:
		err = fault.Newf(fault.Incomplete, "%w; it takes the right to create subjectaccessreviews and to read the role", err)
	}
	return &fault.Error{Kind: fault.Incomplete, Op: b.String() + " is written and not verified", Err: err}
}

// member returns somebody in a group, through other groups too: rather one who
// can sign in.
func (v Verifier) member(ctx context.Context, group entra.ObjectID) (someone entra.Principal, ok bool, err error) {
	seen := map[entra.ObjectID]bool{group: true}
	for level := []entra.ObjectID{group}; len(level) > 0; {
		members, err := v.Groups.Members(ctx, level, false)
		if err != nil {
			return someone, false, err
		}
		var next []entra.ObjectID
		for _, id := range level {
			for _, m := range members[id] {
				switch {
				case m.Kind == entra.Group && !seen[m.ID]:
					seen[m.ID] = true
					next = append(next, m.ID)
				case m.Kind == entra.Group:
				case !m.Disabled && !m.Pending:
					return m, true, nil
				default:
					someone, ok = m, true
				}
			}
		}
		level = next
	}
	return someone, ok, nil
}
