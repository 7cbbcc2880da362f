package login

import (
	"encoding/base64"
	"encoding/json"
)

// readConfirmation reads req_cnf: the thumbprint of the key that a token is to
// be bound to, as JSON in base64url (MSAL's requests with token_type=pop).
func readConfirmation(text string) (string, *failure) {
	var cnf struct {
		KeyID string `json:"kid"`
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(data, &cnf) != nil || cnf.KeyID == "" {
		return "", fail(900144, "req_cnf")
	}
	return cnf.KeyID, nil
}

// bind adds the key to a token's claims (RFC 7800).
func (w wish) bind(claims map[string]any) map[string]any {
	if w.bound != "" {
		claims["cnf"] = map[string]string{"kid": w.bound}
	}
	return claims
}

// tokenType is what an answer says of its token.
func (w wish) tokenType() string {
	if w.bound != "" {
		return "pop"
	}
	return "Bearer"
}
