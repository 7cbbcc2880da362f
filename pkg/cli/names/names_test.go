package names

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings/worldtest"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

func run(t *testing.T, w *worldtest.World, in string, args ...string) string {
	t.Helper()
	w.In = strings.NewReader(in)
	if err := w.Run(t, New(w.Factory), args...); err != nil {
		t.Fatal(err)
	}
	return w.Stdout.String()
}

func start(t *testing.T) *worldtest.World {
	w := worldtest.Start(t)
	w.CacheDir = filepath.Join(t.TempDir(), "cache")
	return w
}

func TestNamesInText(t *testing.T) {
	w := start(t)
	alice, bot := string(worldtest.Alice.ID), string(worldtest.Bot.ClientID)
	stranger := "00000000-0000-4000-8000-000000000000"
	for in, want := range map[string]string{
		"":                              "",
		alice:                           alice + " (alice@contoso.com)",
		"name: " + alice + "\n":         "name: " + alice + " (alice@contoso.com)\n",
		strings.ToUpper(alice):          strings.ToUpper(alice) + " (alice@contoso.com)",
		alice + " (alice@contoso.com)":  alice + " (alice@contoso.com)",
		"/users/" + alice + "/x " + bot: "/users/" + alice + " (alice@contoso.com)/x " + bot + " (ci-bot)",
		"x" + alice + " " + alice + "f": "x" + alice + " " + alice + "f",
		stranger + "\x00\xff\x1b":       stranger + "\x00\xff\x1b",
		`{"id":"` + string(worldtest.Carol.ID) + `"}`: `{"id":"` + string(worldtest.Carol.ID) + ` (carol@fabrikam.com)"}`,
	} {
		if got := run(t, w, in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}

// A name cannot end the string that it stands in, nor steer a terminal.
func TestHostileNames(t *testing.T) {
	w := start(t)
	w.People[3].Name = "\x1b[2J\",\n\"admin\":\"\\"
	out := run(t, w, `{"id":"`+string(worldtest.Platform.ID)+`"}`)
	var doc map[string]string
	if err := json.Unmarshal([]byte(out), &doc); err != nil || len(doc) != 1 || strings.Contains(out, "\x1b") {
		t.Errorf("%v: %q", err, out)
	}
}

// What was looked up once needs no directory, and the cache is private.
func TestCache(t *testing.T) {
	w := start(t)
	text := string(worldtest.Alice.ID) + " 00000000-0000-4000-8000-000000000000"
	first := run(t, w, text)
	lookups := w.Lookups
	w.Blind()
	if again := run(t, w, text); again != first || w.Lookups != lookups || w.Stderr.Len() > 0 {
		t.Errorf("%q, %d lookups, said %q", again, w.Lookups-lookups, w.Stderr.String())
	}
	err := filepath.WalkDir(w.CacheDir, func(path string, d fs.DirEntry, err error) error {
		if info, _ := d.Info(); info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		if data, err := os.ReadFile(path); err == nil && !strings.Contains(string(data), "alice@contoso.com") {
			t.Errorf("%s holds %s", path, data)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	now := worldtest.Noon.Add(8 * 24 * time.Hour)
	w.Now = func() time.Time { return now }
	if old := run(t, w, text); old != first || !strings.Contains(w.Stderr.String(), "Directory.Read.All") {
		t.Errorf("an old name is better than none: %q, said %q", old, w.Stderr.String())
	}
	other := string(worldtest.Carol.ID)
	if got := run(t, w, other, "--offline"); got != other || w.Stderr.Len() > 0 {
		t.Errorf("offline: %q, %q", got, w.Stderr.String())
	}
}

// It never asks, even on a terminal.
func TestNeverAsks(t *testing.T) {
	w := start(t)
	w.InTTY, w.ErrTTY = true, true
	w.Keepers.Directory = nil // is not reached
	w.SignIn = func(_ context.Context, f *factory.Factory) (token.Source, error) {
		if f.CanAsk() {
			t.Error("somebody could be asked")
		}
		return nil, fault.New(fault.SignIn, "nobody is signed in")
	}
	id := string(worldtest.Alice.ID)
	if got := run(t, w, id); got != id || !strings.Contains(w.Stderr.String(), "nobody is signed in") {
		t.Errorf("%q, %q", got, w.Stderr.String())
	}
}

// However the text comes in pieces, the same comes out.
func FuzzFilter(f *testing.F) {
	id := string(worldtest.Alice.ID)
	f.Add([]byte(id+"\n"+id+id+"-"+id), 7)
	f.Add([]byte("\xff\x00"+id), 1)
	f.Add([]byte(id+" (N) "+id+" (N"), 3)
	f.Add([]byte(id+" (N) "+id+" (N)\n"+id+" ("), 36)
	f.Add([]byte(strings.Repeat("a", 100)+" "+id), 36)
	f.Fuzz(func(t *testing.T, text []byte, size int) {
		names := func(_ context.Context, ids []string) map[string]string {
			m := map[string]string{}
			for _, id := range ids {
				m[id] = "N"
			}
			return m
		}
		want := annotate(t.Context(), bytes.Clone(text), names)
		var out bytes.Buffer
		for _, in := range []io.Reader{iotest.HalfReader(bytes.NewReader(text)), bytes.NewReader(text)} {
			out.Reset()
			if err := filter(t.Context(), in, &out, names); err != nil || !bytes.Equal(out.Bytes(), want) {
				t.Errorf("%q became %q, not %q (%v)", text, out.Bytes(), want, err)
			}
		}
		var blocks [][]byte
		for rest := text; len(rest) > 0; {
			n := min(max(size%50, 1), len(rest))
			blocks, rest = append(blocks, rest[:n]), rest[n:]
		}
		if got := inPieces(t, blocks, names); size > 0 && !bytes.Equal(got, want) {
			t.Errorf("%q in pieces of %d became %q, not %q", text, size%50, got, want)
		}
	})
}

// inPieces filters as filter does when each piece is followed by a pause.
func inPieces(t *testing.T, blocks [][]byte, names namer) []byte {
	var out bytes.Buffer
	var rest []byte
	for i, b := range blocks {
		text := append(rest, b...)
		end := whole(text)
		if i == len(blocks)-1 {
			end = len(text)
		}
		out.Write(annotate(t.Context(), text[:end], names))
		rest = bytes.Clone(text[end:])
	}
	return out.Bytes()
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, w := io.Pipe()
	defer w.Close()
	if err := filter(ctx, r, io.Discard, nil); fault.KindOf(err) != fault.Cancelled {
		t.Error(err)
	}
	if err := filter(t.Context(), iotest.ErrReader(fmt.Errorf("broken")), io.Discard, nil); err == nil {
		t.Error("a broken pipe is an end")
	}
}
