package commands

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// set changes a running sandbox: how slow it is, what time it is, which keys
// it signs with.
func set() *cobra.Command {
	var (
		c                       sandbox.Control
		clock                   string
		advance, latency, delay time.Duration
		rotate                  bool
	)
	cmd := &cobra.Command{
		Use:     "set [--clock TIME] [--advance D] [--latency D] [--replication-delay D] [--rotate-keys] --dir DIR",
		Short:   "Change a running sandbox: its clock, its pace, its signing keys",
		Example: "  aad-sandbox set --advance 2h --dir .sandbox\n  aad-sandbox set --latency 100ms --dir .sandbox",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, s := range []struct {
				flag string
				do   func(context.Context) error
			}{
				{"clock", func(ctx context.Context) error {
					t, err := time.Parse(time.RFC3339, clock)
					if err != nil {
						return fmt.Errorf("--clock %q is not a time like 2026-11-23T12:00:00Z", clock)
					}
					return c.SetClock(ctx, t)
				}},
				{"advance", func(ctx context.Context) error { return c.Advance(ctx, advance) }},
				{"latency", func(ctx context.Context) error { return c.SetLatency(ctx, latency) }},
				{"replication-delay", func(ctx context.Context) error { return c.SetReplicationDelay(ctx, delay) }},
				{"rotate-keys", c.Rotate},
			} {
				if cmd.Flags().Changed(s.flag) {
					if err := s.do(cmd.Context()); err != nil {
						return err
					}
				}
			}
			return nil
		},
	}
	addDir(cmd, &c.Dir)
	flags := cmd.Flags()
	flags.StringVar(&clock, "clock", "", "the `TIME` that it is, RFC 3339")
	flags.DurationVar(&advance, "advance", 0, "let so much time pass")
	flags.DurationVar(&latency, "latency", 0, "time added to every request")
	flags.DurationVar(&delay, "replication-delay", 0, "time until a write to the directory is seen")
	flags.BoolVar(&rotate, "rotate-keys", false, "sign with a new key; the old one stays published")
	return cmd
}
