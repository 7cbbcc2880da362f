package audit

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// BindWords are the words after kubectl that give, to whoever ref means, what b
// wanted to give.
func BindWords(ref string, b Binding) []string {
	if b.Azure != nil {
		return b.Azure.words("bind", ref, b.Namespace)
	}
	words := []string{"aad", "bind", ref, "--" + strings.ToLower(b.Role.Kind) + "=" + b.Role.Name}
	if b.Namespace == "" {
		return append(words, "-A")
	}
	return append(words, "-n", b.Namespace)
}

// RemoveWords are the words after kubectl that take one subject out of b: the
// whole binding, where nobody else is in it. The resource's name stands behind
// its kind, so that none can be taken for a flag.
func RemoveWords(b Binding, index int) []string {
	if b.Azure != nil {
		return b.Azure.words("unbind", string(b.Azure.Principal), b.Namespace)
	}
	if len(b.Subjects) <= 1 {
		return DeleteWords(b)
	}
	name, _ := json.Marshal(b.Subjects[index].Name) // a string always marshals
	at := "/subjects/" + strconv.Itoa(index)
	words := []string{"patch", b.Resource(), "--type=json", "-p", fmt.Sprintf(
		`[{"op":"test","path":"%s/name","value":%s},{"op":"remove","path":"%s"}]`, at, name, at)}
	return b.placed(words)
}

// DeleteWords are the words after kubectl that delete b.
func DeleteWords(b Binding) []string { return b.placed([]string{"delete", b.Resource()}) }

func (b Binding) placed(words []string) []string {
	if b.Namespace != "" {
		words = append(words, "-n", b.Namespace)
	}
	return words
}

// Place names a binding and where it lies.
func (b Binding) Place() string {
	if b.Azure != nil {
		return b.Azure.place()
	}
	if b.Namespace == "" {
		return fmt.Sprintf("%s %q", b.Kind(), b.Name)
	}
	return fmt.Sprintf("%s %q in namespace %q", b.Kind(), b.Name, b.Namespace)
}
