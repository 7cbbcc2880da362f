package arm

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// filter is the $filter of a list of Microsoft.Authorization: comparisons and
// functions joined by "and".
type filter struct {
	values    map[string]string // property → value
	functions map[string]string // function → argument
}

var (
	comparison = regexp.MustCompile(`^(?i:([a-z]+)\s+eq\s+'((?:[^']|'')*)')$`)
	function   = regexp.MustCompile(`^(?i:(atScope|assignedTo|asTarget)\(\s*(?:'([^']*)')?\s*\))$`)
	and        = regexp.MustCompile(`(?i)\s+and\s+`)
)

// parseFilter reads it; properties are those that it may compare.
func parseFilter(c *call, properties ...string) (filter, error) {
	f := filter{values: map[string]string{}, functions: map[string]string{}}
	text := strings.TrimSpace(c.URL.Query().Get("$filter"))
	if text == "" {
		return f, nil
	}
	for _, part := range and.Split(text, -1) {
		part = strings.TrimSpace(part)
		if m := function.FindStringSubmatch(part); m != nil {
			f.functions[strings.ToLower(m[1])] = m[2]
			continue
		}
		m := comparison.FindStringSubmatch(part)
		i := -1
		if m != nil {
			i = slices.IndexFunc(properties, func(p string) bool { return strings.EqualFold(p, m[1]) })
		}
		if i < 0 {
			return f, failure(http.StatusBadRequest, "UnsupportedFilter", "The filter '%s' is not supported.", part)
		}
		f.values[properties[i]] = strings.ReplaceAll(m[2], "''", "'")
	}
	return f, nil
}

// equal reports whether a property has the value that the filter asks for; what
// it does not ask for has.
func (f filter) equal(property, value string) bool {
	want, asked := f.values[property]
	return !asked || strings.EqualFold(want, value)
}
