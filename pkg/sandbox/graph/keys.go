package graph

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // thumbprints are SHA-1
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// keyCredential is a certificate of an application.
type keyCredential struct {
	CustomKeyIdentifier *string    `json:"customKeyIdentifier"`
	DisplayName         *string    `json:"displayName"`
	EndDateTime         *time.Time `json:"endDateTime"`
	Key                 []byte     `json:"key"`
	KeyID               string     `json:"keyId"`
	StartDateTime       *time.Time `json:"startDateTime"`
	Type                string     `json:"type"`
	Usage               string     `json:"usage"`
}

// completeKeys checks the certificates of a write and fills in what is left out.
// One that comes back without its key, as a GET shows it, keeps the key.
func completeKeys(old, next []json.RawMessage) ([]json.RawMessage, error) {
	have := map[string]keyCredential{}
	for _, raw := range old {
		var k keyCredential
		if json.Unmarshal(raw, &k) == nil {
			have[strings.ToLower(k.KeyID)] = k
		}
	}
	out := []json.RawMessage{}
	for _, raw := range next {
		var k keyCredential
		if err := json.Unmarshal(raw, &k); err != nil {
			return nil, badRequest("Property 'keyCredentials' has a value that is not valid.")
		}
		if before, ok := have[strings.ToLower(k.KeyID)]; ok && len(k.Key) == 0 {
			k.Key = before.Key
		}
		if err := k.complete(); err != nil {
			return nil, err
		}
		raw, err := json.Marshal(k)
		if err != nil {
			return nil, err
		}
		out = append(out, raw)
	}
	return out, nil
}

func (k *keyCredential) complete() error {
	if len(k.Key) == 0 {
		return badRequest("New key credentials must have a value for property 'key'.")
	}
	if k.Type != "AsymmetricX509Cert" || k.Usage != "Verify" {
		return badRequest("A key credential must have type 'AsymmetricX509Cert' and usage 'Verify'.")
	}
	der := k.Key
	if block, _ := pem.Decode(bytes.TrimSpace(der)); block != nil {
		der = block.Bytes
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return badRequest("The key of a key credential is not a certificate.")
	}
	sum := sha1.Sum(der) //nolint:gosec // see above
	thumbprint, name := strings.ToUpper(hex.EncodeToString(sum[:])), cert.Subject.String()
	if k.CustomKeyIdentifier == nil {
		k.CustomKeyIdentifier = &thumbprint
	}
	if k.DisplayName == nil {
		k.DisplayName = &name
	}
	if k.StartDateTime == nil {
		k.StartDateTime = &cert.NotBefore
	}
	if k.EndDateTime == nil {
		k.EndDateTime = &cert.NotAfter
	}
	if k.KeyID == "" {
		k.KeyID = directory.ID("key", thumbprint)
	}
	return nil
}

// hideKeys takes the keys out of an application that is shown: a GET has them
// only by $select.
func hideKeys(object map[string]any) {
	list, _ := object["keyCredentials"].([]any)
	for _, v := range list {
		if k, ok := v.(map[string]any); ok {
			k["key"] = nil
		}
	}
}
