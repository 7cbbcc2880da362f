package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/kubectl-aad/kubectl-aad/cmd/aad-sandbox/internal/demo"
)

func playDemo() *cobra.Command {
	return &cobra.Command{
		Use: "demo", Short: "Play the whole journey with real commands", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDemo(cmd.Context(), cmd.OutOrStdout())
		},
	}
}

func runDemo(ctx context.Context, out io.Writer) (err error) {
	home, err := os.MkdirTemp("", "aad-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	s, stop, err := options{dir: filepath.Join(home, "sandbox"), replicationDelay: replicationDelay}.start(ctx, io.Discard)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	stage := demo.Stage{
		Out: out, Bin: filepath.Dir(exe), Home: filepath.Join(home, "people"),
		Env:    []string{"AZURE_CLOUD_FILE=" + s.CloudFile()},
		SignIn: s.SignIn, Color: colored(out),
	}
	if err := stage.Play(ctx); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	fmt.Fprintln(out, "\nThat was all of it. To play by hand: make sandbox")
	return nil
}

func colored(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""
}
