package login

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
)

// saved is what the service keeps between two runs: its keys, and the sign-ins
// behind refresh tokens, whose text is not in it. Codes are of one run.
type saved struct {
	Keys     []savedKey          `json:"keys"` // oldest first
	Outsider *savedKey           `json:"issuer,omitempty"`
	Refresh  map[string]*session `json:"refresh"`
}

type savedKey struct {
	Private     []byte `json:"private"` // PKCS #8
	Certificate []byte `json:"certificate"`
}

// Save returns the service's memory, as JSON for Options.State. It holds the
// signing keys.
func (s *Service) Save() (json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := saved{Refresh: map[string]*session{}}
	for _, k := range s.keys {
		key, err := k.save()
		if err != nil {
			return nil, err
		}
		out.Keys = append(out.Keys, key)
	}
	for print, from := range s.refresh {
		if s.deps.Now().Sub(from.Used) <= refreshLife {
			out.Refresh[print] = from
		}
	}
	var err error
	if out.Outsider, err = s.outsider.save(); err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

// load puts in place what Save returned.
func (s *Service) load(raw json.RawMessage) error {
	var in saved
	if err := json.Unmarshal(raw, &in); err != nil {
		return fmt.Errorf("read the kept keys: %w", err)
	}
	s.keys = nil
	for _, k := range in.Keys {
		key, err := k.load()
		if err != nil {
			return fmt.Errorf("read a kept key: %w", err)
		}
		s.keys = append(s.keys, key)
	}
	if len(s.keys) == 0 {
		return errors.New("no signing key was kept")
	}
	if in.Outsider != nil {
		key, err := in.Outsider.load()
		if err != nil {
			return fmt.Errorf("read the kept key of the issuer: %w", err)
		}
		s.outsider.key = key
	}
	for print, from := range in.Refresh {
		if from != nil {
			s.refresh[print] = from
		}
	}
	return nil
}

func (o *outsider) save() (*savedKey, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.key == nil {
		return nil, nil
	}
	k, err := o.key.save()
	return &k, err
}

func (k *signingKey) save() (savedKey, error) {
	private, err := x509.MarshalPKCS8PrivateKey(k.rsa)
	return savedKey{Private: private, Certificate: k.certificate}, err
}

func (k savedKey) load() (*signingKey, error) {
	private, err := x509.ParsePKCS8PrivateKey(k.Private)
	if err != nil {
		return nil, err
	}
	key, ok := private.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("it is not an RSA key")
	}
	return named(key, k.Certificate), nil
}
