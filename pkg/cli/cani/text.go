package cani

import (
	"fmt"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Word is yes or no, or unknown.
func (a *Answer) Word() string {
	switch {
	case a.Allowed:
		return "yes"
	case a.Unknown:
		return "unknown"
	}
	return "no"
}

// Reason is the answer's reason in one sentence.
func (a *Answer) Reason() string {
	switch {
	case a.Note != "":
		return a.Note
	case a.Unknown:
		return "the " + string(a.Unread[0].Plane) + " plane could not be read"
	case a.Missing != nil:
		return a.Missing.Text
	case len(a.Path) > 3:
		return strings.Join(a.Path[1:len(a.Path)-1], ", ")
	case a.Server != nil:
		return a.Server.Reason
	}
	return ""
}

// Text is the answer for people: the path, or what is missing.
func (a *Answer) Text() string {
	var b strings.Builder
	may := "may"
	switch {
	case a.Unknown:
		may = "may, or may not,"
	case !a.Allowed:
		may = "may not"
	}
	fmt.Fprintf(&b, "%s: %s %s %s\n", a.Word(), safetext.Clean(a.name()), may, safetext.Clean(a.Action.String()))
	for i, step := range a.Path {
		fmt.Fprintf(&b, "%s%s\n", strings.Repeat("  ", min(i, 1)+1)+[]string{"", "→ "}[min(i, 1)], safetext.Clean(step))
	}
	if a.Ways > 1 {
		fmt.Fprintf(&b, "  (one of %d ways)\n", a.Ways)
	}
	if a.Missing != nil {
		fmt.Fprintf(&b, "  %s\n", safetext.Clean(a.known()))
		fmt.Fprintf(&b, "  missing: the %s. %s\n", a.Missing.Edge, safetext.Clean(a.Missing.Text))
	}
	for _, u := range a.Unread {
		fmt.Fprintf(&b, "  the %s plane is missing here: %s\n", u.Plane, safetext.Clean(u.Reason))
	}
	for _, line := range a.Fix {
		fmt.Fprintf(&b, "  run: %s\n", line)
	}
	switch {
	case a.Server == nil:
		b.WriteString("  (the API server could not be asked with these rights: worked out from bindings and roles)\n")
	case a.Note == "":
		b.WriteString("  (the API server says the same)\n")
	}
	if a.Note != "" {
		fmt.Fprintf(&b, "  note: %s\n", safetext.Clean(a.Note))
	}
	return b.String()
}

// Err is the error of a no: its text is printed already.
func (a *Answer) Err() error {
	switch {
	case a.Allowed:
		return nil
	case a.Unknown:
		return unknown{fault.New(fault.Incomplete, a.Reason())}
	}
	return denied{}
}

// unknown is the error of an answer that is neither yes nor no.
type unknown struct{ error }

// Silent tells the command line to print nothing more.
func (unknown) Silent() bool { return true }

// Unwrap has the kind.
func (u unknown) Unwrap() error { return u.error }

type denied struct{}

func (denied) Error() string { return "not allowed" }

// Silent tells the command line to print nothing more.
func (denied) Silent() bool { return true }
