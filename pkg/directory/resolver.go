package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Lookup finds every principal that a reference can mean; none is an empty
// list and no error.
type Lookup interface {
	Find(ctx context.Context, ref Ref) ([]entra.Principal, error)
}

// Suggester is what a Lookup may be able to do besides: principals whose
// display name or UPN starts like the reference (startsWith on the first few
// characters is enough), of ref.Kind or of any kind. At most about 20; they are
// ranked here. It is called only after Find found nothing.
type Suggester interface {
	Suggest(ctx context.Context, ref Ref) ([]entra.Principal, error)
}

// Tenant is what a Lookup may be able to do besides: tell the domains that are
// at home in the directory, so that a stranger is called one.
type Tenant interface {
	Organization(ctx context.Context) (entra.Organization, error)
}

// Bin is what a Lookup may be able to do besides: tell what a reference meant
// until it was deleted. Such a principal can still be restored.
type Bin interface {
	Deleted(ctx context.Context, ref Ref) ([]entra.Principal, error)
}

// Resolver finds the one principal that a reference means.
type Resolver struct {
	Lookup Lookup
	// Home returns the tenant that has a domain; fault.Config: none has. Nil:
	// that is not known.
	Home func(ctx context.Context, domain string) (entra.TenantID, error)
	// Choose asks which of several is meant and returns its index. Nil: nobody
	// is there to ask.
	Choose func(ctx context.Context, ref Ref, among []entra.Principal) (int, error)
}

// Resolve returns the principal of ref. None is fault.NotFound with near
// matches where the Lookup can give them; several are fault.Ambiguous with the
// list, unless Choose picks one. The first of several never wins by itself.
func (r Resolver) Resolve(ctx context.Context, ref Ref) (entra.Principal, error) {
	found, err := r.Lookup.Find(ctx, ref)
	if err != nil {
		return entra.Principal{}, fault.Wrap(fault.Failure, fmt.Sprintf("look up %q", ref.Text), err)
	}
	return r.decide(ctx, ref, found)
}

// decide picks the one principal among those found, or says why there is none.
func (r Resolver) decide(ctx context.Context, ref Ref, found []entra.Principal) (entra.Principal, error) {
	found = distinct(ref, found)
	switch {
	case len(found) == 0:
		return entra.Principal{}, r.notFound(ctx, ref)
	case len(found) == 1:
		return found[0], nil
	case r.Choose != nil:
		i, err := r.Choose(ctx, ref, found)
		if err != nil {
			return entra.Principal{}, err
		}
		return found[i], nil
	default:
		return entra.Principal{}, ambiguous(ref, found)
	}
}

// distinct drops repetitions and other kinds than the one asked for. A sign-in
// name is unique in a tenant and stands before everybody's mail addresses, so
// that the owner of a name is meant by it and not who has it as an alias.
func distinct(ref Ref, found []entra.Principal) []entra.Principal {
	var list []entra.Principal
	for _, p := range found {
		if ref.Kind != "" && p.Kind != ref.Kind {
			continue
		}
		if ref.By == UPNOrMail && p.UPN != "" && strings.EqualFold(p.UPN, ref.Text) {
			return []entra.Principal{p}
		}
		if !slices.ContainsFunc(list, func(q entra.Principal) bool { return q.ID == p.ID }) {
			list = append(list, p)
		}
	}
	return list
}

// listed is how many of many are named in an error.
const listed = 10

func ambiguous(ref Ref, found []entra.Principal) error {
	err := fault.Newf(fault.Ambiguous, "%q can be any of %d", ref.Text, len(found))
	for i, p := range found {
		if i == listed {
			err.Hints = append(err.Hints, fmt.Sprintf("and %d more: use an object id", len(found)-listed))
			break
		}
		err.Hints = append(err.Hints, fmt.Sprintf("use %s for %s", p.ID, Describe(p)))
	}
	return err
}
