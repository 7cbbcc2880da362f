package directory

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Tenant is one organization. Its methods may be called at the same time; they
// show what can be seen now, after the replication delay.
type Tenant struct {
	ID            entra.TenantID
	Name          string   // display name
	InitialDomain string   // contoso.onmicrosoft.com
	Domains       []string // verified ones, the default first

	d      *Directory
	apps   *table[Application]
	sps    *table[ServicePrincipal]
	users  *table[User]
	groups *table[Group]
	grants *table[ScopeGrant]
	roles  *table[RoleAssignment]

	federated *table[FederatedCredential]
	policies  []Policy
	deleted   *table[Deleted]
	owners    map[entra.ObjectID][]entra.ObjectID // of an object
	owned     map[entra.ObjectID][]entra.ObjectID // by a user or service principal

	members  map[entra.ObjectID][]link // of a group or directory role
	memberOf map[entra.ObjectID][]link
	dirRoles []DirectoryRole
	secrets  map[entra.ObjectID][]secret // of an app or service principal
}

// link is one membership.
type link struct {
	id      entra.ObjectID
	visible time.Time
}

func (d *Directory) newTenant(name, domain, initial string) *Tenant {
	none := func(*RoleAssignment) []string { return nil }
	return &Tenant{
		ID: entra.TenantID(ID("tenant", domain)), Name: name, InitialDomain: initial,
		Domains: []string{domain, initial}, d: d,
		apps: newTable(func(a *Application) []string {
			keys := []string{string(a.AppID)}
			if a.UniqueName != nil {
				keys = append(keys, "uniqueName "+*a.UniqueName)
			}
			return keys
		}),
		sps:       newTable(func(s *ServicePrincipal) []string { return []string{string(s.AppID)} }),
		users:     newTable(userKeys),
		groups:    newTable(func(*Group) []string { return nil }),
		grants:    newTable(func(*ScopeGrant) []string { return nil }),
		roles:     newTable(none),
		federated: newTable(func(*FederatedCredential) []string { return nil }),
		deleted:   newTable(func(*Deleted) []string { return nil }),
		owners:    map[entra.ObjectID][]entra.ObjectID{},
		owned:     map[entra.ObjectID][]entra.ObjectID{},
		members:   map[entra.ObjectID][]link{},
		memberOf:  map[entra.ObjectID][]link{},
		secrets:   map[entra.ObjectID][]secret{},
	}
}

// soon is the moment from which what is written now can be seen.
func (t *Tenant) soon() time.Time { return t.d.now().Add(t.d.delay) }

// read runs f with the lock held and the present moment.
func read[R any](t *Tenant, f func(at time.Time) R) R {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	return f(t.d.now())
}

// lookup is read for what may not be there.
func lookup[R any](t *Tenant, f func(at time.Time) (*R, bool)) (*R, bool) {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	return f(t.d.now())
}

// update hands a copy of an object to change and puts it in the old one's place.
func update[T any](t *Tenant, in *table[T], id string, change func(*T) error, finish func(old, new *T)) (*T, error) {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	old, ok := in.get(id, t.d.now())
	if !ok {
		return nil, fmt.Errorf("object %q: %w", id, ErrNotFound)
	}
	v, err := clone(old)
	if err != nil {
		return nil, err
	}
	finish(old, v)
	if err := change(v); err != nil {
		return nil, err
	}
	finish(old, v)
	in.put(id, v, time.Time{})
	return v, nil
}

// clone copies what the wire shows of an object.
func clone[T any](v *T) (*T, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	c := new(T)
	return c, json.Unmarshal(raw, c)
}

// Object returns the user, group or service principal of an id: a *User, a
// *Group or a *ServicePrincipal.
func (t *Tenant) Object(id entra.ObjectID) (any, bool) {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	at := t.d.now()
	if u, ok := t.users.get(string(id), at); ok {
		return u, true
	}
	if g, ok := t.groups.get(string(id), at); ok {
		return g, true
	}
	if s, ok := t.sps.get(string(id), at); ok {
		return t.present(s), true
	}
	return nil, false
}
