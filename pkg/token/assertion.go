package token

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Assertion is a JWT by which a workload proves itself: a service account's, or
// that of a CI job.
type Assertion struct {
	JWT     safetext.Secret
	Issuer  string
	Subject string
}

// ErrNoAssertion is returned for text that is no signed JWT with an issuer and a
// subject. Whatever else is in such a file never leaves the machine.
var ErrNoAssertion = errors.New("not a signed JWT with issuer and subject")

// ReadAssertion reads a token file. Errors never show its content.
func ReadAssertion(path string) (Assertion, error) {
	if path == "" {
		return Assertion{}, errors.New("no token file: pass --federated-token-file FILE, or set AZURE_FEDERATED_TOKEN_FILE")
	}
	f, err := os.Open(path)
	if err != nil {
		return Assertion{}, fmt.Errorf("token file: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, entra.MaxToken+1))
	if err != nil {
		return Assertion{}, fmt.Errorf("token file: %w", err)
	}
	a, err := ParseAssertion(string(data))
	if err != nil {
		return Assertion{}, fmt.Errorf("token file %q is %w", path, err)
	}
	return a, nil
}

// ParseAssertion checks the form of a JWT; only its issuer can check the rest.
func ParseAssertion(text string) (Assertion, error) {
	text = strings.TrimSpace(text)
	parts := strings.Split(text, ".")
	if len(text) > entra.MaxToken || len(parts) != 3 || strings.ContainsAny(text, "\r\n") { // base64 would skip line ends
		return Assertion{}, ErrNoAssertion
	}
	var header struct {
		Alg string `json:"alg"`
	}
	var claims struct {
		Issuer  string `json:"iss"`
		Subject string `json:"sub"`
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	switch {
	case err != nil || len(signature) == 0:
		return Assertion{}, ErrNoAssertion
	case decodePart(parts[0], &header) != nil || header.Alg == "" || strings.EqualFold(header.Alg, "none"):
		return Assertion{}, ErrNoAssertion
	case decodePart(parts[1], &claims) != nil || claims.Issuer == "" || claims.Subject == "":
		return Assertion{}, ErrNoAssertion
	}
	return Assertion{JWT: safetext.Secret(text), Issuer: claims.Issuer, Subject: claims.Subject}, nil
}

func decodePart(part string, into any) error {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}
