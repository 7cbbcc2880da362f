package main

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault/secretservice/bustest"
)

// A user at a desktop with GNOME Keyring who also comes in over ssh, where there
// is none, signs in once here and once there.
func TestASessionWithAKeyStoreAndOneWithout(t *testing.T) {
	t.Parallel()
	address := bustest.Start(t)
	bustest.GNOME(t, address)
	w := newWorld(t, sandbox.Options{})
	desk, ssh := []string{interactive, "DBUS_SESSION_BUS_ADDRESS=" + address}, []string{interactive}

	w.asked("alice", desk)
	if keys := w.cache.Names("key"); len(keys) != 0 {
		t.Errorf("a key lies in the cache beside what it seals: %q", keys)
	}
	w.expire()
	r := w.asked("alice", ssh)
	if said := r.errOut.String(); !strings.Contains(said, "a saved sign-in cannot be opened here: the Secret Service cannot be reached: this session has no D-Bus") {
		t.Errorf("over ssh: %s", said)
	}
	w.ResetRequests()
	for i, session := range [][]string{desk, ssh, desk, desk, ssh, ssh, desk} {
		w.expire()
		r := w.start(session, w.args()...)
		w.must(r, 0)
		if w.requests("") != i+1 || r.errOut.String() != "" {
			t.Fatalf("call %d: %d requests; stderr: %s", i, w.requests(""), r.errOut.String())
		}
	}
	if kept := w.cache.Names("refresh"); len(kept) != 2 || slices.IndexFunc(kept, func(n string) bool { return strings.HasSuffix(n, ".secret-service") }) < 0 {
		t.Errorf("kept: %q", kept)
	}
	for name, session := range map[string][]string{"Store: secret-service (": desk, "Store: file (": ssh} {
		r := w.start(session, "status", "--cache-dir", string(w.cache), "--cloud", w.CloudFile())
		w.must(r, 0)
		if !strings.Contains(r.out.String(), name) || !strings.Contains(r.out.String(), "saved") {
			t.Errorf("status:\n%s", r.out.String())
		}
	}
	w.must(w.start(ssh, "logout", "--all", "--cache-dir", string(w.cache), "--cloud", w.CloudFile()), 0)
	if kept := w.cache.Names("refresh"); len(kept) != 0 {
		t.Errorf("after the logout: %q", kept)
	}
}

// asked is a get-token for which a person has to sign in.
func (w *world) asked(who string, env []string) *run {
	w.t.Helper()
	r := w.start(env, w.args()...)
	if err := w.SignIn(context.Background(), who, w.prompted(r)); err != nil {
		w.t.Fatal(err)
	}
	w.must(r, 0)
	return r
}

func TestTokenStores(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	r := w.start([]string{interactive}, w.args("--token-store", "system")...)
	if err := w.SignIn(context.Background(), "alice", w.prompted(r)); err != nil {
		t.Fatal(err)
	}
	w.must(r, 0)
	if claims, _ := w.token(r); claims.UPN != "alice@contoso.com" || !strings.Contains(r.errOut.String(), "the Secret Service cannot be reached") {
		t.Errorf("a store that fails cost the sign-in, or nobody was told; stderr: %s", r.errOut.String())
	}
	if kept := append(w.cache.Names("refresh"), w.cache.Names("key")...); len(kept) != 0 {
		t.Errorf("kept elsewhere: %q", kept)
	}
	w.ResetRequests()
	r = w.shell(`"$@"; exit $?`, []string{interactive}, w.args("--token-store", "system")...)
	w.must(r, 0)
	if w.requests("") != 0 || r.errOut.String() != "" {
		t.Errorf("a cached token takes no key store; stderr: %s", r.errOut.String())
	}
	r = w.start([]string{interactive}, w.args("--token-store", "piggy-bank")...)
	w.must(r, 2)
	if !strings.Contains(r.errOut.String(), "auto, system, keyring, file, memory") {
		t.Errorf("unknown: %s", r.errOut.String())
	}
}
