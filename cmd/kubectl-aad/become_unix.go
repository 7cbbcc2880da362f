//go:build !windows

package main

import (
	"fmt"
	"os"
	"syscall"
)

const coreName = "aad-core"

// become replaces this process: no parent stays behind, and signals and the
// exit code are core's own. args[0] is kept: it says how we were called.
func become(core string, args []string) error {
	err := syscall.Exec(core, args, os.Environ())
	return fmt.Errorf("start %s: %w", core, err)
}
