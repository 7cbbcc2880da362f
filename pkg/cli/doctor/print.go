package doctor

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor/checks"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

// document is what -o json writes; its fields are a contract.
type document struct {
	Context  string           `json:"context"`
	Server   string           `json:"server"`
	For      string           `json:"for,omitempty"`
	Success  bool             `json:"success"`
	Summary  map[string]int   `json:"summary"`
	Findings []doctor.Finding `json:"findings"`
}

// statuses in the order of the summary.
var statuses = []doctor.Status{doctor.OK, doctor.Warning, doctor.Error, doctor.Unknown, doctor.Skipped}

func (c *command) print(format printer.Format, k *checks.Case, r doctor.Report) error {
	switch format {
	case printer.Table, printer.Wide:
		p := page{width: c.Width, marks: c.marks(), wide: format == printer.Wide}
		p.report(title(k), r)
		_, err := c.Out.Write([]byte(p.String()))
		return err
	case printer.Name:
		for _, f := range r.Findings {
			if _, err := fmt.Fprintf(c.Out, "%s/%s\n", f.Status, f.ID); err != nil {
				return err
			}
		}
		return nil
	}
	d := document{Context: k.Entry.Context, Server: k.Entry.Server, Success: r.Count(doctor.Error) == 0,
		Summary: map[string]int{}, Findings: append([]doctor.Finding{}, r.Findings...)}
	if k.For != nil {
		d.For = string(k.For.ID)
	}
	for _, s := range statuses {
		d.Summary[string(s)] = r.Count(s)
	}
	return printer.Document(c.Out, format, d)
}

func title(k *checks.Case) string {
	if k.For != nil {
		return fmt.Sprintf("Why is %s refused at %s?", binding.Title(*k.For), k.Entry.Server)
	}
	return fmt.Sprintf("Context %q, API server %s", k.Entry.Context, k.Entry.Server)
}

// marks are the signs before findings, by status.
func (c *command) marks() map[doctor.Status]string {
	m := map[doctor.Status]string{doctor.OK: "✓", doctor.Warning: "!", doctor.Error: "✗", doctor.Unknown: "?", doctor.Skipped: "-"}
	if !utf8Terminal(c.Getenv, runtime.GOOS) {
		m[doctor.OK], m[doctor.Error] = "+", "x"
	}
	if !c.OutTTY || c.Getenv("NO_COLOR") != "" || c.Getenv("TERM") == "dumb" {
		return m
	}
	for s, colour := range map[doctor.Status]string{doctor.OK: "32", doctor.Warning: "33", doctor.Unknown: "33", doctor.Error: "31"} {
		m[s] = "\x1b[" + colour + "m" + m[s] + "\x1b[0m"
	}
	return m
}

// utf8Terminal follows POSIX: the first of the three that is set decides.
// Windows' terminals take UTF-8 and set none of them.
func utf8Terminal(getenv func(string) string, goos string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToUpper(getenv(name)); v != "" {
			return strings.Contains(v, "UTF-8") || strings.Contains(v, "UTF8")
		}
	}
	return goos == "windows"
}
