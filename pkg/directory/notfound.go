package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/near"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// suggested is how many near matches are named.
const suggested = 3

// notFound explains why ref means nobody. What cannot be learnt on the way is
// left out: explaining a failure must not fail.
func (r Resolver) notFound(ctx context.Context, ref Ref) error {
	if err := r.deleted(ctx, ref); err != nil {
		return err
	}
	err := r.stranger(ctx, ref)
	if err == nil {
		err = fault.New(fault.NotFound, nobody(ref))
	}
	if ref.By == ID && ref.Kind != entra.User && ref.Kind != entra.Group {
		err.Hints = append(err.Hints, "for an application use its client id, or its service principal's object id: the app registration's object id is another one")
	}
	for _, p := range r.near(ctx, ref) {
		err.Hints = append(err.Hints, fmt.Sprintf("did you mean %s? then use %s", Describe(p), p.ID))
	}
	return err
}

// deleted says that ref meant somebody until a deletion that can be undone; nil
// when it did not, or when nobody can tell.
func (r Resolver) deleted(ctx context.Context, ref Ref) error {
	bin, ok := r.Lookup.(Bin)
	if !ok {
		return nil
	}
	gone, err := bin.Deleted(ctx, ref)
	if gone = distinct(ref, gone); err != nil || len(gone) == 0 {
		return nil
	}
	fail := fault.Newf(fault.NotFound, "%q was deleted from the directory less than 30 days ago", ref.Text)
	for _, p := range gone {
		fail.Hints = append(fail.Hints, fmt.Sprintf("restore the %s %s (Entra admin center, deleted %ss), then run this again",
			kindWords[p.Kind], p.ID, kindWords[p.Kind]))
	}
	return fail
}

// stranger says that the domain of ref is another directory's, whose people are
// known here once they are invited; nil where that is not so or not known.
func (r Resolver) stranger(ctx context.Context, ref Ref) *fault.Error {
	domain := ref.Domain()
	if domain == "" || ref.Kind == entra.Group {
		return nil
	}
	org, known := r.organization(ctx)
	if !known || atHome(org, domain) {
		return nil
	}
	err := fault.Newf(fault.NotFound, "%q was not invited: %s is not a domain of %s and no guest has that address",
		ref.Text, safetext.Clean(domain), tenantName(org))
	err.Hints = []string{"invite the person as a guest (Entra admin center, Users, Invite external user), then run this again"}
	if r.Home == nil {
		return err
	}
	switch home, herr := r.Home(ctx, domain); {
	case herr == nil:
		err.Hints = append(err.Hints, fmt.Sprintf("%s is a domain of the tenant %s", safetext.Clean(domain), home))
	case fault.KindOf(herr) == fault.Config:
		err.Hints = append(err.Hints, fmt.Sprintf("no tenant has the domain %s: is it spelled right?", safetext.Clean(domain)))
	}
	return err
}

func nobody(ref Ref) string {
	kind := kindWords[ref.Kind]
	if kind == "" {
		kind = "user, group or service principal"
	}
	switch ref.By {
	case Me:
		return "the sign-in is not a user's: an application has no \"me\""
	case ID:
		return fmt.Sprintf("no %s has the id %q", kind, ref.Text)
	case ClientID:
		return fmt.Sprintf("no %s has the client id %q", kind, ref.Text)
	default:
		return fmt.Sprintf("no %s is called %q", kind, ref.Text)
	}
}

func (r Resolver) organization(ctx context.Context) (entra.Organization, bool) {
	t, ok := r.Lookup.(Tenant)
	if !ok {
		return entra.Organization{}, false
	}
	org, err := t.Organization(ctx)
	return org, err == nil && len(org.Domains) > 0
}

func atHome(org entra.Organization, domain string) bool {
	return strings.EqualFold(org.InitialDomain, domain) || slices.ContainsFunc(org.Domains, func(d string) bool {
		return strings.EqualFold(d, domain)
	})
}

func tenantName(org entra.Organization) string {
	if name := safetext.Clean(org.Name); name != "" {
		return name
	}
	return safetext.Clean(org.InitialDomain)
}

// near returns the suggestions that resemble ref, the likeliest first.
func (r Resolver) near(ctx context.Context, ref Ref) []entra.Principal {
	s, ok := r.Lookup.(Suggester)
	if !ok || ref.By != UPNOrMail && ref.By != Name {
		return nil
	}
	found, err := s.Suggest(ctx, ref)
	if err != nil {
		return nil
	}
	// A domain that both have says nothing about how alike two names are.
	local := func(name string) string {
		at := len(name) - len(ref.Domain())
		if ref.Domain() != "" && at > 0 && strings.EqualFold(name[at:], ref.Domain()) {
			return strings.TrimSuffix(name[:at], "@")
		}
		return name
	}
	var names []string
	owners := map[string][]entra.Principal{}
	for _, p := range found {
		for _, name := range []string{p.Name, p.UPN, p.Mail} {
			if name = local(safetext.Clean(name)); name != "" && (ref.Kind == "" || ref.Kind == p.Kind) {
				names = append(names, name)
				owners[name] = append(owners[name], p)
			}
		}
	}
	var list []entra.Principal
	for _, name := range near.Match(local(ref.Text), names, suggested) {
		for _, p := range owners[name] {
			if len(list) < suggested && !slices.Contains(list, p) {
				list = append(list, p)
			}
		}
	}
	return list
}
