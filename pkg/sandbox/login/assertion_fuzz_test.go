package login

import (
	"crypto/rand"
	"crypto/rsa"
	"testing"
	"time"
)

// Whatever a client sends: no crash, and nothing verifies under a key that did
// not sign it.
func FuzzAssertion(f *testing.F) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"x.y.z", "", "e30.e30.", "eyJhbGciOiJub25lIn0.eyJhdWQiOlsxXX0.", "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIiwic3ViIjoiYSJ9.AA"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseAssertion(text)
		if err != nil {
			return
		}
		_ = a.current(time.Unix(0, 0))
		if a.verify(&key.PublicKey) {
			t.Errorf("%q verifies", text)
		}
	})
}
