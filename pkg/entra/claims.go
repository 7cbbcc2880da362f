package entra

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// MaxToken is the largest token that is read, in bytes. Entra's are 2 to 20 KiB.
const MaxToken = 64 << 10

// Claims are the claims of an access token that this program looks at. They
// were decoded, not verified: whoever acts on them has verified the token, or
// only explains it.
type Claims struct {
	Issuer   string   `json:"iss"`
	Audience string   `json:"aud"`
	Tenant   TenantID `json:"tid"`
	Object   ObjectID `json:"oid"`
	Subject  string   `json:"sub"`
	Version  string   `json:"ver"` // "1.0" or "2.0"

	UPN           string `json:"upn"`
	UniqueName    string `json:"unique_name"`
	PreferredName string `json:"preferred_username"`
	Name          string `json:"name"`
	IDP           string `json:"idp"`
	IDType        string `json:"idtyp"` // "app" or "user", where the server app asks for it
	Scope         string `json:"scp"`

	AppID string `json:"appid"` // client, v1
	AZP   string `json:"azp"`   // client, v2

	Groups     []string          `json:"groups"`
	HasGroups  bool              `json:"hasgroups"`
	ClaimNames map[string]string `json:"_claim_names"`

	IssuedAt  int64 `json:"iat"` // seconds since 1970
	NotBefore int64 `json:"nbf"`
	ExpiresAt int64 `json:"exp"`
}

// Expires returns the moment after which nobody accepts the token.
func (c Claims) Expires() time.Time { return time.Unix(c.ExpiresAt, 0) }

// Client returns the application that asked for the token.
func (c Claims) Client() ClientID {
	if c.AppID != "" {
		return ClientID(c.AppID)
	}
	return ClientID(c.AZP)
}

// Overage reports whether the token leaves the groups out because there are too
// many (more than 200 in a JWT).
func (c Claims) Overage() bool {
	_, named := c.ClaimNames["groups"]
	return named || c.HasGroups
}

// IsApp reports whether the token stands for an application and not for a
// person: by idtyp where the token has it, else by the absence of scp.
func (c Claims) IsApp() bool {
	if c.IDType != "" {
		return c.IDType == "app"
	}
	return c.Scope == ""
}

// Username returns the name by which an API server behind a v1 authenticator
// knows the token's bearer: upn, else oid.
func (c Claims) Username() string {
	if c.UPN != "" {
		return c.UPN
	}
	return string(c.Object)
}

// ErrNotJWT is returned for text that is not a JWT at all.
var ErrNotJWT = errors.New("not a JWT")

// ParseClaims decodes the claims of a JWT without verifying it; those of a proof
// of possession are its token's. The error never contains a part of the token.
func ParseClaims(token string) (Claims, error) {
	if len(token) > MaxToken {
		return Claims{}, fmt.Errorf("token of %d bytes is larger than %d", len(token), MaxToken)
	}
	_, rest, ok := strings.Cut(token, ".")
	payload, sig, ok2 := strings.Cut(rest, ".")
	if !ok || !ok2 || strings.Contains(sig, ".") {
		return Claims{}, ErrNotJWT
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(payload, "="))
	if err != nil {
		return Claims{}, ErrNotJWT
	}
	var c struct {
		Claims
		Proved string `json:"at"`
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return Claims{}, ErrNotJWT
	}
	if c.Proved != "" {
		return ParseClaims(c.Proved)
	}
	return c.Claims, nil
}
