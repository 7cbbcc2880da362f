package directory

import (
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Crowd is how many people and groups a tenant gets beyond the usual ones. Their
// names and ids are the same in each run: user number n is person-000001 and so
// on, group number n is team-00001.
type Crowd struct {
	Users   int
	Groups  int
	Nesting int // how many groups deep; 0 and 1: no group in a group
}

// What every so many-th user is. Number 7, 14 and so on bear the display name of
// the person before them, 11 and 22 one that only looks like it.
const (
	everyGuest    = 10
	everyDisabled = 25
	everyPending  = 50 // of the guests
	everyNamesake = 7
	everyLikeness = 11
	groupsEach    = 3 // that a person is in directly
)

var (
	givenNames  = []string{"Amina", "Bruno", "Chiara", "Daniel", "Elif", "Farid", "Greta", "Hiroshi", "Ilka", "Jonas", "Katja", "Liam", "Mei", "Nadia", "Oscar", "Priya", "Quentin", "Rosa", "Sven", "Tanja"}
	familyNames = []string{"Albrecht", "Baker", "Costa", "Dubois", "Eriksen", "Fischer", "García", "Huang", "Ivanov", "Jansen", "Keller", "Lindqvist", "Müller", "Novák", "O'Brien", "Papadopoulos", "Rossi", "Schmidt", "Tanaka", "Wójcik"}
)

// seedCrowd adds a crowd; all of it can be seen at once.
func (t *Tenant) seedCrowd(c Crowd) {
	groups := make([]entra.ObjectID, c.Groups)
	for i := range groups {
		g := t.seedGroup(fmt.Sprintf("team-%05d", i+1), true)
		groups[i] = g.ID
		if c.Nesting > 1 && i%c.Nesting != 0 { // chains of as many as the nesting is deep
			t.link(groups[i-1], g.ID, time.Time{})
		}
	}
	for n := 1; n <= c.Users; n++ {
		u := t.seedOne(n)
		for k := range min(groupsEach, len(groups)) {
			g := groups[(n*(k*2+1)+k*31)%len(groups)]
			if !linked(t.memberOf[u.ID], g) {
				t.link(g, u.ID, time.Time{})
			}
		}
	}
}

func linked(list []link, id entra.ObjectID) bool {
	for _, l := range list {
		if l.id == id {
			return true
		}
	}
	return false
}

// seedOne adds user number n of a crowd.
func (t *Tenant) seedOne(n int) *User {
	name := fmt.Sprintf("person-%06d", n)
	if n%everyGuest == 0 {
		return t.seedStranger(n, name)
	}
	u := t.seedMember(name, crowdName(n))
	u.AccountEnabled = n%everyDisabled != 0
	return u
}

// crowdName is what user number n is called: some are namesakes of the one
// before, some only look like it (a Cyrillic а instead of a Latin one).
func crowdName(n int) string {
	switch {
	case n%everyLikeness == 0:
		return strings.Replace(plainName(n-1), "a", "а", 1)
	case n%everyNamesake == 0:
		return plainName(n - 1)
	}
	return plainName(n)
}

func plainName(n int) string {
	return givenNames[n%len(givenNames)] + " " + familyNames[n/len(givenNames)%len(familyNames)]
}

// seedStranger adds a guest whose home is no tenant of the sandbox.
func (t *Tenant) seedStranger(n int, name string) *User {
	mail, invited, state := name+"@partner.example", "Invitation", "Accepted"
	if n%everyPending == 0 {
		state = "PendingAcceptance"
	}
	alias := name + "_partner.example#EXT#"
	id := entra.ObjectID(ID("user", string(t.ID), name))
	return t.putUser(User{ID: id, UserPrincipalName: alias + "@" + t.InitialDomain, DisplayName: crowdName(n), Mail: &mail, OtherMails: []string{mail},
		MailNickname: alias, UserType: "Guest", ProxyAddresses: []string{"SMTP:" + mail}, CreationType: &invited, ExternalUserState: &state, AccountEnabled: true,
		Identities: []Identity{{SignInType: "federated", Issuer: "ExternalAzureAD"}},
		Person:     Person{Name: name, SignInName: mail, Home: entra.TenantID(ID("tenant", "partner.example")), HomeID: entra.ObjectID(ID("user", "partner.example", name))}}, time.Time{})
}
