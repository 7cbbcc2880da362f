package cluster

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// pki is the cluster's certificate authority and the pairs that it signed. The
// CA's key never leaves memory.
type pki struct {
	dir   string
	ca    *x509.Certificate
	key   *ecdsa.PrivateKey
	caPEM []byte

	apiserver, etcd, hook         pair // servers on 127.0.0.1
	admin, etcdClient, hookClient pair // clients
	serviceAccountKey             string
	serviceAccountPublic, caFile  string
}

// pair is a certificate with its key, in memory and in files.
type pair struct {
	cert, key         []byte
	certFile, keyFile string
}

// lifetime of every certificate: a sandbox that runs longer is started anew.
const lifetime = 365 * 24 * time.Hour

func newPKI(dir string) (*pki, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	p := &pki{dir: dir, key: key, caFile: filepath.Join(dir, "ca.crt")}
	template := certificate(pkix.Name{CommonName: "aad-sandbox cluster"})
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	if p.ca, err = x509.ParseCertificate(der); err != nil {
		return nil, err
	}
	p.caPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(p.caFile, p.caPEM, 0o600); err != nil {
		return nil, err
	}
	return p, p.issueAll()
}

func (p *pki) issueAll() error {
	for _, c := range []struct {
		to   *pair
		file string
		name pkix.Name
	}{
		{&p.apiserver, "apiserver", pkix.Name{CommonName: "kube-apiserver"}},
		{&p.etcd, "etcd", pkix.Name{CommonName: "etcd"}},
		{&p.hook, "webhook", pkix.Name{CommonName: "aad-webhook"}},
		{&p.admin, "admin", pkix.Name{CommonName: "masterclient", Organization: []string{"system:masters"}}},
		{&p.etcdClient, "etcd-client", pkix.Name{CommonName: "kube-apiserver"}},
		{&p.hookClient, "webhook-client", pkix.Name{CommonName: "kube-apiserver"}},
	} {
		var err error
		if *c.to, err = p.issue(c.file, c.name); err != nil {
			return err
		}
	}
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		return err
	}
	if p.serviceAccountKey, _, err = p.writeKey("service-account", signer); err != nil {
		return err
	}
	p.serviceAccountPublic = filepath.Join(p.dir, "service-account.pub")
	return os.WriteFile(p.serviceAccountPublic, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), 0o600)
}

// issue signs one pair that serves as server on 127.0.0.1 and as client.
func (p *pki) issue(file string, name pkix.Name) (pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair{}, err
	}
	template := certificate(name)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 0, 0, 1)}
	template.DNSNames = []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"}
	der, err := x509.CreateCertificate(rand.Reader, template, p.ca, key.Public(), p.key)
	if err != nil {
		return pair{}, err
	}
	out := pair{cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), certFile: filepath.Join(p.dir, file+".crt")}
	if err := os.WriteFile(out.certFile, out.cert, 0o600); err != nil {
		return pair{}, err
	}
	out.keyFile, out.key, err = p.writeKey(file, key)
	return out, err
}

func (p *pki) writeKey(file string, key *ecdsa.PrivateKey) (string, []byte, error) {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return "", nil, err
	}
	data := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
	path := filepath.Join(p.dir, file+".key")
	return path, data, os.WriteFile(path, data, 0o600)
}

func certificate(name pkix.Name) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // crypto/rand does not fail on supported systems
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial, Subject: name,
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(lifetime),
	}
}
