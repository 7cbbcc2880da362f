// Command kubectl-aad is the front: it answers get-token from the cache, or
// becomes aad-core, which lies beside it. It links no SDK, or every kubectl
// would wait for their initialisation.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fastlane"
)

func main() {
	if fastlane.Serve(os.Args[1:], os.Getenv, os.Stdout, time.Now()) {
		return
	}
	core, err := coreFile()
	if err == nil {
		err = become(core, os.Args)
	}
	fmt.Fprintf(os.Stderr, "aad: error: %v\n", err)
	fmt.Fprintln(os.Stderr, "aad: hint: reinstall the plugin: kubectl krew install aad, or copy kubectl-aad and aad-core into one directory")
	os.Exit(1)
}

// coreFile returns the aad-core beside this very file, whatever link it was
// started by. PATH is not asked: somebody else may own a directory of it.
func coreFile() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	core := filepath.Join(filepath.Dir(self), coreName)
	if info, err := os.Stat(core); err != nil || info.IsDir() {
		return "", fmt.Errorf("aad-core is missing: it belongs to %s", core)
	}
	return core, nil
}
