package directory

import (
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// kindWords are the kinds as people read them.
var kindWords = map[entra.Kind]string{
	entra.User:             "user",
	entra.Group:            "group",
	entra.ServicePrincipal: "service principal",
}

// Describe returns a principal on one line for people, harmless on a terminal:
// `guest "Carol" (carol@fabrikam.com)`, with what is wrong with it, if anything.
func Describe(p entra.Principal) string {
	var b strings.Builder
	word := kindWords[p.Kind]
	if p.Kind == entra.User && p.External {
		word = "guest"
	}
	b.WriteString(word + ` "` + safetext.Clean(p.Name) + `"`)
	var notes []string
	for _, n := range []string{p.SignInName(), string(p.ClientID)} {
		if n = safetext.Clean(n); n != "" {
			notes = append(notes, n)
		}
	}
	if p.Disabled {
		notes = append(notes, "disabled")
	}
	if p.Pending {
		notes = append(notes, "invitation not accepted yet")
	}
	if len(notes) > 0 {
		b.WriteString(" (" + strings.Join(notes, ", ") + ")")
	}
	return b.String()
}
