package kubeconfig

import (
	"bytes"
	"os"
	"path/filepath"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Files returns the files that Load reads; the first to define an entry wins.
func Files(explicit, env string) []string {
	if explicit != "" {
		return []string{explicit}
	}
	return paths(env)
}

// Update replaces the text of a kubeconfig under kubectl's own lock, in one
// step. What change returns is written as it is; the same text writes nothing.
func Update(path string, change func(old []byte) ([]byte, error)) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	fail := func(err error) error { return fault.Wrap(fault.Failure, "write kubeconfig "+path, err) }
	unlock, err := lock(path)
	if err != nil {
		return fail(err)
	}
	defer unlock()
	old, err := os.ReadFile(path)
	if err != nil {
		return fail(err)
	}
	data, err := change(old)
	if err != nil || bytes.Equal(data, old) {
		return err
	}
	return fault.Wrap(fault.Failure, "write kubeconfig "+path, replace(path, data))
}
