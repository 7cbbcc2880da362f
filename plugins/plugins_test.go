package plugins

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// The front knows methods and flags from the tables of pkg/token alone: a
// method that is not in them would get another key there.
func TestMethodsAreInTheTables(t *testing.T) {
	var known []string
	for _, f := range token.Flags() {
		known = append(known, f.Name)
	}
	for _, m := range All() {
		if name, err := token.FindMethod(m.Name); err != nil || name != m.Name {
			t.Errorf("%s: %q, %v", m.Name, name, err)
		}
		for _, p := range m.Params {
			if !slices.Contains(known, p) {
				t.Errorf("%s reads --%s, which does not exist", m.Name, p)
			}
		}
		if m.Interactive != (token.Request{Method: m.Name}).ForPerson() {
			t.Errorf("%s: asks a person, and its tokens are not a person's, or the reverse", m.Name)
		}
	}
}

func TestInteractiveMethodsCanAsk(t *testing.T) {
	for _, m := range All() {
		params := token.Params{"client-secret": "x", "client-certificate": safetext.Secret(certificate(t)), "username": "u", "password": "p",
			"azure-pipelines-service-connection-id": "c"}
		machine := login.Machine{Run: func(context.Context, string, ...string) ([]byte, error) { return nil, nil }}
		c, err := m.New(login.Setup{Request: token.Request{Params: params, Tenant: "t", Client: "c", Cloud: cloud(t)}, Now: time.Now, Machine: machine})
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		if _, can := c.(login.Asker); can != m.Interactive {
			t.Errorf("%s: Interactive is %v", m.Name, m.Interactive)
		}
	}
}

// Whatever a command line may name is built in.
func TestEveryNameIsBuilt(t *testing.T) {
	names := []string{token.Auto, "interactive", "devicecode", "spn", "clientcertificate", "msi", "workloadidentity", "githubactions", "azurepipelines",
		"azurecli", "azd", "ropc"}
	for _, name := range names {
		own, err := token.FindMethod(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if m, err := All().Find(own); err != nil || m.Title == "" || m.New == nil {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}

// certificate writes a certificate and its key into one file.
func certificate(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	data := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})...)
	file := filepath.Join(t.TempDir(), "app.pem")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func cloud(t *testing.T) entra.Cloud {
	t.Helper()
	c, err := entra.FindCloud("")
	if err != nil {
		t.Fatal(err)
	}
	return c
}
