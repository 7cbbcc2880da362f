package clientcertificate

import (
	"bytes"
	"fmt"
	"unicode/utf16"
)

// What derive makes (RFC 7292, B.3).
const (
	forKey = 1
	forIV  = 2
	forMac = 3
)

// derive is the key derivation of PKCS#12 (RFC 7292, B.2). It returns size bytes.
func derive(h digest, password string, salt []byte, iterations int, purpose byte, size int) ([]byte, error) {
	if iterations < 1 || iterations > mostIterations {
		return nil, fmt.Errorf("it was made with %d iterations", iterations)
	}
	diversifier := bytes.Repeat([]byte{purpose}, h.block)
	input := append(fill(salt, h.block), fill(wide(password), h.block)...)
	var out []byte
	for len(out) < size {
		a := append(append([]byte(nil), diversifier...), input...)
		for range iterations {
			sum := h.new()
			sum.Write(a)
			a = sum.Sum(nil)
		}
		out = append(out, a...)
		step := fill(a, h.block)[:h.block]
		for i := 0; i < len(input); i += h.block {
			addOne(input[i:i+h.block], step)
		}
	}
	return out[:size], nil
}

// fill repeats b up to a multiple of size.
func fill(b []byte, size int) []byte {
	if len(b) == 0 {
		return nil
	}
	n := (len(b) + size - 1) / size * size
	return bytes.Repeat(b, n/len(b)+1)[:n:n]
}

// addOne makes of the number in block: block + step + 1, without a carry at the end.
func addOne(block, step []byte) {
	carry := 1
	for i := len(block) - 1; i >= 0; i-- {
		carry += int(block[i]) + int(step[i])
		block[i] = byte(carry)
		carry >>= 8
	}
}

// wide writes a password as PKCS#12 wants it: UTF-16, big end first, and a zero.
func wide(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u>>8), byte(u))
	}
	return append(b, 0, 0)
}
