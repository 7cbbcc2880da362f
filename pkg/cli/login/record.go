package login

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/gettoken"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig/edit"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// record writes --account into the entry of a context's user, in the file that
// defines it. No other byte of the file changes.
func record(f *factory.Factory, path string, at gettoken.Context, account string) (changed bool, err error) {
	args := token.WithFlag(at.Exec.Args, "account", account)
	if slices.Equal(args, at.Exec.Args) {
		return false, nil
	}
	for _, file := range kubeconfig.Files(path, f.Getenv("KUBECONFIG")) {
		data, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return false, fault.Wrap(fault.Failure, "record the account", err)
		}
		if parsed, err := edit.Parse(data); err != nil || !parsed.Has(at.User) {
			continue
		}
		return true, kubeconfig.Update(file, func(old []byte) ([]byte, error) {
			parsed, err := edit.Parse(old)
			if err == nil {
				err = parsed.SetExec(at.User, edit.Change{Args: args})
			}
			if err != nil {
				return nil, fault.Hint(fault.Wrap(fault.Config, "record the account in "+file, err), "add --account "+account+" to the arguments there by hand")
			}
			return parsed.Bytes(), nil
		})
	}
	return false, fault.Newf(fault.NotFound, "record the account: no kubeconfig defines user %q", at.User)
}
