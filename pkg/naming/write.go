package naming

import (
	"fmt"
	"strings"
)

// String writes the rule in the language of an AuthenticationConfiguration.
func (r Rule) String() string {
	var b strings.Builder
	for _, c := range r {
		if c.Has != "" {
			b.WriteString("has(claims." + c.Has + ") ? ")
		}
		if c.Prefix != "" {
			b.WriteString(quote(c.Prefix) + " + ")
		}
		b.WriteString(field(c.Claim))
		if c.Has != "" {
			b.WriteString(" : ")
		}
	}
	return b.String()
}

func field(claim string) string {
	if identifier(claim) {
		return "claims." + claim
	}
	return fmt.Sprintf("claims[%s]", quote(claim))
}

func identifier(s string) bool {
	for i := range len(s) {
		if !letter(s[i]) && (i == 0 || s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return s != ""
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
