package webhook

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// jws is a signed token in its parts; nothing about it is proven yet.
type jws struct {
	kid       string
	signed    string // header and payload as they were signed
	payload   string // JSON
	signature []byte
}

// parseJWS takes a token apart. Denials quote nothing of the token.
func parseJWS(token string) (jws, error) {
	if len(token) > entra.MaxToken {
		return jws{}, Deny("token of %d bytes is larger than %d", len(token), entra.MaxToken)
	}
	if strings.Count(token, ".") != 2 {
		return jws{}, Deny("token is not a signed JWT")
	}
	dot, last := strings.IndexByte(token, '.'), strings.LastIndexByte(token, '.')
	header, ok1 := decode(token[:dot])
	payload, ok2 := decode(token[dot+1 : last])
	signature, ok3 := decode(token[last+1:])
	if !ok1 || !ok2 || !ok3 {
		return jws{}, Deny("token is not a signed JWT: not base64url")
	}
	kid, err := parseHeader(string(header))
	return jws{kid: kid, signed: token[:last], payload: string(payload), signature: signature}, err
}

var base64url = base64.RawURLEncoding.Strict()

// decode is strict: no padding, no stray bits, and no line breaks, which the
// standard library passes over.
func decode(part string) ([]byte, bool) {
	if strings.ContainsAny(part, "\r\n") {
		return nil, false
	}
	out, err := base64url.DecodeString(part)
	return out, err == nil
}

// parseHeader returns the key's id. The algorithm is ours to choose, not the
// token's: anything but RS256 ends here.
func parseHeader(header string) (kid string, err error) {
	alg, critical := "", false
	err = parseObject(header, func(key string, v raw) (err error) {
		switch key {
		case "alg":
			alg, err = v.str()
		case "kid":
			kid, err = v.str()
		case "crit":
			critical = true
		}
		return err
	})
	switch {
	case err != nil:
		return "", Deny("token header: %v", err)
	case alg != "RS256":
		return "", Deny("token is signed with algorithm %.20q, and only RS256 is accepted", alg)
	case critical:
		return "", Deny("token header has critical extensions")
	case kid == "":
		return "", Deny("token header names no key")
	}
	return kid, nil
}

// verify proves that key signed the token.
func (j jws) verify(key *rsa.PublicKey) error {
	sum := sha256.Sum256([]byte(j.signed))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], j.signature) != nil {
		return Deny("the token's signature does not fit the tenant's key %.99q", j.kid)
	}
	return nil
}
