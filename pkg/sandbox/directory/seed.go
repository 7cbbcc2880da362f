package directory

import (
	"fmt"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// vendorTenant is where Microsoft's own applications are at home (its source
// is the one of their list).
const vendorTenant = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"

// seed fills the directory; all of it can be seen at once. Everything gets its
// id from its name, so that it is the same in each run.
func (d *Directory) seed() error {
	contoso := d.newTenant("Contoso", "contoso.com", "contoso.onmicrosoft.com")
	fabrikam := d.newTenant("Fabrikam", "fabrikam.com", "fabrikam.onmicrosoft.com")
	d.vendor = d.newTenant("Microsoft Services", "microsoftservices.onmicrosoft.com", "microsoftservices.onmicrosoft.com")
	d.vendor.ID = vendorTenant
	d.tenants = []*Tenant{contoso, fabrikam}

	for _, f := range firstParties() {
		app := f.application()
		app.CreatedDateTime = d.now().UTC().Truncate(time.Second)
		d.vendor.apps.put(string(app.ID), &app, time.Time{})
	}
	for _, t := range d.tenants {
		t.seedServicePrincipals()
		t.dirRoles = []DirectoryRole{{ID: entra.ObjectID(ID("directoryRole", string(t.ID), GlobalAdministrator)),
			RoleTemplateID: GlobalAdministrator, DisplayName: "Global Administrator",
			Description: "Can manage all aspects of Microsoft Entra ID and Microsoft services that use Microsoft Entra identities."}}
	}
	carol := fabrikam.seedMember("carol", "Carol Fischer")
	seedContoso(contoso, carol)
	return d.seedSecrets(contoso)
}

// seedServicePrincipals makes the first-party applications present, and lets
// the AKS server app look up the groups of its users.
func (t *Tenant) seedServicePrincipals() {
	for _, app := range t.d.vendor.apps.list(t.d.now()) {
		sp := ServicePrincipal{ID: entra.ObjectID(ID("servicePrincipal", string(t.ID), string(app.AppID))), AppID: app.AppID, AccountEnabled: true}
		t.putPrincipal(sp, app, vendorTenant, time.Time{})
	}
	server, _ := t.sps.byKey(string(entra.AKSServer), t.d.now())
	graph, _ := t.sps.byKey(string(entra.MicrosoftGraph), t.d.now())
	t.putRole(RoleAssignment{PrincipalID: server.ID, ResourceID: graph.ID, AppRoleID: entra.DirectoryReadAllApp}, time.Time{})
	g := ScopeGrant{ID: ID("grant", string(t.ID), "aks server"), ClientID: server.ID, ResourceID: graph.ID,
		ConsentType: "AllPrincipals", Scope: "User.Read GroupMember.Read.All"}
	t.grants.put(g.ID, &g, time.Time{})
}

func seedContoso(t *Tenant, carol *User) {
	admin := t.seedMember("admin", "Adele Admin")
	alice := t.seedMember("alice", "Alice Adler")
	bob := t.seedMember("bob", "Bob Brenner")
	guest := t.seedGuest(carol)
	t.seedMember("dave", "Dave Diaz").AccountEnabled = false
	erin := t.seedMember("erin", "Erin Engel")
	t.policies = []Policy{{Name: "no device code", Users: []entra.ObjectID{erin.ID}, Control: BlockDeviceCode}}
	t.link(t.dirRoles[0].ID, admin.ID, time.Time{})

	team := t.seedGroup("platform-team", true)
	oncall := t.seedGroup("platform-oncall", true)
	t.link(team.ID, oncall.ID, time.Time{})
	t.link(oncall.ID, alice.ID, time.Time{})
	t.link(t.seedGroup("auditors", true).ID, guest.ID, time.Time{})
	staff := t.seedGroup("all-staff", false) // a distribution list: never a security group
	t.link(staff.ID, alice.ID, time.Time{})
	t.link(staff.ID, bob.ID, time.Time{})

	// bob is in 250 security groups: 200 directly, 50 through one of those
	var direct []*Group
	for i := 1; i <= 200; i++ {
		g := t.seedGroup(fmt.Sprintf("project-%03d", i), true)
		t.link(g.ID, bob.ID, time.Time{})
		direct = append(direct, g)
	}
	for i := 201; i <= 250; i++ {
		t.link(t.seedGroup(fmt.Sprintf("project-%03d", i), true).ID, direct[i-201].ID, time.Time{})
	}
}

// seedMember adds somebody whose home this tenant is.
func (t *Tenant) seedMember(name, display string) *User {
	upn := name + "@" + t.Domains[0]
	return t.putUser(User{ID: entra.ObjectID(ID("user", string(t.ID), name)), UserPrincipalName: upn, DisplayName: display,
		Mail: &upn, MailNickname: name, AccountEnabled: true, ProxyAddresses: []string{"SMTP:" + upn},
		Identities: []Identity{{SignInType: "userPrincipalName", Issuer: t.InitialDomain, IssuerAssignedID: &upn}},
		Person:     Person{Name: name, SignInName: upn, Password: "sandbox-" + name, Home: t.ID}}, time.Time{})
}

// seedGuest adds somebody of another tenant who has accepted the invitation.
func (t *Tenant) seedGuest(home *User) *User {
	mail, invited, accepted := home.UserPrincipalName, "Invitation", "Accepted"
	person := home.Person
	person.HomeID = home.ID
	alias := home.Person.Name + "_" + mail[len(home.Person.Name)+1:] + "#EXT#"
	return t.putUser(User{ID: entra.ObjectID(ID("user", string(t.ID), home.Person.Name)), UserPrincipalName: alias + "@" + t.InitialDomain,
		DisplayName: home.DisplayName, Mail: &mail, OtherMails: []string{mail}, MailNickname: alias, UserType: "Guest",
		ProxyAddresses: []string{"SMTP:" + mail}, CreationType: &invited, ExternalUserState: &accepted, AccountEnabled: true,
		Identities: []Identity{{SignInType: "federated", Issuer: "ExternalAzureAD"}}, Person: person}, time.Time{})
}

func (t *Tenant) seedGroup(name string, security bool) *Group {
	g := Group{ID: entra.ObjectID(ID("group", string(t.ID), name)), DisplayName: name, MailNickname: name,
		MailEnabled: !security, SecurityEnabled: security}
	if !security {
		mail := name + "@" + t.Domains[0]
		g.Mail, g.ProxyAddresses = &mail, []string{"SMTP:" + mail}
	}
	return t.putGroup(g, time.Time{})
}

// seedSecrets registers ci-bot and makes its secret and the AKS server app's.
func (d *Directory) seedSecrets(t *Tenant) (err error) {
	if d.botSecret, err = random(); err != nil {
		return err
	}
	if d.managedSecret, err = random(); err != nil {
		return err
	}
	public, name := false, "sandbox"
	bot := Application{ID: entra.ObjectID(ID("application", "ci-bot")), AppID: entra.ClientID(ID("client", "ci-bot")),
		DisplayName: "ci-bot", SignInAudience: "AzureADMyOrg", PublisherDomain: t.Domains[0],
		CreatedDateTime: d.now().UTC().Truncate(time.Second), IsFallbackPublicClient: &public}
	bot.normalize()
	t.apps.put(string(bot.ID), &bot, time.Time{})
	t.putPrincipal(ServicePrincipal{ID: entra.ObjectID(ID("servicePrincipal", string(t.ID), "ci-bot")), AppID: bot.AppID, AccountEnabled: true}, &bot, t.ID, time.Time{})
	t.putSecret(bot.ID, PasswordCredential{DisplayName: &name}, d.botSecret, time.Time{})
	server, _, _ := d.anyApplication(entra.AKSServer)
	d.vendor.putSecret(server.ID, PasswordCredential{DisplayName: &name}, d.managedSecret, time.Time{})
	return nil
}
