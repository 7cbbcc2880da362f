package caller

import (
	"os"
	"testing"
)

func TestParse(t *testing.T) {
	for stat, want := range map[string][2]string{
		"8481 (cat) R 8475 8475 6295 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 444836 3133440": {"cat", "444836"},
		"1 (a) b (\x1b[2J) S 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 7":             {"a) b ([2J", "20"},
		"1 (a) S 2": {"a", ""}, "1 )(": {"", ""}, "": {"", ""},
	} {
		if name, start := parse([]byte(stat)); name != want[0] || start != want[1] {
			t.Errorf("%q: %q %q", stat, name, start)
		}
	}
}

func TestOneProcessIsItself(t *testing.T) {
	self, parent := read(os.Getpid()), Parent()
	if self.Start == "" || self.ID() != read(os.Getpid()).ID() || self.ID() == parent.ID() {
		t.Errorf("self %+v, parent %+v", self, parent)
	}
	if (Process{}).ID() != "" || read(-1).Name != "" {
		t.Error("nobody has a name")
	}
}
