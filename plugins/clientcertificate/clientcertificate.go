// Package clientcertificate signs a service principal in with a certificate and
// its private key, in PEM or PFX. The key never leaves this process.
package clientcertificate

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/plugins/internal/msal"
)

// Method is the record of this login method.
func Method() login.Method {
	return login.Method{
		Name:   "clientcertificate",
		Title:  "a service principal with a certificate (PEM or PFX)",
		Params: []string{"client-certificate", "client-certificate-password", "legacy", "pop-enabled", "pop-claims"},
		New:    open,
	}
}

func open(s login.Setup) (login.Credential, error) {
	file := s.Request.Params.Get("client-certificate")
	if file == "" {
		return nil, fault.New(fault.Usage, "login method clientcertificate needs a certificate",
			"pass --client-certificate FILE, or set AZURE_CLIENT_CERTIFICATE_PATH")
	}
	data, err := read(file)
	if err != nil {
		return nil, fault.Wrap(fault.Usage, "client certificate", err)
	}
	b, err := parse(data, s.Request.Params.Get("client-certificate-password"))
	if err != nil {
		return nil, fault.Wrap(fault.Usage, fmt.Sprintf("client certificate %q", file), err)
	}
	key, err := b.usable(s.Now())
	if err != nil {
		return nil, fault.Wrap(fault.Config, fmt.Sprintf("client certificate %q", file), err)
	}
	return msal.NewCertificateApp(s, b.chain, key)
}

const mostFile = 1 << 20 // bytes

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, mostFile))
}

// bundle is what a file holds.
type bundle struct {
	chain []*x509.Certificate
	key   any
}

var (
	errNoCertificate = errors.New("there is no certificate in it")
	errNoKey         = errors.New("there is no private key in it")
	errTwoKeys       = errors.New("there is more than one private key in it")
	errPassword      = fault.New(fault.Usage, "the password is wrong, or missing", "set AZURE_CLIENT_CERTIFICATE_PASSWORD")
)

// parse tells PEM and PFX apart by what is in the file, not by its name.
func parse(data []byte, password string) (bundle, error) {
	read := parsePFX
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		read = parsePEM
	}
	got, err := read(data, password)
	switch {
	case err != nil:
		return bundle{}, err
	case len(got.chain) == 0:
		return bundle{}, errNoCertificate
	case got.key == nil:
		return bundle{}, errNoKey
	}
	return got, nil
}

// add keeps a private key in PKCS#8, PKCS#1 or SEC 1.
func (b *bundle) add(der []byte) error {
	if b.key != nil {
		return errTwoKeys
	}
	for _, parse := range []func([]byte) (any, error){
		x509.ParsePKCS8PrivateKey,
		func(der []byte) (any, error) { return x509.ParsePKCS1PrivateKey(der) },
		func(der []byte) (any, error) { return x509.ParseECPrivateKey(der) },
	} {
		if key, err := parse(der); err == nil {
			b.key = key
			return nil
		}
	}
	return errors.New("its private key cannot be read")
}

// usable returns the key if Entra ID takes it: RSA only, and a certificate that
// is valid now.
func (b bundle) usable(now time.Time) (*rsa.PrivateKey, error) {
	key, ok := b.key.(*rsa.PrivateKey)
	if !ok {
		kind := "unknown"
		switch b.key.(type) {
		case *ecdsa.PrivateKey:
			kind = "elliptic curve"
		case ed25519.PrivateKey:
			kind = "Ed25519"
		}
		return nil, fault.New(fault.Config, "its key is of kind "+kind+", and Entra ID takes RSA only for an application's certificate",
			"make another one: openssl req -x509 -newkey rsa:3072 -noenc -keyout key.pem -out cert.pem -days 365 -subj /CN=NAME")
	}
	for _, c := range b.chain {
		public, ok := c.PublicKey.(*rsa.PublicKey)
		switch {
		case !ok || !public.Equal(&key.PublicKey):
		case now.After(c.NotAfter):
			return nil, fmt.Errorf("it ended at %s", c.NotAfter.UTC().Format(time.RFC3339))
		case now.Before(c.NotBefore):
			return nil, fault.Newf(fault.Clock, "it begins at %s, and here it is %s", c.NotBefore.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
		}
	}
	return key, nil
}
