package arm

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"time"
)

// Recorder is a ClusterHost that runs nothing: its clusters have well-formed
// certificates and an address where nobody answers.
type Recorder struct{}

// Start returns https://127.0.0.1:1.
func (Recorder) Start(_ context.Context, spec ClusterSpec) (ClusterInfo, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return ClusterInfo{}, err
	}
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "masterclient", Organization: []string{"system:masters"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	raw, err := x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	if err != nil {
		return ClusterInfo{}, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return ClusterInfo{}, err
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
	return ClusterInfo{Server: "https://127.0.0.1:1", CA: public, AdminCert: public,
		AdminKey: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})}, nil
}

// Pause has nothing to stop.
func (Recorder) Pause(context.Context, string) error { return nil }

// Stop has nothing to stop.
func (Recorder) Stop(context.Context, string) error { return nil }
