package login

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// proofLife is how long a proof is good for: what Azure Arc's authenticator
// allows between its date and its use.
const proofLife = 15 * time.Minute

// prover makes proofs of possession: a token that is bound to a key, signed with
// that key for one cluster (Signed HTTP Requests as Azure Arc reads them).
type prover struct {
	key    *rsa.PrivateKey
	claims map[string]string // of --pop-claims
}

// answer gets a token and makes a proof of it where the request wants that: what
// is cached is the bound token, and every answer is a new proof.
func (b *Broker) answer(ctx context.Context, req token.Request, get func(context.Context, token.Request) (token.Token, error)) (token.Token, error) {
	if !req.Proves() {
		return get(ctx, req)
	}
	p, err := b.prover(req)
	if err != nil {
		return token.Token{}, err
	}
	req.Confirm = p.kid()
	t, err := get(ctx, req)
	if err != nil {
		return t, err
	}
	now := b.Now()
	t.Expires = answerEnd(req, t, now)
	return p.prove(t, now)
}

// answerEnd is when the answer with a token ends: a proof may before its token.
func answerEnd(req token.Request, t token.Token, now time.Time) time.Time {
	if end := now.Add(proofLife); req.Proves() && end.Before(t.Expires) {
		return end
	}
	return t.Expires
}

// prover finds the key of a request, or makes one. The key lies where refresh
// tokens do, sealed like them.
func (b *Broker) prover(req token.Request) (prover, error) {
	claims, err := proofClaims(req.Params.Get("pop-claims"))
	if err != nil {
		return prover{}, err
	}
	keys, err := req.Keys()
	if err != nil {
		return prover{}, fault.Wrap(fault.Config, "", err)
	}
	name := keys.Proof()
	if key := b.proofKey(name); key != nil {
		return prover{key, claims}, nil
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return prover{}, fault.Wrap(fault.Failure, "make a key for proofs of possession", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return prover{}, fault.Wrap(fault.Failure, "make a key for proofs of possession", err)
	}
	b.kept(b.Vault.Put(name, safetext.Secret(base64.StdEncoding.EncodeToString(der))))
	if first := b.proofKey(name); first != nil { // another process may have been as quick
		key = first
	}
	return prover{key, claims}, nil
}

// proofKey returns the key that is kept, or nil.
func (b *Broker) proofKey(name string) *rsa.PrivateKey {
	der, err := base64.StdEncoding.DecodeString(b.sealed(name, "the key of proofs of possession").Reveal())
	if err != nil {
		return nil
	}
	kept, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil
	}
	key, _ := kept.(*rsa.PrivateKey)
	return key
}

// proofClaims reads u=ID and more of that form, between commas. The cluster is
// known by u.
func proofClaims(text string) (map[string]string, error) {
	claims := map[string]string{}
	for _, pair := range strings.Split(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok || name == "" || value == "" {
			return nil, fault.Newf(fault.Usage, "--pop-claims %q is no list of claims such as u=ID", text)
		}
		claims[name] = value
	}
	if claims["u"] == "" {
		return nil, fault.Newf(fault.Usage, "--pop-claims %q does not name the cluster", text)
	}
	return claims, nil
}

// jwk is the public key, in the order of its thumbprint (RFC 7638).
func (p prover) jwk() json.RawMessage {
	return fmt.Appendf(nil, `{"e":%q,"kty":"RSA","n":%q}`,
		encode(big.NewInt(int64(p.key.E)).Bytes()), encode(p.key.N.Bytes()))
}

// kid is the key's thumbprint, by which a token is bound to it.
func (p prover) kid() string {
	sum := sha256.Sum256(p.jwk())
	return encode(sum[:])
}

// prove signs a bound token.
func (p prover) prove(t token.Token, now time.Time) (token.Token, error) {
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		return token.Token{}, err
	}
	payload := map[string]any{}
	for name, value := range p.claims {
		payload[name] = value
	}
	maps.Copy(payload, map[string]any{"at": t.Access.Reveal(), "ts": now.Unix(), "nonce": encode(nonce),
		"cnf": map[string]any{"jwk": p.jwk()}})
	body, err := json.Marshal(payload)
	if err != nil {
		return token.Token{}, err
	}
	text := encode(fmt.Appendf(nil, `{"alg":"RS256","kid":%q,"typ":"pop"}`, p.kid())) + "." + encode(body)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, sum[:])
	if err != nil {
		return token.Token{}, fault.Wrap(fault.Failure, "sign a proof of possession", err)
	}
	t.Access = safetext.Secret(text + "." + encode(sig))
	return t, nil
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
