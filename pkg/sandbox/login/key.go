package login

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // x5t is defined so (RFC 7517 §4.8)
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"time"
)

// signingKey signs every token of one run.
type signingKey struct {
	rsa         *rsa.PrivateKey
	kid         string // also x5t
	certificate []byte // DER
}

func newSigningKey(now time.Time) (*signingKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "accounts.accesscontrol.windows.net"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(5, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return named(key, der), nil
}

// named gives a key the name that its certificate has.
func named(key *rsa.PrivateKey, certificate []byte) *signingKey {
	sum := sha1.Sum(certificate) //nolint:gosec // a name, not a protection
	return &signingKey{rsa: key, kid: encode(sum[:]), certificate: certificate}
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// sign returns a JWT (RS256) of the claims.
func (k *signingKey) sign(claims map[string]any) (string, error) {
	header, err := json.Marshal(map[string]string{"typ": "JWT", "alg": "RS256", "kid": k.kid, "x5t": k.kid})
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	text := encode(header) + "." + encode(payload)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, k.rsa, crypto.SHA256, sum[:])
	if err != nil {
		return "", err
	}
	return text + "." + encode(sig), nil
}

// jwk is the public half as JWKS has it; only the v2 document names an issuer.
func (k *signingKey) jwk(issuer string) map[string]any {
	j := map[string]any{
		"kty": "RSA", "use": "sig", "kid": k.kid, "x5t": k.kid,
		"n":   encode(k.rsa.N.Bytes()),
		"e":   encode(big.NewInt(int64(k.rsa.E)).Bytes()),
		"x5c": []string{base64.StdEncoding.EncodeToString(k.certificate)},
	}
	if issuer != "" {
		j["issuer"] = issuer
	}
	return j
}
