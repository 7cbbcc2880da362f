package issuertest

import (
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
)

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// Sign makes a token of any header and payload, signed as RS256 would be.
func (k SigningKey) Sign(header, payload string) string {
	signed := encode([]byte(header)) + "." + encode([]byte(payload))
	sum := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPKCS1v15(nil, k.Key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return signed + "." + encode(sig)
}

// HMAC signs with the public key as if it were a shared secret: the classical
// way to fool a verifier that lets the token choose the algorithm.
func (k SigningKey) HMAC(header, payload string) string {
	der, err := x509.MarshalPKIXPublicKey(&k.Key.PublicKey)
	if err != nil {
		panic(err)
	}
	signed := encode([]byte(header)) + "." + encode([]byte(payload))
	mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	mac.Write([]byte(signed))
	return signed + "." + encode(mac.Sum(nil))
}
