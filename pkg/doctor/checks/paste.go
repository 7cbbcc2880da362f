package checks

import (
	"cmp"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// command joins words to a line that a POSIX shell takes apart again into the
// same words. Names come from the cluster and the directory, where others chose
// them: none of them may end a word or start a command.
func command(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(safetext.Clean(w))
	}
	return strings.Join(quoted, " ")
}

const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%_+=:,./-"

func quote(w string) string {
	if w != "" && strings.Trim(w, plain) == "" {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}

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
