package directory

import (
	"fmt"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Invite adds somebody of another tenant, or of none that the sandbox knows, as
// a guest who has not accepted yet. Who is here already is returned as they are;
// a member who is at home here is ErrConflict.
func (t *Tenant) Invite(mail, display, userType string) (*User, error) {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	for _, u := range t.users.list(t.soon()) {
		if !strings.EqualFold(u.Person.SignInName, mail) && (u.Mail == nil || !strings.EqualFold(*u.Mail, mail)) {
			continue
		}
		if !u.External(t.ID) {
			return nil, fmt.Errorf("user %q: %w", mail, ErrConflict)
		}
		return u, nil
	}
	alias := strings.ReplaceAll(mail, "@", "_") + "#EXT#"
	invited, pending := "Invitation", "PendingAcceptance"
	if display == "" {
		display, _, _ = strings.Cut(mail, "@")
	}
	return t.putUser(User{ID: entra.ObjectID(t.d.newID("user")), UserPrincipalName: alias + "@" + t.InitialDomain,
		DisplayName: display, Mail: &mail, OtherMails: []string{mail}, MailNickname: alias, UserType: userType,
		ProxyAddresses: []string{"SMTP:" + mail}, CreationType: &invited, ExternalUserState: &pending, AccountEnabled: true,
		Identities: []Identity{{SignInType: "federated", Issuer: "ExternalAzureAD"}}, Person: t.d.stranger(mail)}, t.soon()), nil
}

// stranger is the person behind a mail address, as their own tenant knows them;
// of a tenant that the sandbox does not have, nobody knows a password.
func (d *Directory) stranger(mail string) Person {
	for _, home := range d.tenants {
		if u, ok := home.users.byKey(mail, d.now()); ok && !u.External(home.ID) {
			p := u.Person
			p.HomeID = u.ID
			return p
		}
	}
	name, domain, _ := strings.Cut(mail, "@")
	return Person{Name: name, SignInName: mail, Home: entra.TenantID(ID("tenant", domain)), HomeID: entra.ObjectID(ID("user", mail))}
}

// Redeem accepts an invitation, as the person who was invited would.
func (t *Tenant) Redeem(id entra.ObjectID) error {
	_, err := t.UpdateUser(id, func(u *User) error {
		if u.ExternalUserState == nil {
			return fmt.Errorf("invitation of %q: %w", id, ErrNotFound)
		}
		accepted := "Accepted"
		u.ExternalUserState = &accepted
		return nil
	})
	return err
}
