package bind

import (
	"context"
	"fmt"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/authenticator"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// know finds out how the cluster names principals. Who is taken on trust is
// bound without a sign-in to the directory.
func (b *binder) know(ctx context.Context) (err error) {
	var apps naming.Directory
	if b.trusted == nil {
		if apps, err = b.Directory(ctx); err != nil {
			return err
		}
	}
	cluster := b.cluster
	if b.dryRun == dryRunClient {
		cluster = nil
	}
	if b.mapper.Naming, err = authenticator.Find(ctx, b.Factory, "", cluster, apps); err != nil {
		return err
	}
	fmt.Fprintf(b.Err, "this cluster: %s\n", safetext.Clean(b.mapper.Naming.Why))
	return nil
}
