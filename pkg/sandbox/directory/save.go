package directory

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// The saved types are the form in which a directory is kept between two runs.
// They hold secrets: passwords, and the two secrets that the sandbox knows.

type savedDirectory struct {
	Serial        int               `json:"serial"`
	ManagedSecret string            `json:"managedSecret"`
	BotSecret     string            `json:"botSecret"`
	Issuers       map[string][]byte `json:"issuers,omitempty"`
	Vendor        savedTenant       `json:"vendor"`
	Tenants       []savedTenant     `json:"tenants"`
}

type savedTenant struct {
	ID            entra.TenantID `json:"id"`
	Name          string         `json:"name"`
	InitialDomain string         `json:"initialDomain"`
	Domains       []string       `json:"domains"`

	Applications []savedRow[Application]      `json:"applications"`
	Principals   []savedRow[ServicePrincipal] `json:"servicePrincipals"`
	Users        []savedRow[savedUser]        `json:"users"`
	Groups       []savedRow[Group]            `json:"groups"`
	Grants       []savedRow[ScopeGrant]       `json:"grants"`
	Roles        []savedRow[RoleAssignment]   `json:"roles"`
	Federated    []savedRow[savedFederated]   `json:"federated"`
	Deleted      []savedRow[savedDeleted]     `json:"deleted"`

	Members        map[entra.ObjectID][]savedLink      `json:"members"`
	MemberOf       map[entra.ObjectID][]savedLink      `json:"memberOf"`
	Owners         map[entra.ObjectID][]entra.ObjectID `json:"owners"`
	Owned          map[entra.ObjectID][]entra.ObjectID `json:"owned"`
	Secrets        map[entra.ObjectID][]savedSecret    `json:"secrets"`
	DirectoryRoles []DirectoryRole                     `json:"directoryRoles"`
	Policies       []Policy                            `json:"policies"`
}

type savedRow[T any] struct {
	ID      string    `json:"id"`
	Visible time.Time `json:"visible,omitzero"`
	Value   *T        `json:"value"`
}

// savedUser has what Graph does not show of a user.
type savedUser struct {
	*User
	Person Person `json:"person"`
}

type savedFederated struct {
	*FederatedCredential
	Application entra.ObjectID `json:"application"`
}

type savedDeleted struct {
	*Deleted
	User      *savedUser        `json:"user,omitempty"`
	Groups    []entra.ObjectID  `json:"groups,omitempty"`
	Secrets   []savedSecret     `json:"secrets,omitempty"`
	Federated []savedFederated  `json:"federated,omitempty"`
	Grants    []*ScopeGrant     `json:"grants,omitempty"`
	Roles     []*RoleAssignment `json:"roles,omitempty"`
}

type savedLink struct {
	ID      entra.ObjectID `json:"id"`
	Visible time.Time      `json:"visible,omitzero"`
}

type savedSecret struct {
	Info    PasswordCredential `json:"info"`
	Hash    []byte             `json:"hash"`
	Visible time.Time          `json:"visible,omitzero"`
}

// Save returns everything that the directory remembers, as JSON for
// Options.State. It holds passwords and secrets.
func (d *Directory) Save() (json.RawMessage, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := savedDirectory{Serial: d.serial, ManagedSecret: d.managedSecret, BotSecret: d.botSecret, Issuers: d.issuers, Vendor: d.vendor.save()}
	for _, t := range d.tenants {
		s.Tenants = append(s.Tenants, t.save())
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("save the directory: %w", err)
	}
	return raw, nil
}

func (t *Tenant) save() savedTenant {
	return savedTenant{ID: t.ID, Name: t.Name, InitialDomain: t.InitialDomain, Domains: t.Domains,
		Applications: saveRows(t.apps, same), Principals: saveRows(t.sps, same), Users: saveRows(t.users, saveUser), Groups: saveRows(t.groups, same),
		Grants: saveRows(t.grants, same), Roles: saveRows(t.roles, same), Federated: saveRows(t.federated, saveFederated),
		Deleted: saveRows(t.deleted, saveDeleted), Members: each(t.members, saveLink), MemberOf: each(t.memberOf, saveLink),
		Owners: t.owners, Owned: t.owned, Secrets: each(t.secrets, saveSecret), DirectoryRoles: t.dirRoles, Policies: t.policies}
}

func saveRows[T, S any](from *table[T], convert func(*T) *S) []savedRow[S] {
	rows := make([]savedRow[S], 0, len(from.ids))
	for _, id := range from.ids {
		rows = append(rows, savedRow[S]{ID: id, Visible: from.rows[id].visible, Value: convert(from.rows[id].value)})
	}
	return rows
}

func same[T any](v *T) *T { return v }

func saveUser(u *User) *savedUser { return &savedUser{User: u, Person: u.Person} }

func saveFederated(f *FederatedCredential) *savedFederated {
	return &savedFederated{FederatedCredential: f, Application: f.Application}
}

func saveDeleted(d *Deleted) *savedDeleted {
	s := &savedDeleted{Deleted: d, Groups: d.groups, Secrets: all(d.secrets, saveSecret), Grants: d.grants, Roles: d.roles}
	s.Federated = all(d.federated, func(f *FederatedCredential) savedFederated { return *saveFederated(f) })
	if d.User != nil {
		s.User = saveUser(d.User)
	}
	return s
}

func saveLink(l link) savedLink { return savedLink{ID: l.id, Visible: l.visible} }

func saveSecret(s secret) savedSecret {
	return savedSecret{Info: s.info, Hash: s.hash[:], Visible: s.visible}
}

// each converts the lists of a map.
func each[K comparable, A, B any](from map[K][]A, convert func(A) B) map[K][]B {
	out := make(map[K][]B, len(from))
	for k, list := range from {
		out[k] = all(list, convert)
	}
	return out
}

func all[A, B any](list []A, convert func(A) B) []B {
	var out []B
	for _, v := range list {
		out = append(out, convert(v))
	}
	return out
}
