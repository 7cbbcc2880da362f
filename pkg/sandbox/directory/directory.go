// Package directory is the memory of the sandbox's pretend Entra ID: tenants,
// users, groups, app registrations, service principals, secrets and consent,
// and from which moment each of them can be seen. It speaks no protocol: the
// sandbox's services do.
//
// What a method returns is shared and must not be changed: Update hands out a
// copy to change and puts it in the old one's place.
package directory

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Errors of the methods that change something.
var (
	ErrNotFound  = errors.New("not found")
	ErrConflict  = errors.New("exists already")
	ErrReference = errors.New("refers to an object that is not there")
)

// Options are the directory's clock and its slowness.
type Options struct {
	Now   func() time.Time // nil: time.Now
	Delay time.Duration    // from a write until others see a new object or secret
	State json.RawMessage  // of Save; nil: the sandbox's own people, groups and apps
	Crowd Crowd            // more people and groups for contoso.com; not with State
}

// Directory holds every tenant. Its methods may be called at the same time.
type Directory struct {
	mu      sync.Mutex
	now     func() time.Time
	delay   time.Duration
	serial  int
	tenants []*Tenant
	vendor  *Tenant // home of the first-party apps, not offered to anybody

	issuers map[string][]byte // issuer → JWKS

	managedSecret string
	botSecret     string
}

// New returns a directory with the sandbox's people, groups and apps in it.
func New(o Options) (*Directory, error) {
	d := &Directory{now: o.Now, delay: o.Delay, issuers: map[string][]byte{}}
	if d.now == nil {
		d.now = time.Now
	}
	if len(o.State) > 0 {
		if err := d.load(o.State); err != nil {
			return nil, fmt.Errorf("read the kept directory: %w", err)
		}
		return d, nil
	}
	if err := d.seed(); err != nil {
		return nil, fmt.Errorf("fill the sandbox's directory: %w", err)
	}
	d.tenants[0].seedCrowd(o.Crowd)
	return d, nil
}

// Tenants returns contoso.com and fabrikam.com, in this order.
func (d *Directory) Tenants() []*Tenant { return d.tenants }

// Tenant finds a tenant by its id or by one of its domains.
func (d *Directory) Tenant(ref string) (*Tenant, bool) {
	for _, t := range d.tenants {
		if strings.EqualFold(ref, string(t.ID)) {
			return t, true
		}
		for _, domain := range t.Domains {
			if strings.EqualFold(ref, domain) {
				return t, true
			}
		}
	}
	return nil, false
}

// SetDelay changes the replication delay of what is written from now on.
func (d *Directory) SetDelay(delay time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.delay = delay
}

// ManagedServerSecret is a secret of the first-party AKS server app, for the
// webhook of managed clusters. It is another one in each run.
func (d *Directory) ManagedServerSecret() string { return d.managedSecret }

// BotSecret is the secret of the app registration ci-bot. It is another one in
// each run.
func (d *Directory) BotSecret() string { return d.botSecret }

// ID returns the GUID that a name always gets.
func ID(parts ...string) string {
	sum := sha256.Sum256([]byte("kubectl-aad sandbox\n" + strings.Join(parts, "\n")))
	sum[6] = sum[6]&0x0f | 0x40
	sum[8] = sum[8]&0x3f | 0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// newID returns a GUID that was not given before; the lock is held.
func (d *Directory) newID(kind string) string {
	d.serial++
	return ID("new", kind, fmt.Sprint(d.serial))
}

// random returns text of 40 characters that nobody can guess.
func random() (string, error) {
	var b [30]byte
	if _, err := io.ReadFull(rand.Reader, b[:]); err != nil {
		return "", err
	}
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789~."
	out := make([]byte, 0, 40)
	for i := 0; i < len(b); i += 3 {
		n := uint32(b[i])<<16 | uint32(b[i+1])<<8 | uint32(b[i+2])
		for range 4 {
			out = append(out, letters[n&63])
			n >>= 6
		}
	}
	return string(out), nil
}

// AnyApplication finds an app registration by client id in whichever tenant it
// is at home, the vendor's included, and tells which.
func (d *Directory) AnyApplication(id entra.ClientID) (*Application, entra.TenantID, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.anyApplication(id)
}

func (d *Directory) anyApplication(id entra.ClientID) (*Application, entra.TenantID, bool) {
	for _, t := range append([]*Tenant{d.vendor}, d.tenants...) {
		if a, ok := t.apps.byKey(string(id), d.now()); ok {
			return t.withSecrets(a), t.ID, true
		}
	}
	return nil, "", false
}
