package checks

import (
	"cmp"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// command joins words to a line to be pasted.
func command(words ...string) string { return safetext.Command(words...) }

// kubectl returns a kubectl command for the context that is examined.
func (c *Case) kubectl(words ...string) string { return kubectl(c.Context, words) }

// asAdmin returns a kubectl command for the context that may change bindings.
func (c *Case) asAdmin(words ...string) string {
	return kubectl(cmp.Or(c.AdminContext, c.Context), words)
}

func kubectl(context string, words []string) string {
	words = append([]string{"kubectl"}, words...)
	if context != "" {
		words = append(words, "--context="+context)
	}
	return command(words...)
}
