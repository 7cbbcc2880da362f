package fault

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestJoin(t *testing.T) {
	if err := Join(nil, nil); err != nil {
		t.Errorf("of none: %v", err)
	}
	one := New(Conflict, "one", "do this")
	if err := Join(nil, one, nil); err != one {
		t.Errorf("of one: %v", err)
	}
	err := Join(one, errors.New("two"), New(NotFound, "three", "do this", "or that"))
	if err.Error() != "one\ntwo\nthree" || KindOf(err) != Conflict || !slices.Equal(Hints(err), []string{"do this", "or that"}) {
		t.Errorf("of three: %q, kind %d, hints %q", err, KindOf(err), Hints(err))
	}
	if err := Join(slices.Repeat([]error{one}, 25)...); strings.Count(err.Error(), "one") != told || !strings.HasSuffix(err.Error(), "\nand 15 more") {
		t.Errorf("of many: %q", err)
	}
}
