package commands

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

func down() *cobra.Command {
	var c sandbox.Control
	cmd := &cobra.Command{
		Use: "down --dir DIR", Short: "Stop the sandbox of a folder", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.Down(cmd.Context()) },
	}
	addDir(cmd, &c.Dir)
	return cmd
}

func signIn() *cobra.Command {
	var c sandbox.Control
	var code string
	cmd := &cobra.Command{
		Use: "sign-in NAME|UPN --code CODE --dir DIR", Short: "Complete a device code as a person in the browser would",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := c.SignIn(cmd.Context(), args[0], code); err != nil {
				return fmt.Errorf("sign in as %q: %w", args[0], err)
			}
			return nil
		},
	}
	addDir(cmd, &c.Dir)
	cmd.Flags().StringVar(&code, "code", "", "the `CODE` that the terminal shows")
	_ = cmd.MarkFlagRequired("code")
	return cmd
}

func fault() *cobra.Command {
	var (
		c            sandbox.Control
		times        int
		match        string
		list, clear_ bool
		output       string
	)
	cmd := &cobra.Command{
		Use:   "fault SERVICE NAME [--times N] [--match ROUTE] --dir DIR",
		Short: "Make a service fail; --list tells how each can",
		Args:  cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case list:
				faults, err := c.Faults(cmd.Context())
				if err != nil {
					return err
				}
				return print(cmd.OutOrStdout(), output, faults, func(w io.Writer) {
					for _, f := range faults {
						fmt.Fprintf(w, "%s\t%s\t%s\n", f.Service, f.Name, f.Explanation)
					}
				})
			case clear_:
				return c.ClearFaults(cmd.Context())
			case len(args) != 2:
				return errors.New("name a service and a fault: aad-sandbox fault --list tells them")
			}
			return c.Fault(cmd.Context(), args[0], args[1], times, match)
		},
	}
	addDir(cmd, &c.Dir)
	flags := cmd.Flags()
	flags.IntVar(&times, "times", 0, "how many requests fail (default: all, until --clear)")
	flags.StringVar(&match, "match", "", "only routes that contain this `TEXT`")
	flags.BoolVar(&list, "list", false, "list the faults")
	flags.BoolVar(&clear_, "clear", false, "end all faults")
	flags.StringVarP(&output, "output", "o", "", "json, or nothing for people")
	return cmd
}

func requests() *cobra.Command {
	var (
		c      sandbox.Control
		reset  bool
		output string
	)
	cmd := &cobra.Command{
		Use: "requests [--reset] --dir DIR", Short: "How often each route was asked for", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			counts, err := c.Requests(cmd.Context())
			if err != nil {
				return err
			}
			if reset {
				if err := c.Reset(cmd.Context()); err != nil {
					return err
				}
			}
			return print(cmd.OutOrStdout(), output, counts, func(w io.Writer) {
				for _, n := range counts {
					fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", n.Count, n.Service, n.Method, n.Route)
				}
			})
		},
	}
	addDir(cmd, &c.Dir)
	cmd.Flags().BoolVar(&reset, "reset", false, "start counting anew after printing")
	cmd.Flags().StringVarP(&output, "output", "o", "", "json, or nothing for people")
	return cmd
}

// print writes v as JSON, or what table writes, in columns.
func print(w io.Writer, format string, v any, table func(io.Writer)) error {
	switch format {
	case "json":
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	case "":
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		table(tw)
		return tw.Flush()
	}
	return fmt.Errorf("unknown output %q: use json, or leave it out", format)
}
