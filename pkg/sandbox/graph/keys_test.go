package graph_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

func certificate(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bot"}, NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

func TestCertificates(t *testing.T) {
	c := start(t, sandbox.Options{})
	first, second := certificate(t), certificate(t)
	body := func(keys ...string) string {
		return `{"displayName":"bot","keyCredentials":[` + strings.Join(keys, ",") + `]}`
	}
	cert := func(key string) string {
		return fmt.Sprintf(`{"type":"AsymmetricX509Cert","usage":"Verify","key":%q}`, key)
	}
	c.table([]row{
		{"alice", "POST", "/applications", body(`{"type":"AsymmetricX509Cert","usage":"Verify"}`), 400, "Request_BadRequest"},
		{"alice", "POST", "/applications", body(cert("bm90aGluZw==")), 400, "Request_BadRequest"},
		{"alice", "POST", "/applications", body(strings.Replace(cert(first), "Verify", "Sign", 1)), 400, "Request_BadRequest"},
		{"alice", "POST", "/applications", body(`"x"`), 400, "Request_BadRequest"},
	})
	app := c.want(201, "", "alice", "POST", "/applications", body(cert(first)))
	path := "/applications/" + app.text("id")
	key, _ := app.get("keyCredentials").([]any)[0].(map[string]any)
	if key["key"] != nil || !entra.IsGUID(fmt.Sprint(key["keyId"])) || key["displayName"] != "CN=bot" || len(fmt.Sprint(key["customKeyIdentifier"])) != 40 {
		t.Errorf("shown %v", key)
	}
	if got := c.want(200, "", "alice", "GET", path+"?$select=keyCredentials", ""); !strings.Contains(got.raw, first) {
		t.Error("the key is not shown by $select")
	}
	// as a client that adds one to what it was shown
	shown := fmt.Sprintf(`{"type":"AsymmetricX509Cert","usage":"Verify","key":null,"keyId":%q}`, key["keyId"])
	c.want(204, "", "alice", "PATCH", path, `{"keyCredentials":[`+shown+`,`+cert(second)+`]}`)
	if got := c.want(200, "", "alice", "GET", path+"?$select=keyCredentials", ""); !strings.Contains(got.raw, first) || !strings.Contains(got.raw, second) {
		t.Error("a certificate was lost")
	}
	if list := c.home.Certificates(entra.ClientID(app.text("appId"))); len(list) != 2 {
		t.Errorf("%d certificates are worth something, want 2", len(list))
	}
}
