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

// authority is a certificate authority and its one server certificate, which is
// of one run.
type authority struct {
	pem      []byte // the certificate
	identity []byte // certificate and key
	leaf     *tls.Certificate
}

// newRoot makes the certificate and key of an authority, in PEM.
func newRoot() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	from := time.Now().Add(-time.Hour)
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "kubectl aad sandbox CA"},
		NotBefore: from, NotAfter: from.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	raw, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...), nil
}

// newAuthority goes on with the identity of an earlier run, unless that is
// missing or about to expire.
func newAuthority(identity []byte) (*authority, error) {
	pair, err := tls.X509KeyPair(identity, identity)
	if err != nil || time.Until(pair.Leaf.NotAfter) < 30*24*time.Hour {
		if identity, err = newRoot(); err != nil {
			return nil, err
		}
		if pair, err = tls.X509KeyPair(identity, identity); err != nil {
			return nil, err
		}
	}
	a := &authority{identity: identity, pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Leaf.Raw})}
	return a, a.sign(pair)
}

// sign makes the server certificate.
func (a *authority) sign(pair tls.Certificate) error {
	from := time.Now().Add(-time.Hour)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "kubectl aad sandbox"},
		NotBefore: from, NotAfter: pair.Leaf.NotAfter, DNSNames: publicHosts,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage:    x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, leaf, pair.Leaf, key.Public(), pair.PrivateKey)
	if err != nil {
		return err
	}
	a.leaf = &tls.Certificate{Certificate: [][]byte{signed, pair.Leaf.Raw}, PrivateKey: key}
	return nil
}

func (a *authority) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) { return a.leaf, nil }
