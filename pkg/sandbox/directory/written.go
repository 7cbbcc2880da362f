package directory

import (
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Written reports whether a service principal, user or group is there, replicated
// or not: the replica that took the write knows it at once.
func (t *Tenant) Written(id entra.ObjectID) bool {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	_, sp := t.sps.get(string(id), t.soon())
	_, user := t.users.get(string(id), t.soon())
	_, group := t.groups.get(string(id), t.soon())
	return sp || user || group
}

// WrittenApplication reports the same of an app registration.
func (t *Tenant) WrittenApplication(id entra.ObjectID) bool {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	_, ok := t.apps.get(string(id), t.soon())
	return ok
}

func (t *Tenant) written(id entra.ObjectID) bool {
	_, app := t.apps.get(string(id), t.soon())
	_, sp := t.sps.get(string(id), t.soon())
	return app || sp
}

// Delay is from a write until others see it.
func (d *Directory) Delay() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.delay
}
