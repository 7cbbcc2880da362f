package printer

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// What is written is read back as the same by the readers that people use:
// encoding/json, and the YAML 1.1 reader of kubectl.
func FuzzDocument(f *testing.F) {
	for _, s := range []string{"", "yes", "on", "1e3", "0x1f", "12:30:45", "2026-01-02", "~", "- a", "a: b", "#c", "null", " lead",
		"trail ", "multi\nline", "\x1b[2J", "\u009b2J", "\u202e", "\U000e0001", "<a&b>", "\u2028", "=", "<<", "a\tb", "%x", "@a", "`", "\ufeff"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, key, value string) {
		var want any
		data, err := json.Marshal(map[string]any{"k" + key: []string{value}, "n": 1.5, "b": true, "z": nil, "e": []string{}})
		if err != nil {
			return
		}
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(err)
		}
		for _, format := range []Format{JSON, YAML} {
			var out bytes.Buffer
			if err := Document(&out, format, want); err != nil {
				t.Fatal(err)
			}
			var got any
			if format == JSON {
				err = json.Unmarshal(out.Bytes(), &got)
			} else {
				err = yaml.Unmarshal(out.Bytes(), &got)
			}
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("%s of %q: %v\n%s", format, data, err, out.String())
			}
			for line := range strings.Lines(out.String()) {
				if bare := strings.ReplaceAll(strings.TrimSuffix(line, "\n"), " ", ""); safetext.Clean(bare) != bare && !strings.ContainsRune(bare, '\ufffd') &&
					!strings.ContainsAny(bare, "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000") {
					t.Fatalf("%s leaves control characters: %q", format, line)
				}
			}
		}
	})
}
