package wire

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// publicHosts are the names under which a proxy may bring somebody else's
// client here: the certificate has them too.
var publicHosts = []string{"localhost", "login.microsoftonline.com", "login.windows.net", "sts.windows.net",
	"graph.microsoft.com", "management.azure.com", "management.core.windows.net", "microsoft.com", "www.microsoft.com",
	"main.iam.ad.ext.azure.com"}

// authority is a certificate authority of one run and its one server certificate.
type authority struct {
	pem  []byte
	leaf *tls.Certificate
}

func newAuthority() (*authority, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	from := time.Now().Add(-time.Hour)
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "kubectl aad sandbox CA"},
		NotBefore: from, NotAfter: from.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	raw, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return nil, err
	}
	if ca, err = x509.ParseCertificate(raw); err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "kubectl aad sandbox"},
		NotBefore: from, NotAfter: from.AddDate(1, 0, 0), DNSNames: publicHosts,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage:    x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), caKey)
	if err != nil {
		return nil, err
	}
	return &authority{
		pem:  pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}),
		leaf: &tls.Certificate{Certificate: [][]byte{signed, raw}, PrivateKey: key},
	}, nil
}

func (a *authority) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) { return a.leaf, nil }
