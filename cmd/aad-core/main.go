// Command aad-core is the whole of kubectl aad; kubectl-aad becomes it whenever
// a cached token is not the answer.
package main

import (
	"context"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/kubectl-aad/kubectl-aad/pkg/azure/arm"
	"github.com/kubectl-aad/kubectl-aad/pkg/azure/graph"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/plugins"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(cli.Run(ctx, process(), keepers(), plugins.All()))
}

func process() cli.Process {
	return cli.Process{
		Streams: factory.Streams{
			In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
			InTTY: isTerminal(os.Stdin), OutTTY: isTerminal(os.Stdout), ErrTTY: isTerminal(os.Stderr),
			Width: width(os.Stderr),
		},
		Args: os.Args[1:], Getenv: os.Getenv, Now: time.Now,
	}
}

// keepers introduces the rooms of the heavy SDKs to the command line.
func keepers() factory.Keepers {
	return factory.Keepers{
		Directory: func(c entra.Cloud, rt http.RoundTripper, s token.Source) (factory.Directory, error) {
			return graph.New(c, rt, s)
		},
		Azure: func(c entra.Cloud, rt http.RoundTripper, s token.Source) (factory.Azure, error) {
			return arm.New(c, rt, s)
		},
	}
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

func width(f *os.File) int {
	if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
		return w
	}
	return 80
}
