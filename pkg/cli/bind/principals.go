package bind

import (
	"context"
	"fmt"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// finder gets the principals that the command line names.
type finder func(context.Context, *factory.Factory) ([]entra.Principal, error)

// principals reads the arguments; nobody is looked up before the finder runs.
func (o *options) principals(args []string) (finder, error) {
	if o.objectID != "" || o.kind != "" {
		return o.given(args)
	}
	var refs []directory.Ref
	for _, a := range args {
		ref, err := directory.ParseRef(a)
		if err != nil {
			return nil, err
		}
		refs = append(refs, ref)
	}
	return func(ctx context.Context, f *factory.Factory) ([]entra.Principal, error) {
		return lookUp(ctx, f, refs)
	}, nil
}

// kinds are the words of --kind.
var kinds = map[string]entra.Kind{"user": entra.User, "group": entra.Group, "sp": entra.ServicePrincipal}

// given takes the principal on trust from --object-id and --kind, for whoever
// may not read the directory. A sign-in name as argument is a member's UPN.
func (o *options) given(args []string) (finder, error) {
	kind, known := kinds[strings.ToLower(o.kind)]
	switch {
	case !known:
		return nil, fault.Newf(fault.Usage, "--object-id needs --kind user, group or sp, not %q", o.kind)
	case !entra.IsGUID(o.objectID):
		return nil, fault.Newf(fault.Usage, "--object-id %q is not a GUID", o.objectID)
	case len(args) > 1:
		return nil, fault.New(fault.Usage, "--object-id is about one principal")
	}
	p := entra.Principal{ID: entra.ObjectID(strings.ToLower(o.objectID)), Kind: kind, SecurityEnabled: true}
	if len(args) == 1 {
		ref, err := directory.ParseRef(args[0])
		if err != nil {
			return nil, err
		}
		switch {
		case ref.Kind != "" && ref.Kind != kind:
			return nil, fault.Newf(fault.Usage, "%q is not a %s", args[0], o.kind)
		case ref.By == directory.UPNOrMail && kind == entra.User:
			p.UPN = ref.Text
		case ref.By == directory.Name:
			p.Name = ref.Text
		default:
			return nil, fault.Newf(fault.Usage, "%q beside --object-id is neither a sign-in name nor a display name", args[0])
		}
	}
	return func(_ context.Context, f *factory.Factory) ([]entra.Principal, error) {
		fmt.Fprintf(f.Err, "not looked up in the directory: what is said of %s is taken on trust\n", binding.Title(p))
		return []entra.Principal{p}, nil
	}, nil
}

func lookUp(ctx context.Context, f *factory.Factory, refs []directory.Ref) ([]entra.Principal, error) {
	lookup, err := f.Directory(ctx)
	if err != nil {
		return nil, blind(err)
	}
	resolver := directory.Resolver{Lookup: lookup}
	if f.CanAsk() {
		resolver.Choose = func(ctx context.Context, ref directory.Ref, among []entra.Principal) (int, error) {
			var list []string
			for _, p := range among {
				list = append(list, directory.Describe(p)+", "+string(p.ID))
			}
			return f.Choose(ctx, "Which "+ref.Text+"?", list, -1)
		}
	}
	var found []entra.Principal
	for _, ref := range refs {
		p, err := resolver.Resolve(ctx, ref)
		if err != nil {
			return nil, blind(err)
		}
		found = append(found, p)
	}
	return found, nil
}

// blind tells who cannot read the directory that it can be done without.
func blind(err error) error {
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.SignIn, fault.Policy, fault.Config:
		return fault.Hint(err, "without the directory: kubectl aad bind --object-id GUID --kind user|group|sp")
	}
	return err
}
