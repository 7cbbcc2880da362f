package directory

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Certificate is a key credential by which an application proves itself.
type Certificate struct {
	*x509.Certificate
	Start, End time.Time // of the credential; zero: the certificate's own
}

// Certificates lists the certificates of a client: those of its registration,
// wherever it is at home, and those of its service principal here. What cannot
// be read is left out.
func (t *Tenant) Certificates(client entra.ClientID) []Certificate {
	return read(t, func(at time.Time) []Certificate {
		var all []json.RawMessage
		for _, home := range append([]*Tenant{t.d.vendor}, t.d.tenants...) {
			if a, ok := home.apps.byKey(string(client), at); ok {
				all = append(all, a.KeyCredentials...)
			}
		}
		if s, ok := t.sps.byKey(string(client), at); ok {
			all = append(all, s.KeyCredentials...)
		}
		var out []Certificate
		for _, raw := range all {
			if c, err := readCertificate(raw); err == nil {
				out = append(out, c)
			}
		}
		return out
	})
}

// readCertificate reads Graph's keyCredential. key is base64 of DER; Azure CLI
// sends that, and others the text of a PEM file.
func readCertificate(raw json.RawMessage) (Certificate, error) {
	var k struct {
		Key           []byte    `json:"key"`
		StartDateTime time.Time `json:"startDateTime"`
		EndDateTime   time.Time `json:"endDateTime"`
	}
	if err := json.Unmarshal(raw, &k); err != nil {
		return Certificate{}, err
	}
	if block, _ := pem.Decode(k.Key); block != nil {
		k.Key = block.Bytes
	}
	c, err := x509.ParseCertificate(k.Key)
	return Certificate{Certificate: c, Start: k.StartDateTime, End: k.EndDateTime}, err
}

// Valid reports whether credential and certificate are within their lifetimes.
func (c Certificate) Valid(at time.Time) bool {
	return !at.Before(c.NotBefore) && !at.After(c.NotAfter) &&
		(c.Start.IsZero() || !at.Before(c.Start)) && (c.End.IsZero() || !at.After(c.End))
}
