package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
)

const coreName = "aad-core.exe"

// become runs core as a child: Windows cannot replace a process. Ctrl-C
// reaches both; the child decides.
func become(core string, args []string) error {
	signal.Ignore(os.Interrupt)
	cmd := exec.Command(core)
	cmd.Args = args
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		os.Exit(0)
	case errors.As(err, &exit):
		os.Exit(exit.ExitCode())
	}
	return fmt.Errorf("start %s: %w", core, err)
}
