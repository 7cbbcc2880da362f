package clientcertificate

import (
	"crypto/rsa"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// openssl runs it in dir; without it the test is skipped.
func openssl(t *testing.T, dir string, args ...string) {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not on PATH: its PFX files are not tried")
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("openssl %v: %v\n%s", args, err, out)
	}
}

func load1(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const secret = "pässword €"

func TestFilesOfOpenSSL(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=app")
	for _, tc := range []struct {
		name     string
		args     []string
		password string
	}{
		{"modern", nil, secret},
		{"aes-128", []string{"-keypbe", "AES-128-CBC", "-certpbe", "AES-192-CBC", "-macalg", "sha512"}, secret},
		{"windows", []string{"-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"}, secret},
		{"openssl 1", []string{"-legacy"}, secret},
		{"rc2-128", []string{"-legacy", "-certpbe", "PBE-SHA1-RC2-128"}, secret},
		{"no password", nil, ""},
		{"no encryption", []string{"-keypbe", "NONE", "-certpbe", "NONE", "-nomac"}, ""},
		{"long password", nil, strings.Repeat("long ", 40)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			args := []string{"pkcs12", "-export", "-inkey", "key.pem", "-in", "cert.pem", "-out", "app.pfx", "-passout", "pass:" + tc.password}
			openssl(t, dir, append(args, tc.args...)...)
			b, err := parse(load1(t, dir, "app.pfx"), tc.password)
			if err != nil {
				t.Fatal(err)
			}
			check(t, b)
			if tc.password == "" {
				return
			}
			if _, err := parse(load1(t, dir, "app.pfx"), "wrong"); !errors.Is(err, errPassword) {
				t.Errorf("a wrong password: %v", err)
			}
		})
	}
	openssl(t, dir, "pkcs8", "-topk8", "-in", "key.pem", "-out", "enc.pem", "-passout", "pass:"+secret)
	both := append(load1(t, dir, "cert.pem"), load1(t, dir, "enc.pem")...)
	b, err := parse(both, secret)
	if err != nil {
		t.Fatal(err)
	}
	check(t, b)
	if _, err := parse(both, ""); !errors.Is(err, errPassword) {
		t.Errorf("no password: %v", err)
	}
}

func check(t *testing.T, b bundle) {
	t.Helper()
	key, err := b.usable(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	public, ok := b.chain[0].PublicKey.(*rsa.PublicKey)
	if len(b.chain) != 1 || b.chain[0].Subject.CommonName != "app" || !ok || !public.Equal(&key.PublicKey) {
		t.Errorf("got %d certificates", len(b.chain))
	}
}

func TestKeysThatEntraDoesNotTake(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=ec")
	b, err := parse(append(load1(t, dir, "key.pem"), load1(t, dir, "cert.pem")...), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.usable(time.Now()); fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), "RSA only") || !strings.Contains(err.Error(), "elliptic curve") {
		t.Errorf("got %v", err)
	}
	openssl(t, dir, "genrsa", "-traditional", "-des3", "-passout", "pass:x", "-out", "old.pem", "2048")
	if _, err := parse(append(load1(t, dir, "old.pem"), load1(t, dir, "cert.pem")...), "x"); err == nil || !strings.Contains(strings.Join(fault.Hints(err), " "), "openssl pkcs8") {
		t.Errorf("got %v", err)
	}
}

func TestValidity(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=app")
	b, err := parse(append(load1(t, dir, "cert.pem"), load1(t, dir, "key.pem")...), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.usable(time.Now().AddDate(0, 0, 3)); err == nil || !strings.Contains(err.Error(), "it ended at") {
		t.Errorf("got %v", err)
	}
	if _, err := b.usable(time.Now().AddDate(0, 0, -1)); fault.KindOf(err) != fault.Clock {
		t.Errorf("got %v", err)
	}
	for _, tc := range []struct {
		data []byte
		want error
	}{
		{load1(t, dir, "cert.pem"), errNoKey}, {load1(t, dir, "key.pem"), errNoCertificate}, {[]byte("hello"), errNotPFX}, {nil, errNotPFX},
		{append(load1(t, dir, "key.pem"), load1(t, dir, "key.pem")...), errTwoKeys},
	} {
		if _, err := parse(tc.data, ""); !errors.Is(err, tc.want) {
			t.Errorf("%.20q: %v", tc.data, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), "")
	f.Add([]byte{0x30, 0x03, 0x02, 0x01, 0x03}, "x")
	f.Fuzz(func(t *testing.T, data []byte, password string) {
		if b, err := parse(data, password); err == nil && (b.key == nil || len(b.chain) == 0) {
			t.Error("accepted half a bundle")
		}
	})
}
