package graph

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func (s *search) me(ctx context.Context) error {
	k := key{directory.Me, "me"}
	if len(s.at[k]) == 0 {
		return nil
	}
	p, err := s.Me(ctx)
	if err == nil {
		s.add(k, p)
	}
	return err
}

// domains reads the tenant's domains where addresses are of several: one of a
// stranger's is nobody's sign-in name here. Who may not read them does without.
func (s *search) domains(ctx context.Context) error {
	seen := map[string]bool{}
	for _, address := range s.texts(directory.UPNOrMail, "", false) {
		seen[domain(address)] = true
	}
	if len(seen) < 2 {
		return nil
	}
	org, err := s.Organization(ctx)
	if err != nil {
		return unlessForbidden(err)
	}
	s.own = map[string]bool{}
	for _, d := range org.Domains {
		s.own[strings.ToLower(d)] = true
	}
	return nil
}

func domain(address string) string { return address[strings.LastIndex(address, "@")+1:] }

func unlessForbidden(err error) error {
	if fault.KindOf(err) == fault.Forbidden {
		return nil
	}
	return err
}

// split tells the addresses that are a stranger's from those that may be the
// tenant's own.
func (s *search) split(addresses []string) (ours, strangers []string) {
	for _, a := range addresses {
		if s.own == nil || s.own[domain(a)] {
			ours = append(ours, a)
		} else {
			strangers = append(strangers, a)
		}
	}
	return ours, strangers
}

// first asks for what most references mean.
func (s *search) first(ctx context.Context) error {
	ours, strangers := s.split(s.texts(directory.UPNOrMail, entra.User, false))
	questions := []question{{values: s.texts(directory.ID, "", false)},
		by(entra.User, "userPrincipalName", ours), by(entra.User, "mail", strangers),
		by(entra.ServicePrincipal, "appId", s.texts(directory.ClientID, entra.ServicePrincipal, false))}
	for _, kind := range []entra.Kind{entra.User, entra.Group, entra.ServicePrincipal} {
		questions = append(questions, by(kind, "displayName", s.texts(directory.Name, kind, false)))
	}
	return s.ask(ctx, questions, s.take, func(n int) { s.tell(s.done + n) })
}

// second asks what the references may mean that nobody answers to: mail
// addresses and applications. Users who were found by object id are read once
// more: getByIds leaves out how people sign in.
func (s *search) second(ctx context.Context) error {
	users := map[string]bool{}
	for i, ref := range s.refs {
		if ref.By == directory.ID && len(s.found[i]) == 1 && s.found[i][0].Kind == entra.User {
			users[string(s.found[i][0].ID)] = true
		}
	}
	ids := s.texts(directory.ID, entra.ServicePrincipal, true)
	mails, _ := s.split(s.texts(directory.UPNOrMail, entra.User, true))
	groups, _ := s.split(s.texts(directory.UPNOrMail, entra.Group, true))
	return s.ask(ctx, []question{
		by(entra.User, "id", slices.Sorted(maps.Keys(users))), by(entra.User, "mail", mails), by(entra.Group, "mail", groups),
		by(entra.ServicePrincipal, "appId", ids),
		{collection: "applications", property: "id", fields: "id,appId", needs: readApps, values: ids},
	}, s.take, func(int) {})
}

// third asks for the addresses that are no person's mail address, and for the
// service principals of the app registrations that were meant by their own
// object id.
func (s *search) third(ctx context.Context) error {
	mails := s.texts(directory.UPNOrMail, entra.User, true)
	if err := s.invitations(ctx, mails); err != nil {
		return err
	}
	for _, mail := range mails {
		s.unclaimed[mail] = true
	}
	others := by(entra.User, "otherMails", mails)
	others.anyOf = true
	_, groups := s.split(s.texts(directory.UPNOrMail, entra.Group, true))
	return s.ask(ctx, []question{others, by(entra.User, "userPrincipalName", slices.Sorted(maps.Keys(s.invited))), by(entra.Group, "mail", groups),
		by(entra.ServicePrincipal, "appId", slices.Sorted(maps.Keys(s.apps)))}, s.take, func(int) {})
}

// invitations notes the UPNs that inviting the addresses makes. Who may not read
// the tenant's domains does without.
func (s *search) invitations(ctx context.Context, mails []string) error {
	if len(mails) == 0 {
		return nil
	}
	org, err := s.Organization(ctx)
	if err != nil {
		return unlessForbidden(err)
	}
	for _, mail := range mails {
		s.invited[strings.ToLower(guestName(mail, org))] = mail
	}
	return nil
}

// take gives what a question found to the references that it answers.
func (s *search) take(q question, o models.DirectoryObjectable) {
	if app, ok := o.(models.Applicationable); ok {
		s.apps[strings.ToLower(val(app.GetAppId()))] = strings.ToLower(val(app.GetId()))
		return
	}
	p, ok := s.principal(o)
	if !ok {
		return
	}
	by, texts := directory.UPNOrMail, []string{p.Mail}
	switch q.property {
	case "", "id":
		by, texts = directory.ID, []string{string(p.ID)}
	case "displayName":
		by, texts = directory.Name, []string{p.Name}
	case "appId":
		s.add(key{directory.ClientID, string(p.ClientID)}, p)
		by, texts = directory.ID, []string{string(p.ClientID), s.apps[string(p.ClientID)]}
	case "userPrincipalName":
		texts = []string{p.UPN, s.invited[strings.ToLower(p.UPN)]}
	case "otherMails":
		texts = slices.DeleteFunc(o.(models.Userable).GetOtherMails(), func(mail string) bool { return !s.unclaimed[strings.ToLower(mail)] })
	}
	for _, text := range texts {
		s.add(key{by, strings.ToLower(text)}, p)
	}
}
