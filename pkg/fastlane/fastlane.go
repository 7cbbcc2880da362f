// Package fastlane answers get-token from the cache. It is all that the front
// does itself: on any doubt it declines in silence, and the whole program
// decides. It makes no request, takes no lock, changes no file but the note of
// who asked, and never writes anything but one credential.
package fastlane

import (
	"bytes"
	"io"
	"os"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/execcred"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/caller"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/repeat"
)

// Serve writes the cached credential that args (without the program's name)
// ask for and returns true, or writes nothing and returns false.
func Serve(args []string, getenv func(string) string, out io.Writer, now time.Time) bool {
	credential, ok := answer(args, getenv, out, now)
	if !ok {
		return false
	}
	// Once a byte is out nobody else may write: a broken pipe has no reader.
	_, _ = out.Write(credential)
	return true
}

func answer(args []string, getenv func(string) string, out io.Writer, now time.Time) ([]byte, bool) {
	if len(args) == 0 || args[0] != "get-token" {
		return nil, false
	}
	info, err := execcred.ParseInfo(getenv(execcred.EnvInfo))
	if err != nil {
		return nil, false
	}
	cmd, err := token.Parse(args[1:], getenv)
	if err != nil || cmd.Verbosity > 0 || cmd.Store == token.StoreMemory || cmd.Request.Proves() || !info.Present && !cmd.ShowToken && device(out) {
		return nil, false
	}
	dir, err := tokencache.Locate(cmd.CacheDir, getenv)
	if err != nil {
		return nil, false
	}
	key, entry, err := lookUp(dir, cmd.Request)
	if err != nil || !entry.Fresh(now) {
		return nil, false
	}
	until := execcred.Announce(entry.Expires, now)
	if info.Present && !noted(dir, key, entry, until, now) {
		return nil, false
	}
	var credential bytes.Buffer
	err = execcred.Write(&credential, info.APIVersion, entry.Access.Reveal(), until)
	return credential.Bytes(), err == nil
}

// noted remembers who gets the token. It returns false for a repeat, which the
// whole program deals with.
func noted(dir tokencache.Dir, key string, e tokencache.Entry, until, now time.Time) bool {
	who := caller.Parent().ID()
	if repeat.Judge(dir, key, who, e, now) != repeat.Serve {
		return false
	}
	repeat.Given(dir, key, who, e.Access, until, repeat.Serve, now)
	return true
}

func lookUp(dir tokencache.Dir, req token.Request) (key string, e tokencache.Entry, err error) {
	place, err := dir.Find(req)
	if err != nil {
		return "", tokencache.Entry{}, err
	}
	if place.Request.ForPerson() && place.Account.Home == "" {
		return "", tokencache.Entry{}, tokencache.ErrMiss
	}
	e, err = dir.Lookup(place)
	return place.TokenKey(), e, err
}

// device reports whether out may be a terminal: tokens are not for eyes.
func device(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err != nil || info.Mode()&os.ModeCharDevice != 0
}
