package clientcertificate

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"hash"
)

// digest is a hash function with the sizes that derive needs, in bytes.
type digest struct {
	new         func() hash.Hash
	size, block int
}

// digests are those of integrity checks and of PBKDF2, by object id. SHA-1 is
// in the files that Windows and Key Vault write.
var digests = map[string]digest{
	"1.3.14.3.2.26":          {sha1.New, sha1.Size, sha1.BlockSize},
	"2.16.840.1.101.3.4.2.1": {sha256.New, sha256.Size, sha256.BlockSize},
	"2.16.840.1.101.3.4.2.2": {sha512.New384, sha512.Size384, sha512.BlockSize},
	"2.16.840.1.101.3.4.2.3": {sha512.New, sha512.Size, sha512.BlockSize},
	"1.2.840.113549.2.7":     {sha1.New, sha1.Size, sha1.BlockSize},
	"1.2.840.113549.2.9":     {sha256.New, sha256.Size, sha256.BlockSize},
	"1.2.840.113549.2.10":    {sha512.New384, sha512.Size384, sha512.BlockSize},
	"1.2.840.113549.2.11":    {sha512.New, sha512.Size, sha512.BlockSize},
}

// block is a block cipher and its key's length in bytes.
type block struct {
	new func(key []byte) (cipher.Block, error)
	key int
}

// ciphers of PBES2 (RFC 8018), and the old ones of PKCS#12 with SHA-1.
var (
	ciphers = map[string]block{
		"2.16.840.1.101.3.4.1.2":  {aes.NewCipher, 16},
		"2.16.840.1.101.3.4.1.22": {aes.NewCipher, 24},
		"2.16.840.1.101.3.4.1.42": {aes.NewCipher, 32},
		"1.2.840.113549.3.7":      {des.NewTripleDESCipher, 24},
	}
	oldCiphers = map[string]block{
		"1.2.840.113549.1.12.1.3": {des.NewTripleDESCipher, 24},
		"1.2.840.113549.1.12.1.5": {newRC2, 16},
		"1.2.840.113549.1.12.1.6": {newRC2, 5},
	}
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
)

type (
	pbes2Params struct{ KDF, Cipher pkix.AlgorithmIdentifier }
	kdfParams   struct {
		Salt       []byte
		Iterations int
		Length     int                      `asn1:"optional"`
		PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
	}
)

// mostIterations keeps a hostile file from taking minutes.
const mostIterations = 10_000_000

// decrypt opens what was encrypted with a password, in CBC with padding.
func decrypt(a pkix.AlgorithmIdentifier, data []byte, password string) ([]byte, error) {
	b, key, iv, err := keyFor(a, password)
	if err != nil {
		return nil, err
	}
	c, err := b.new(key)
	if err != nil {
		return nil, err
	}
	size := c.BlockSize()
	if len(iv) != size || len(data) == 0 || len(data)%size != 0 {
		return nil, errNotPFX
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(c, iv).CryptBlocks(plain, data)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > size {
		return nil, errPassword
	}
	for _, b := range plain[len(plain)-pad:] {
		if int(b) != pad {
			return nil, errPassword
		}
	}
	return plain[:len(plain)-pad], nil
}

// keyFor derives the key and the initial vector.
func keyFor(a pkix.AlgorithmIdentifier, password string) (b block, key, iv []byte, err error) {
	if b, ok := oldCiphers[a.Algorithm.String()]; ok {
		var p struct {
			Salt       []byte
			Iterations int
		}
		if err := decode(a.Parameters.FullBytes, &p); err != nil {
			return b, nil, nil, err
		}
		h := digests["1.3.14.3.2.26"]
		if key, err = derive(h, password, p.Salt, p.Iterations, forKey, b.key); err != nil {
			return b, nil, nil, err
		}
		iv, err = derive(h, password, p.Salt, p.Iterations, forIV, des.BlockSize)
		return b, key, iv, err
	}
	var p pbes2Params
	var k kdfParams
	if !a.Algorithm.Equal(oidPBES2) || decode(a.Parameters.FullBytes, &p) != nil || !p.KDF.Algorithm.Equal(oidPBKDF2) ||
		decode(p.KDF.Parameters.FullBytes, &k) != nil || decode(p.Cipher.Parameters.FullBytes, &iv) != nil {
		return b, nil, nil, fmt.Errorf("its encryption (%s) is of an unknown kind", a.Algorithm)
	}
	b, known := ciphers[p.Cipher.Algorithm.String()]
	prf := "1.2.840.113549.2.7"
	if len(k.PRF.Algorithm) > 0 {
		prf = k.PRF.Algorithm.String()
	}
	h, ok := digests[prf]
	if !known || !ok || k.Iterations < 1 || k.Iterations > mostIterations {
		return b, nil, nil, fmt.Errorf("its encryption (%s, %s) is of an unknown kind", p.Cipher.Algorithm, prf)
	}
	key, err = pbkdf2.Key(h.new, password, k.Salt, k.Iterations, b.key)
	return b, key, iv, err
}
