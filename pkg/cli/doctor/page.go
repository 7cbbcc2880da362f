package doctor

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// page is the report for people: findings by category, text wrapped to the
// terminal, commands never.
type page struct {
	strings.Builder
	width int
	marks map[doctor.Status]string
	wide  bool // with what does not apply, and why good findings matter
}

// left is how many columns stand before a finding's text: mark and id.
const left = 24

func (p *page) report(title string, r doctor.Report) {
	if p.width < 60 {
		p.width = 80
	}
	p.wrap("", safetext.Clean(title))
	category := ""
	for _, f := range r.Findings {
		if f.Status == doctor.Skipped && !p.wide {
			continue
		}
		if f.Category != category {
			category = f.Category
			fmt.Fprintf(p, "\n%s\n", strings.ToUpper(category))
		}
		p.finding(f)
	}
	var parts []string
	for _, s := range statuses {
		if n := r.Count(s); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	fmt.Fprintf(p, "\n%s\n", strings.Join(parts, ", "))
}

func (p *page) finding(f doctor.Finding) {
	fmt.Fprintf(p, "%s %-*s", p.marks[f.Status], left-2, f.ID)
	margin := strings.Repeat(" ", left)
	p.wrapFrom(margin, f.Evidence)
	if f.Cause != "" && (f.Status != doctor.OK || p.wide) {
		p.wrap(margin, f.Cause)
	}
	switch {
	case len(f.Fixes) == 0 && f.Who != "":
		p.wrap(margin, "Who can look or mend: "+f.Who+".")
	case len(f.Fixes) == 0:
	case f.Who != "":
		fmt.Fprintf(p, "  %s runs:\n", f.Who)
	default:
		p.WriteString("  run:\n")
	}
	for _, line := range f.Fixes {
		fmt.Fprintf(p, "    %s\n", safetext.Clean(line))
	}
}

// wrap writes text with every line behind margin.
func (p *page) wrap(margin, text string) {
	p.WriteString(margin)
	p.wrapFrom(margin, text)
}

// wrapFrom writes text whose first line's margin is written already.
func (p *page) wrapFrom(margin, text string) {
	column := len(margin)
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > p.width:
			p.WriteString("\n" + margin)
			column = len(margin)
		default:
			p.WriteByte(' ')
			column++
		}
		p.WriteString(word)
		column += n
	}
	p.WriteByte('\n')
}
