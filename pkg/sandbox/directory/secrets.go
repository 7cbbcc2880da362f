package directory

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// secret is a password credential; only a hash of its text is kept.
type secret struct {
	info    PasswordCredential
	hash    [sha256.Size]byte
	visible time.Time
}

// SecretState says what a secret is worth.
type SecretState int

// The states of a secret.
const (
	SecretWrong SecretState = iota
	SecretExpired
	SecretGood
)

// AddSecret makes a secret for an app registration or service principal. The
// result is the only one that has SecretText. Without an end it is good for two
// years. The owner need not be replicated yet.
func (t *Tenant) AddSecret(owner entra.ObjectID, c PasswordCredential) (PasswordCredential, error) {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	if !t.written(owner) {
		return c, fmt.Errorf("object %q: %w", owner, ErrNotFound)
	}
	text, err := random()
	if err != nil {
		return c, err
	}
	return t.putSecret(owner, c, text, t.soon()), nil
}

func (t *Tenant) putSecret(owner entra.ObjectID, c PasswordCredential, text string, visible time.Time) PasswordCredential {
	now := t.d.now().UTC().Truncate(time.Second)
	if c.StartDateTime.IsZero() {
		c.StartDateTime = now
	}
	if c.EndDateTime.IsZero() {
		c.EndDateTime = c.StartDateTime.AddDate(2, 0, 0)
	}
	c.KeyID, c.Hint, c.SecretText = t.d.newID("secret"), text[:3], nil
	t.secrets[owner] = append(t.secrets[owner], secret{info: c, hash: sha256.Sum256([]byte(text)), visible: visible})
	c.SecretText = &text
	return c
}

// RemoveSecret makes a secret worthless at once.
func (t *Tenant) RemoveSecret(owner entra.ObjectID, keyID string) error {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	i := slices.IndexFunc(t.secrets[owner], func(s secret) bool { return fold(s.info.KeyID) == fold(keyID) })
	if i < 0 {
		return fmt.Errorf("secret %q of %q: %w", keyID, owner, ErrNotFound)
	}
	t.secrets[owner] = slices.Delete(t.secrets[owner], i, i+1)
	return nil
}

// ExpireSecret moves the end of a secret, for rehearsals.
func (t *Tenant) ExpireSecret(owner entra.ObjectID, keyID string, end time.Time) error {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	for i, s := range t.secrets[owner] {
		if fold(s.info.KeyID) == fold(keyID) {
			t.secrets[owner][i].info.EndDateTime = end
			return nil
		}
	}
	return fmt.Errorf("secret %q of %q: %w", keyID, owner, ErrNotFound)
}

// CheckSecret says what text is worth as a secret of a client in this tenant:
// those of its registration count, wherever it is at home, and those of its
// service principal here.
func (t *Tenant) CheckSecret(client entra.ClientID, text string) SecretState {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	at, hash := t.d.now(), sha256.Sum256([]byte(text))
	var all []secret
	for _, home := range append([]*Tenant{t.d.vendor}, t.d.tenants...) {
		if a, ok := home.apps.byKey(string(client), at); ok {
			all = append(all, home.secrets[a.ID]...)
		}
	}
	if s, ok := t.sps.byKey(string(client), at); ok {
		all = append(all, t.secrets[s.ID]...)
	}
	for _, s := range all {
		if s.visible.After(at) || subtle.ConstantTimeCompare(s.hash[:], hash[:]) == 0 {
			continue
		}
		if !s.info.EndDateTime.After(at) {
			return SecretExpired
		}
		return SecretGood
	}
	return SecretWrong
}

// credentials describes the secrets of an object that can be seen now.
func (t *Tenant) credentials(owner entra.ObjectID) []PasswordCredential {
	list := []PasswordCredential{}
	for _, s := range t.secrets[owner] {
		if !s.visible.After(t.d.now()) {
			list = append(list, s.info)
		}
	}
	return list
}

func (t *Tenant) withSecrets(a *Application) *Application {
	if a == nil {
		return nil
	}
	c := *a
	c.PasswordCredentials = t.credentials(a.ID)
	return &c
}
