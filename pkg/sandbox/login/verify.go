package login

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// Why Verify refuses a token.
var (
	ErrForged   = errors.New("the token was not issued here")
	ErrExpired  = errors.New("the token is outside its lifetime")
	ErrAudience = errors.New("the token is for another audience")
)

// Verify checks signature, issuer, lifetime and audience of an access token;
// without audiences any will do. It serves the other services as wire.Verifier.
func (s *Service) Verify(token string, audiences ...string) (wire.Claims, error) {
	c, err := s.genuine(token)
	if err != nil {
		return c, err
	}
	now := s.deps.Now().Unix()
	if now >= c.ExpiresAt || now < c.NotBefore {
		return c, ErrExpired
	}
	for _, a := range audiences {
		if sameName(a, c.Audience) {
			return c, nil
		}
	}
	if len(audiences) == 0 {
		return c, nil
	}
	return c, ErrAudience
}

// genuine checks that a token was signed here by its issuer.
func (s *Service) genuine(token string) (wire.Claims, error) {
	parts := strings.Split(token, ".")
	if len(token) > entra.MaxToken || len(parts) != 3 {
		return wire.Claims{}, ErrForged
	}
	var header struct{ Alg, Kid string }
	if err := decode(parts[0], &header); err != nil || header.Alg != "RS256" {
		return wire.Claims{}, ErrForged
	}
	key, ok := s.published(header.Kid)
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ok || err != nil || rsa.VerifyPKCS1v15(&key.rsa.PublicKey, crypto.SHA256, sum[:], sig) != nil {
		return wire.Claims{}, ErrForged
	}
	var c wire.Claims
	if err := decode(parts[1], &c); err != nil {
		return wire.Claims{}, ErrForged
	}
	if t, ok := s.deps.Directory.Tenant(string(c.Tenant)); !ok || c.Issuer != issuer(t.ID, c.Version == "2.0") {
		return wire.Claims{}, ErrForged
	}
	return c, nil
}

func decode(part string, v any) error {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

// sameName compares names of resources.
func sameName(a, b string) bool {
	return strings.EqualFold(strings.TrimRight(a, "/"), strings.TrimRight(b, "/"))
}

// issuer is the real one, whoever asks and by whatever address.
func issuer(t entra.TenantID, v2 bool) string {
	if v2 {
		return "https://login.microsoftonline.com/" + string(t) + "/v2.0"
	}
	return "https://sts.windows.net/" + string(t) + "/"
}
