package login

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// publishedKeys is how many signing keys are published: the one in use, and
// those before it whose tokens are still about.
const publishedKeys = 3

// Rotate makes a new signing key. Keys before it stay published for a while, so
// that tokens that were issued already go on to be valid.
func (s *Service) Rotate() error {
	key, err := newSigningKey(s.deps.Now())
	if err != nil {
		return fmt.Errorf("make a signing key: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = append(s.keys, key)
	if len(s.keys) > publishedKeys {
		s.keys = s.keys[len(s.keys)-publishedKeys:]
	}
	return nil
}

// signer is the key in use.
func (s *Service) signer() *signingKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[len(s.keys)-1]
}

// published finds a key by its id.
func (s *Service) published(kid string) (*signingKey, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.keys {
		if k.kid == kid {
			return k, true
		}
	}
	return nil, false
}

// jwks lists the public halves, the newest first.
func (s *Service) jwks(issuer string) []any {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []any
	for i := len(s.keys) - 1; i >= 0; i-- {
		list = append(list, s.keys[i].jwk(issuer))
	}
	return list
}

// fingerprint is what is kept of a refresh token.
func fingerprint(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
