package main

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

const cluster = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Kubernetes/connectedClusters/c"

// Every answer is a new proof, of one token that is cached.
func TestProofOfPossession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	secret, err := os.ReadFile(w.BotSecretFile())
	if err != nil {
		t.Fatal(err)
	}
	env := []string{interactive, "AZURE_CLIENT_SECRET=" + strings.TrimSpace(string(secret))}
	bot := []string{"get-token", "--server-id", string(entra.AKSServer), "--client-id", string(w.Info().Apps.CIBot), "--tenant-id", string(w.Info().Tenants[0].ID),
		"--cloud", w.CloudFile(), "--cache-dir", string(w.cache), "-l", "spn", "--pop-enabled"}
	call := func(args ...string) proof {
		t.Helper()
		r := w.shell(`"$@"; exit $?`, env, append(bot, args...)...)
		w.must(r, 0)
		var c struct {
			Status struct {
				Token   string
				Expires time.Time `json:"expirationTimestamp"`
			}
		}
		if err := json.Unmarshal([]byte(r.out.String()), &c); err != nil {
			t.Fatal(err)
		}
		if left := time.Until(c.Status.Expires); left > 15*time.Minute || left <= 0 {
			t.Errorf("a proof of 15 minutes is announced for %v", left)
		}
		return verify(t, c.Status.Token)
	}
	first, second := call("--pop-claims", "u="+cluster), call("--pop-claims", "u="+cluster)
	if first.text == second.text || first.Inner != second.Inner || w.requests("token") != 1 || first.Cluster != cluster {
		t.Errorf("%d requests, for %q; the same proof: %v, the same token: %v", w.requests("token"), first.Cluster, first.text == second.text, first.Inner == second.Inner)
	}
	// Whoever takes the cached token has no key, and without the key it is not used.
	if err := os.RemoveAll(w.cache.Path("refresh")); err != nil {
		t.Fatal(err)
	}
	if third := call("--pop-claims", "u="+cluster); third.Inner == first.Inner || w.requests("token") != 2 {
		t.Errorf("a token of a lost key was used: %d requests", w.requests("token"))
	}
	for _, refused := range [][]string{{}, {"--pop-claims", "cluster"}, {"--pop-claims", "host=x"}} {
		w.must(w.start(env, append(bot, refused...)...), 2)
	}
	r := w.start([]string{interactive}, w.args("--pop-enabled", "--pop-claims", "u=x", "-l", "devicecode")...)
	w.must(r, 24)
	if !strings.Contains(r.errOut.String(), "login method devicecode gets no proof-of-possession tokens") {
		t.Errorf("stderr: %s", r.errOut.String())
	}
}

// proof is what Azure Arc's authenticator reads.
type proof struct {
	text    string
	Inner   string `json:"at"`
	At      int64  `json:"ts"`
	Cluster string `json:"u"`
	Nonce   string `json:"nonce"`
	Confirm struct {
		Key struct{ E, Kty, N string } `json:"jwk"`
	} `json:"cnf"`
}

// verify checks a proof as that authenticator does: signed by the key in it,
// which is the one that the token is bound to, and of this moment.
func verify(t *testing.T, text string) (p proof) {
	t.Helper()
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	var header struct{ Typ, Alg, Kid string }
	for i, into := range []any{&header, &p} {
		data, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(data, into) != nil {
			t.Fatalf("part %d: %v", i, err)
		}
	}
	p.text = text
	number := func(s string) *big.Int {
		data, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return new(big.Int).SetBytes(data)
	}
	key := p.Confirm.Key
	sig, _ := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(&rsa.PublicKey{N: number(key.N), E: int(number(key.E).Int64())}, crypto.SHA256, sum[:], sig); err != nil {
		t.Errorf("signature: %v", err)
	}
	thumb := sha256.Sum256([]byte(`{"e":"` + key.E + `","kty":"` + key.Kty + `","n":"` + key.N + `"}`))
	kid := base64.RawURLEncoding.EncodeToString(thumb[:])
	inner, err := base64.RawURLEncoding.DecodeString(strings.Split(p.Inner, ".")[1])
	if err != nil || !strings.Contains(string(inner), `"cnf":{"kid":"`+kid+`"}`) || header.Kid != kid || header.Typ != "pop" || header.Alg != "RS256" {
		t.Errorf("bound to another key: header %+v, token %s", header, inner)
	}
	if now := time.Now().Unix(); p.At > now || p.At < now-60 || p.Nonce == "" {
		t.Errorf("of %d, nonce %q", p.At, p.Nonce)
	}
	return p
}
