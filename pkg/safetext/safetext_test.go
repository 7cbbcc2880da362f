package safetext_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"Alice Adler":                       "Alice Adler",
		"\x1b[31mred\x1b[0m":                "[31mred[0m",
		"\x1b]0;title\x07name":              "]0;titlename",
		"a\r\nb\tc":                         "a b c",
		"admin\u202e@moc.osotnoc":           "admin@moc.osotnoc",
		"zero\u200bwidth\ufeff":             "zerowidth",
		"\u2066isolated\u2069 \u2028 lines": "isolated lines",
		"bad \xff bytes":                    "bad bytes",
		"Zoë Ünal 李":                        "Zoë Ünal 李",
	} {
		if got := safetext.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b[2J\u202ex")
	f.Fuzz(func(t *testing.T, in string) {
		out := safetext.Clean(in)
		if i := strings.IndexFunc(out, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }); i >= 0 {
			t.Errorf("Clean(%q) = %q lets something through at %d", in, out, i)
		}
		if again := safetext.Clean(out); again != out {
			t.Errorf("Clean is not stable: %q, then %q", out, again)
		}
	})
}

func TestLinesKeepsLineBreaks(t *testing.T) {
	if got, want := safetext.Lines("one\r\ntwo\x07\n"), "one\ntwo\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSecretPrintsNothing(t *testing.T) {
	s := safetext.Secret("hunter2")
	js, err := json.Marshal(map[string]any{"v": s, "p": &s})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		fmt.Sprint(s), fmt.Sprintf("%s %q %v %+v %#v", s, s, s, s, s), fmt.Sprintf("%v", []safetext.Secret{s}),
		fmt.Sprintf("%+v", struct{ S safetext.Secret }{s}), string(js),
	} {
		if strings.Contains(text, "hunter2") {
			t.Errorf("printed as %s", text)
		}
	}
	for _, verb := range []string{"%x", "%X", "%d"} {
		if text := fmt.Sprintf(verb, s); strings.Contains(strings.ToLower(text), "68756e746572") {
			t.Errorf("%s prints %s", verb, text)
		}
	}
	if s.Reveal() != "hunter2" {
		t.Error("the value is lost")
	}
}
