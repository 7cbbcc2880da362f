package bind

import (
	"context"
	"fmt"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/people"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// find reads whom the command line names; nobody is looked up yet.
func (o *options) find(args []string, b *binder) error {
	if o.objectID != "" || o.kind != "" {
		p, err := o.given(args)
		b.trusted, b.rows = &p, []people.Row{{}}
		return err
	}
	var err error
	if b.rows, err = people.Rows(args, o.files, b.In); err != nil {
		return err
	}
	if len(b.rows) == 0 {
		return fault.New(fault.Usage, "nobody named to bind: the list is empty")
	}
	return nil
}

// kinds are the words of --kind.
var kinds = map[string]entra.Kind{"user": entra.User, "group": entra.Group, "sp": entra.ServicePrincipal}

// given takes the principal on trust from --object-id and --kind, for whoever
// may not read the directory. A sign-in name as argument is a member's UPN.
func (o *options) given(args []string) (p entra.Principal, err error) {
	kind, known := kinds[strings.ToLower(o.kind)]
	switch {
	case !known:
		return p, fault.Newf(fault.Usage, "--object-id needs --kind user, group or sp, not %q", o.kind)
	case !entra.IsGUID(o.objectID):
		return p, fault.Newf(fault.Usage, "--object-id %q is not a GUID", o.objectID)
	case len(args) > 1 || len(o.files) > 0:
		return p, fault.New(fault.Usage, "--object-id is about one principal")
	}
	p = entra.Principal{ID: entra.ObjectID(strings.ToLower(o.objectID)), Kind: kind, SecurityEnabled: true}
	if len(args) == 0 {
		return p, nil
	}
	ref, err := directory.ParseRef(args[0])
	switch {
	case err != nil:
		return p, err
	case ref.Kind != "" && ref.Kind != kind:
		return p, fault.Newf(fault.Usage, "%q is not a %s", args[0], o.kind)
	case ref.By == directory.UPNOrMail && kind == entra.User:
		p.UPN = ref.Text
	case ref.By == directory.Name:
		p.Name = ref.Text
	default:
		return p, fault.Newf(fault.Usage, "%q beside --object-id is neither a sign-in name nor a display name", args[0])
	}
	return p, nil
}

// resolve asks the directory who the rows mean.
func (b *binder) resolve(ctx context.Context) error {
	if b.trusted != nil {
		fmt.Fprintf(b.Err, "not looked up in the directory: what is said of %s is taken on trust\n", binding.Title(*b.trusted))
		b.asks[0].principal = *b.trusted
		return nil
	}
	refs := make([]directory.Ref, len(b.rows))
	for i, row := range b.rows {
		refs[i] = row.Ref
	}
	found, err := people.Find(ctx, b.Factory, refs, "kubectl aad bind --object-id GUID --kind user|group|sp")
	if err != nil {
		return err
	}
	for i, p := range found {
		b.asks[i].principal = p
	}
	return b.count(ctx)
}
