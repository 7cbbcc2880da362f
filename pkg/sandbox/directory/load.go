package directory

import (
	"encoding/json"
	"errors"
	"fmt"
)

// load fills an empty directory with what Save returned.
func (d *Directory) load(raw json.RawMessage) error {
	var s savedDirectory
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	if len(s.Tenants) == 0 {
		return errors.New("there is no tenant in it")
	}
	d.serial, d.managedSecret, d.botSecret = s.Serial, s.ManagedSecret, s.BotSecret
	if s.Issuers != nil {
		d.issuers = s.Issuers
	}
	var err error
	if d.vendor, err = d.loadTenant(s.Vendor); err != nil {
		return err
	}
	for _, saved := range s.Tenants {
		t, err := d.loadTenant(saved)
		if err != nil {
			return err
		}
		d.tenants = append(d.tenants, t)
	}
	return nil
}

func (d *Directory) loadTenant(s savedTenant) (*Tenant, error) {
	if len(s.Domains) == 0 || s.ID == "" {
		return nil, fmt.Errorf("tenant %q has no id or no domain", s.Name)
	}
	t := d.newTenant(s.Name, s.Domains[0], s.InitialDomain)
	t.ID, t.Domains = s.ID, s.Domains
	t.dirRoles, t.policies = s.DirectoryRoles, s.Policies
	t.members, t.memberOf = each(s.Members, loadLink), each(s.MemberOf, loadLink)
	t.secrets = each(s.Secrets, loadSecret)
	if s.Owners != nil {
		t.owners = s.Owners
	}
	if s.Owned != nil {
		t.owned = s.Owned
	}
	return t, errors.Join(
		loadRows(t.apps, s.Applications, same),
		loadRows(t.sps, s.Principals, same),
		loadRows(t.users, s.Users, loadUser),
		loadRows(t.groups, s.Groups, same),
		loadRows(t.grants, s.Grants, same),
		loadRows(t.roles, s.Roles, same),
		loadRows(t.federated, s.Federated, loadFederated),
		loadRows(t.deleted, s.Deleted, loadDeleted),
	)
}

func loadRows[T, S any](into *table[T], rows []savedRow[S], convert func(*S) *T) error {
	for _, r := range rows {
		if r.ID == "" || r.Value == nil {
			return errors.New("an object has no id or no value")
		}
		into.put(r.ID, convert(r.Value), r.Visible)
	}
	return nil
}

func loadUser(s *savedUser) *User {
	u := s.User
	if u == nil {
		u = &User{}
	}
	u.Person = s.Person
	return u
}

func loadFederated(s *savedFederated) *FederatedCredential {
	f := s.FederatedCredential
	if f == nil {
		f = &FederatedCredential{}
	}
	f.Application = s.Application
	return f
}

func loadDeleted(s *savedDeleted) *Deleted {
	d := s.Deleted
	if d == nil {
		d = &Deleted{}
	}
	d.groups, d.secrets, d.grants, d.roles = s.Groups, all(s.Secrets, loadSecret), s.Grants, s.Roles
	d.federated = all(s.Federated, func(f savedFederated) *FederatedCredential { return loadFederated(&f) })
	if s.User != nil {
		d.User = loadUser(s.User)
	}
	return d
}

func loadLink(s savedLink) link { return link{id: s.ID, visible: s.Visible} }

func loadSecret(s savedSecret) secret {
	out := secret{info: s.Info, visible: s.Visible}
	copy(out.hash[:], s.Hash)
	return out
}
