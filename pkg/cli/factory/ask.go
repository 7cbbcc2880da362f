package factory

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// CanAsk reports whether a person is there to answer.
func (f *Factory) CanAsk() bool { return f.InTTY && f.ErrTTY && !f.Silent }

// Confirm asks a yes-or-no question; everything but "y" and "yes" is no.
// Without a terminal it is a usage error that says to pass --yes.
func (f *Factory) Confirm(ctx context.Context, question string) (bool, error) {
	if !f.CanAsk() {
		return false, fault.New(fault.Usage, "cannot ask without a terminal", "pass --yes to go on without being asked")
	}
	answer, err := f.ask(ctx, question+" [y/N] ")
	if err != nil {
		return false, err
	}
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes", nil
}

// Choose lets a person pick one of the options and returns its index. Empty
// input takes the default, an index; -1 is no default.
func (f *Factory) Choose(ctx context.Context, question string, options []string, fallback int) (int, error) {
	if !f.CanAsk() {
		return 0, fault.New(fault.Usage, "cannot ask without a terminal: "+question)
	}
	fmt.Fprintln(f.Err, question)
	for i, o := range options {
		fmt.Fprintf(f.Err, "  %d. %s\n", i+1, safetext.Clean(o))
	}
	prompt := "Number: "
	if fallback >= 0 {
		prompt = fmt.Sprintf("Number [%d]: ", fallback+1)
	}
	for {
		answer, err := f.ask(ctx, prompt)
		if err != nil {
			return 0, err
		}
		if answer == "" && fallback >= 0 {
			return fallback, nil
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(options) {
			return n - 1, nil
		}
		fmt.Fprintf(f.Err, "Type a number from 1 to %d.\n", len(options))
	}
}

// Ask asks for a line of text.
func (f *Factory) Ask(ctx context.Context, question string) (string, error) {
	if !f.CanAsk() {
		return "", fault.New(fault.Usage, "cannot ask without a terminal: "+question)
	}
	return f.ask(ctx, question+": ")
}

// ask reads one line; Ctrl-C ends the wait although the read goes on.
func (f *Factory) ask(ctx context.Context, prompt string) (string, error) {
	if f.lines == nil {
		f.lines = bufio.NewReader(f.In)
	}
	fmt.Fprint(f.Err, prompt)
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		line, err := f.lines.ReadString('\n')
		got <- answer{strings.TrimSpace(line), err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(f.Err)
		return "", fault.New(fault.Cancelled, "cancelled")
	case a := <-got:
		if a.err != nil && a.line == "" {
			return "", fault.New(fault.Cancelled, "no answer")
		}
		return a.line, nil
	}
}
