package access

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Carry carries the plan out: what is added and changed first, and only when
// all of that is there, what is removed. Done is told of every step that is
// done, from several goroutines. After an error the plan can be made again, and
// has in it what is left to do.
func (p Plan) Carry(ctx context.Context, store binding.Store, dryRun bool, done func(Step)) error {
	var write, remove []Step
	for _, s := range p.Steps {
		switch s.Action {
		case Add, Change:
			write = append(write, s)
		case Remove:
			remove = append(remove, s)
		}
	}
	err := binding.Each(ctx, len(write), func(ctx context.Context, i int) error {
		_, _, err := binding.Write(ctx, store, write[i].Have, write[i].Binding, dryRun)
		if err == nil {
			done(write[i])
		}
		return err
	})
	if err != nil {
		return err
	}
	return binding.Each(ctx, len(remove), func(ctx context.Context, i int) error {
		err := binding.Remove(ctx, store, remove[i].Binding, dryRun)
		if err == nil {
			done(remove[i])
		}
		return err
	})
}

// marks stand before the steps of a printed plan.
var marks = map[Action]string{Add: "+", Change: "~", Remove: "-"}

// Print writes the plan for people: a line for each step that changes something
// and a last one that counts. Nothing in it steers a terminal.
func (p Plan) Print(w io.Writer) {
	for _, s := range p.Steps {
		mark, ok := marks[s.Action]
		if !ok {
			continue
		}
		fmt.Fprintf(w, "  %s %s%s\n", mark, grant(s.Binding), s.note())
	}
	for _, b := range p.Left {
		fmt.Fprintf(w, "    %s: no longer declared, and left (--prune removes it)\n", grant(b))
	}
	fmt.Fprintf(w, "%d to add, %d to change, %d to remove, %d unchanged\n", p.Count(Add), p.Count(Change), p.Count(Remove), p.Count(Keep))
}

func (s Step) note() string {
	var parts []string
	if until, ok := s.Binding.Expires(); ok && s.Action == Add {
		parts = append(parts, "until "+until.UTC().Format("2006-01-02T15:04:05Z"))
	}
	for _, d := range s.Differences {
		parts = append(parts, fmt.Sprintf("%s: %s → %s", d.What, orNone(d.Have), orNone(d.Want)))
	}
	if s.Why != "" {
		parts = append(parts, s.Why)
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, "; ") + ")"
}

func orNone(s string) string {
	if s = safetext.Clean(s); s == "" {
		return "none"
	}
	return s
}
