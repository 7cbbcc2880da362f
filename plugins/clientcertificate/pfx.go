package clientcertificate

import (
	"bytes"
	"crypto/hmac"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
)

// The shapes of PKCS#12 (RFC 7292).
type (
	pfx struct {
		Version int
		Safe    contentInfo
		Mac     macData `asn1:"optional"`
	}
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"tag:0,explicit,optional"`
	}
	macData struct {
		Digest struct {
			Algorithm pkix.AlgorithmIdentifier
			Value     []byte
		}
		Salt       []byte
		Iterations int `asn1:"optional,default:1"`
	}
	encryptedData struct {
		Version int
		Info    struct {
			Type      asn1.ObjectIdentifier
			Algorithm pkix.AlgorithmIdentifier
			Content   asn1.RawValue `asn1:"tag:0,optional"`
		}
	}
	safeBag struct {
		ID         asn1.ObjectIdentifier
		Value      asn1.RawValue `asn1:"tag:0,explicit"`
		Attributes asn1.RawValue `asn1:"optional,set"`
	}
	certBag struct {
		ID    asn1.ObjectIdentifier
		Value []byte `asn1:"tag:0,explicit"`
	}
	encryptedKey struct {
		Algorithm pkix.AlgorithmIdentifier
		Value     []byte
	}
)

var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidEncryptedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}
	oidKeyBag        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1}
	oidShroudedBag   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
	oidCertBag       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 3}
	oidX509          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 22, 1}
)

var errNotPFX = errors.New("it is neither PEM nor PFX (PKCS#12)")

// decode reads DER that fills its bytes.
func decode(der []byte, into any) error {
	rest, err := asn1.Unmarshal(der, into)
	if err != nil || len(rest) > 0 {
		return errNotPFX
	}
	return nil
}

func parsePFX(data []byte, password string) (bundle, error) {
	var file pfx
	if err := decode(data, &file); err != nil || file.Version != 3 || !file.Safe.Type.Equal(oidData) {
		return bundle{}, errNotPFX
	}
	var safe []byte
	if err := decode(file.Safe.Content.Bytes, &safe); err != nil {
		return bundle{}, err
	}
	if err := checkMac(file.Mac, safe, password); err != nil {
		return bundle{}, err
	}
	var parts []contentInfo
	if err := decode(safe, &parts); err != nil {
		return bundle{}, err
	}
	var b bundle
	for _, p := range parts {
		bags, err := p.open(password)
		if err != nil {
			return bundle{}, err
		}
		for _, bag := range bags {
			if err := b.addBag(bag, password); err != nil {
				return bundle{}, err
			}
		}
	}
	return b, nil
}

// checkMac is how a wrong password is told from a damaged file.
func checkMac(m macData, safe []byte, password string) error {
	if len(m.Digest.Value) == 0 {
		return nil // protected by nothing: what follows fails, or is what it is
	}
	h, ok := digests[m.Digest.Algorithm.Algorithm.String()]
	if !ok {
		return fmt.Errorf("its integrity check (%s) is of an unknown kind", m.Digest.Algorithm.Algorithm)
	}
	key, err := derive(h, password, m.Salt, m.Iterations, forMac, h.size)
	if err != nil {
		return err
	}
	mac := hmac.New(h.new, key)
	mac.Write(safe)
	if !hmac.Equal(mac.Sum(nil), m.Digest.Value) {
		return errPassword
	}
	return nil
}

// open returns the bags of one part, which may be encrypted as a whole.
func (c contentInfo) open(password string) (bags []safeBag, err error) {
	var plain []byte
	switch {
	case c.Type.Equal(oidData):
		err = decode(c.Content.Bytes, &plain)
	case c.Type.Equal(oidEncryptedData):
		var e encryptedData
		if err = decode(c.Content.Bytes, &e); err == nil {
			plain, err = decrypt(e.Info.Algorithm, e.Info.Content.Bytes, password)
		}
	default:
		return nil, errors.New("a part of it is encrypted for a certificate, not with a password")
	}
	if err != nil {
		return nil, err
	}
	return bags, decode(plain, &bags)
}

func (b *bundle) addBag(bag safeBag, password string) error {
	switch {
	case bag.ID.Equal(oidKeyBag):
		return b.add(bag.Value.Bytes)
	case bag.ID.Equal(oidShroudedBag):
		der, err := decryptKey(bag.Value.Bytes, password)
		if err != nil {
			return err
		}
		return b.add(der)
	case bag.ID.Equal(oidCertBag):
		var c certBag
		if err := decode(bag.Value.Bytes, &c); err != nil || !c.ID.Equal(oidX509) {
			return err
		}
		cert, err := x509.ParseCertificate(c.Value)
		if err != nil {
			return fmt.Errorf("one of its certificates cannot be read: %w", err)
		}
		b.chain = append(b.chain, cert)
	}
	return nil
}

// decryptKey opens an encrypted PKCS#8 key, in a PFX or a PEM.
func decryptKey(der []byte, password string) ([]byte, error) {
	var k encryptedKey
	if err := decode(der, &k); err != nil {
		return nil, errors.New("its encrypted private key cannot be read")
	}
	plain, err := decrypt(k.Algorithm, k.Value, password)
	if err == nil && !bytes.HasPrefix(plain, []byte{0x30}) {
		err = errPassword
	}
	return plain, err
}
