package clientcertificate

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// parsePEM reads certificates and one private key. Of the encrypted kinds it
// knows PKCS#8; the one of RFC 1423 is no protection.
func parsePEM(data []byte, password string) (bundle, error) {
	var b bundle
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if err := b.addBlock(block, password); err != nil {
			return bundle{}, err
		}
	}
	return b, nil
}

func (b *bundle) addBlock(block *pem.Block, password string) error {
	if block.Headers["DEK-Info"] != "" {
		return fault.New(fault.Usage, "its private key is encrypted in OpenSSL's old way (DEK-Info)",
			"openssl pkcs8 -topk8 -in OLD.pem -out KEY.pem, then put the certificate beside the key")
	}
	switch block.Type {
	case "CERTIFICATE":
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return fmt.Errorf("one of its certificates cannot be read: %w", err)
		}
		b.chain = append(b.chain, c)
	case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY":
		return b.add(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		der, err := decryptKey(block.Bytes, password)
		if err != nil {
			return err
		}
		if err := b.add(der); err != nil && !errors.Is(err, errTwoKeys) {
			return errPassword
		} else if err != nil {
			return err
		}
	}
	return nil
}
