package setup

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

// document is what -o json writes; its fields are a contract.
type document struct {
	Integration    string     `json:"integration,omitempty"`
	Subscription   string     `json:"subscription"`
	Tenant         string     `json:"tenant"`
	ResourceGroup  string     `json:"resourceGroup"`
	Name           string     `json:"name"`
	ChangesPending bool       `json:"changesPending"`
	Steps          []stepJSON `json:"steps"`
}

type stepJSON struct {
	ID     string   `json:"id"`
	Title  string   `json:"title"`
	Needs  []string `json:"needs"`
	State  string   `json:"state"` // missing, differs, done
	Detail string   `json:"detail,omitempty"`
	Note   string   `json:"note,omitempty"`
	Risk   string   `json:"risk,omitempty"`
}

// stepsOf leaves out what a person is not shown either.
func stepsOf(p *setup.Plan) []stepJSON {
	shown := map[string]bool{}
	for _, item := range p.Shown() {
		shown[item.ID] = true
	}
	out := []stepJSON{}
	for _, item := range p.Shown() {
		needs := slices.DeleteFunc(append([]string{}, item.Needs...), func(id string) bool { return !shown[id] })
		out = append(out, stepJSON{ID: item.ID, Title: item.Make.Title, Needs: needs,
			State: string(item.Finding.State), Detail: item.Finding.Detail, Note: item.Make.Note, Risk: string(item.Make.Risk)})
	}
	return out
}

// marks stand before a step: what is to be made, changed, or there already.
var marks = map[setup.State]string{setup.Missing: "+", setup.Differs: "~", setup.Done: "="}

// planWidth is the width that plans are written for; a narrower terminal wraps.
const planWidth = 80

// writePlan writes a plan for people. remove turns "to be made" into "to be
// removed".
func writePlan(w io.Writer, headline []string, p *setup.Plan, remove bool) {
	for _, line := range headline {
		fmt.Fprintln(w, safetext.Clean(line))
	}
	fmt.Fprintln(w)
	for _, item := range p.Shown() {
		mark := marks[item.Finding.State]
		if remove && item.Finding.State != setup.Done {
			mark = "-"
		}
		wrap(w, "  "+mark+" ", item.Make.Title)
		if item.Finding.Detail != "" {
			wrap(w, "      ", item.Finding.Detail)
		}
		if item.Make.Note != "" && item.Finding.State != setup.Done {
			wrap(w, "    ! ", item.Make.Note)
		}
	}
}

// wrap writes text behind a prefix in lines of planWidth columns; the lines
// after the first are indented as far.
func wrap(w io.Writer, prefix, text string) {
	line := prefix
	indent := strings.Repeat(" ", len([]rune(prefix)))
	begun := false
	for _, word := range strings.Fields(safetext.Clean(text)) {
		if begun && len([]rune(line))+1+len([]rune(word)) > planWidth {
			fmt.Fprintln(w, line)
			line, begun = indent, false
		}
		if begun {
			line += " "
		}
		line += word
		begun = true
	}
	fmt.Fprintln(w, line)
}

// summary counts what a plan would do.
func summary(p *setup.Plan) string {
	pending, shown := 0, p.Shown()
	for _, item := range shown {
		if item.Finding.State != setup.Done {
			pending++
		}
	}
	return fmt.Sprintf("%d of %d steps to do.", pending, len(shown))
}
