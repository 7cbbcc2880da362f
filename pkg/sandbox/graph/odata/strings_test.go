package odata

import (
	"slices"
	"testing"
)

func TestStrings(t *testing.T) {
	for text, want := range map[string][]string{
		"mail eq 'a'":               {"a"},
		"mail in ('a','B')":         {"a", "B"},
		"mail ne 'a'":               nil,
		"not(mail eq 'a')":          nil,
		"mail eq null":              nil,
		"mail eq 'a' or id eq 'a'":  nil,
		"mail eq 'a' and id eq 'a'": nil,
		"startswith(mail,'a')":      nil,
		"id eq 'a'":                 nil,
		"m/mail eq 'a'":             nil,
		"mail/any(m:m eq 'a')":      nil,
	} {
		f, err := ParseFilter(text)
		if err != nil {
			t.Fatal(text, err)
		}
		if got, ok := f.Strings("mail"); !slices.Equal(got, want) || ok != (want != nil) {
			t.Errorf("%s: %q, %v", text, got, ok)
		}
	}
}
