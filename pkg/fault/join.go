package fault

import (
	"errors"
	"fmt"
	"strings"
)

// told is how many of many failures are told.
const told = 10

// Join makes one error of those that are not nil: the only one as it is, or
// several, a line each and no more than ten, with the kind of the first and
// their hints. Join of none is nil.
func Join(errs ...error) error {
	var lines, hints []string
	var first error
	seen := map[string]bool{}
	count := 0
	for _, err := range errs {
		if err == nil {
			continue
		}
		if count++; count == 1 {
			first = err
		}
		if count > told {
			continue
		}
		lines = append(lines, err.Error())
		for _, h := range Hints(err) {
			if !seen[h] {
				seen[h] = true
				hints = append(hints, h)
			}
		}
	}
	if count <= 1 {
		return first
	}
	if count > told {
		lines = append(lines, fmt.Sprintf("and %d more", count-told))
	}
	return &Error{Kind: KindOf(first), Err: errors.New(strings.Join(lines, "\n")), Hints: hints}
}
