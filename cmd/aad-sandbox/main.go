// Command aad-sandbox is a pretend Azure with real Kubernetes API servers.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/kubectl-aad/kubectl-aad/cmd/aad-sandbox/internal/commands"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(commands.Run(ctx, os.Args[1:], commands.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
