package webhook

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzJSON holds the reader against encoding/json: what it takes is valid and
// means the same, and what it leaves out has a key twice or breaks a limit.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"a":1,"b":[true,null,{"c":"d"}]}`, `{"a":1,"a":2}`, `{"a":"\u0041\n\"","\u0062":-1.5e3}`,
		`{"a":1,}`, `{,}`, `{"a":[1,]}`, `{"a" 1}`, `{"a":01}`, `{"a":"` + "\x01" + `"}`, `{"a":"\x"}`, `{"a":tru}`, ` { } x`, `{"a":{"b":1,"b":1}}`, `{"a`, `{"a":"\`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := map[string]any{}
		err := parseObject(text, func(key string, v raw) error {
			value, valid := meaning(string(v))
			if !valid {
				t.Errorf("value %q", v)
			}
			if s, err := v.str(); err == nil && s != value {
				t.Errorf("string %q read as %q", value, s)
			}
			got[key] = value
			return nil
		})
		want, valid := meaning(text)
		_, object := want.(map[string]any)
		valid = valid && object && utf8.ValidString(text)
		switch {
		case err == nil && !valid:
			t.Errorf("took %q", text)
		case err == nil && !reflect.DeepEqual(any(got), want):
			t.Errorf("read %q as %v, want %v", text, got, want)
		case err == errJSON && valid:
			t.Errorf("refused %q", text)
		}
	})
}

// meaning is what encoding/json makes of text.
func meaning(text string) (v any, valid bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber() // 1e999 is valid and no float64
	err := d.Decode(&v)
	return v, err == nil && json.Valid([]byte(text))
}

// FuzzClaims: never a panic, never a name that is reserved or empty.
func FuzzClaims(f *testing.F) {
	f.Add(`{"upn":"alice@contoso.com","oid":"bbbbbbbb-0000-4000-8000-000000000001","groups":["system:masters"],"exp":1}`)
	f.Add(`{"oid":"bbbbbbbb-0000-4000-8000-000000000001","_claim_names":{"groups":"src1"},"hasgroups":true}`)
	f.Add(`{"upn":"","oid":""}`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseClaims(text)
		if err != nil {
			return
		}
		u, err := newUser(c, claimed(c))
		if err != nil {
			return
		}
		if strings.TrimSpace(u.Username) == "" || strings.HasPrefix(u.Username, "system:") {
			t.Errorf("name %q passed", u.Username)
		}
		for _, g := range u.Groups {
			if g == "" || strings.HasPrefix(string(g), "system:") {
				t.Errorf("group %q passed", g)
			}
		}
	})
}

// FuzzReview: what is taken is a TokenReview to encoding/json too, with the
// same token.
func FuzzReview(f *testing.F) {
	f.Add(`{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","spec":{"token":"x"}}`)
	f.Add(`{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1beta1","spec":{"Token":"x","token":"y"},"status":{}}`)
	f.Fuzz(func(t *testing.T, text string) {
		rev, err := parseReview(text)
		if err != nil {
			return
		}
		value, _ := meaning(text)
		want, _ := value.(map[string]any)
		spec, _ := want["spec"].(map[string]any)
		token, _ := spec["token"].(string)
		if want["kind"] != "TokenReview" || want["apiVersion"] != rev.version || token != rev.token {
			t.Errorf("read %+v from %q", rev, text)
		}
		if answer := rev.answer(status{}.json()); !json.Valid(answer) {
			t.Errorf("answer %q", answer)
		}
	})
}

func TestCacheBudget(t *testing.T) {
	now := time.Now()
	c := newCache[string, int](3 * (entryOverhead + 100))
	for i, key := range []string{"a", "b", "c"} {
		c.put(key, i, 100, now.Add(time.Minute))
	}
	c.get("a", now)
	c.put("b", 7, 100, now.Add(time.Minute)) // again, not one more
	c.put("d", 3, 100, now.Add(time.Minute))
	c.put("huge", 4, 10_000, now.Add(time.Minute))
	if _, ok := c.get("c", now); ok {
		t.Error("c was used least recently and stayed")
	}
	if got := slices.Sorted(maps.Keys(c.byKey)); !slices.Equal(got, []string{"a", "b", "d"}) {
		t.Errorf("kept %q", got)
	}
	if _, ok := c.get("a", now.Add(time.Minute)); ok || c.used != 2*(entryOverhead+100) || c.order.Len() != 2 {
		t.Errorf("an old entry stayed: %d bytes in %d entries", c.used, c.order.Len())
	}
}
