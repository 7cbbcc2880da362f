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

// FindAll is Find for many references: the matches of each, in their order, with
// as few requests as Graph's limits allow ($batch of 20, "in" of 15, getByIds of
// 1,000). Progress, unless nil, is told how many of total are answered. After an
// error what was found before it is returned too.
func (c *Client) FindAll(ctx context.Context, refs []directory.Ref, progress func(done, total int)) ([][]entra.Principal, error) {
	s := &search{Client: c, refs: refs, progress: progress, at: map[key][]int{}, found: make([][]entra.Principal, len(refs))}
	for i, ref := range refs {
		k := key{ref.By, strings.ToLower(ref.Text)}
		s.at[k] = append(s.at[k], i)
	}
	for _, pass := range []func(context.Context) error{s.me, s.first, s.users, s.second, s.applications} {
		if err := pass(ctx); err != nil {
			return s.found, err
		}
	}
	s.tell(len(refs))
	return s.found, nil
}

// key is what a reference compares: an attribute and its value in lower case.
type key struct {
	by   directory.By
	text string
}

// search is one FindAll. References are asked for once, however often they occur.
type search struct {
	*Client
	refs     []directory.Ref
	progress func(done, total int)
	done     int
	at       map[key][]int // positions in refs
	found    [][]entra.Principal
	apps     map[string]string // client id → id of the application that was asked for
}

func (s *search) tell(done int) {
	if s.done = min(done, len(s.refs)); s.progress != nil {
		s.progress(s.done, len(s.refs))
	}
}

// add gives a principal to the references of a key that may mean its kind. One
// that is there already is replaced: the later answer tells more.
func (s *search) add(k key, p entra.Principal) {
	for _, i := range s.at[k] {
		if !wants(s.refs[i], p.Kind) {
			continue
		}
		if n := slices.IndexFunc(s.found[i], func(o entra.Principal) bool { return o.ID == p.ID }); n >= 0 {
			s.found[i][n] = p
			continue
		}
		s.found[i] = append(s.found[i], p)
	}
}

// texts returns the texts of the references by an attribute that may mean a
// kind; missing leaves out those that have an answer.
func (s *search) texts(by directory.By, kind entra.Kind, missing bool) []string {
	set := map[string]bool{}
	for i, ref := range s.refs {
		if ref.By == by && wants(ref, kind) && (!missing || len(s.found[i]) == 0) {
			set[strings.ToLower(ref.Text)] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

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

// first asks for what most references mean.
func (s *search) first(ctx context.Context) error {
	questions := []question{{values: s.texts(directory.ID, "", false)},
		by(entra.User, "userPrincipalName", s.texts(directory.UPNOrMail, entra.User, false)),
		by(entra.ServicePrincipal, "appId", s.texts(directory.ClientID, entra.ServicePrincipal, false))}
	for _, kind := range []entra.Kind{entra.User, entra.Group, entra.ServicePrincipal} {
		questions = append(questions, by(kind, "displayName", s.texts(directory.Name, kind, false)))
	}
	return s.ask(ctx, questions, func(q question, o models.DirectoryObjectable) {
		p, ok := s.principal(o)
		if !ok {
			return
		}
		s.add(key{directory.ID, string(p.ID)}, p)
		switch q.property {
		case "userPrincipalName":
			s.add(key{directory.UPNOrMail, strings.ToLower(p.UPN)}, p)
		case "appId":
			s.add(key{directory.ClientID, string(p.ClientID)}, p)
		case "displayName":
			s.add(key{directory.Name, strings.ToLower(p.Name)}, p)
		}
	}, func(n int) { s.tell(s.done + n) })
}

// users reads once more who was found by object id: getByIds leaves out how
// people sign in.
func (s *search) users(ctx context.Context) error {
	ids := map[string]bool{}
	for i, ref := range s.refs {
		if ref.By == directory.ID && len(s.found[i]) == 1 && s.found[i][0].Kind == entra.User {
			ids[string(s.found[i][0].ID)] = true
		}
	}
	return s.ask(ctx, []question{by(entra.User, "id", slices.Sorted(maps.Keys(ids)))}, func(_ question, o models.DirectoryObjectable) {
		if p, ok := s.principal(o); ok {
			s.add(key{directory.ID, string(p.ID)}, p)
		}
	}, func(int) {})
}

// second asks what the references may mean that nobody answers to: mail
// addresses, invitations, applications.
func (s *search) second(ctx context.Context) error {
	mails := s.texts(directory.UPNOrMail, entra.User, true)
	invited, err := s.invitations(ctx, mails)
	if err != nil {
		return err
	}
	ids := s.texts(directory.ID, entra.ServicePrincipal, true)
	others := by(entra.User, "otherMails", mails)
	others.anyOf = true
	apps := question{collection: "applications", property: "id", fields: "id,appId", needs: readApps, values: ids}
	s.apps = map[string]string{}
	return s.ask(ctx, []question{
		by(entra.User, "mail", mails), others, by(entra.User, "userPrincipalName", slices.Sorted(maps.Keys(invited))),
		by(entra.Group, "mail", s.texts(directory.UPNOrMail, entra.Group, true)),
		by(entra.ServicePrincipal, "appId", ids), apps,
	}, func(q question, o models.DirectoryObjectable) {
		if app, ok := o.(models.Applicationable); ok {
			s.apps[strings.ToLower(val(app.GetAppId()))] = strings.ToLower(val(app.GetId()))
			return
		}
		p, ok := s.principal(o)
		if !ok {
			return
		}
		keys := []string{p.Mail, invited[strings.ToLower(p.UPN)]}
		if u, ok := o.(models.Userable); ok {
			keys = append(keys, u.GetOtherMails()...)
		}
		for _, k := range keys {
			s.add(key{directory.UPNOrMail, strings.ToLower(k)}, p)
		}
		s.add(key{directory.ID, string(p.ClientID)}, p)
	}, func(int) {})
}

// invitations returns the UPNs that inviting an address makes, in lower case,
// with the address. Who may not read the tenant's domains does without.
func (s *search) invitations(ctx context.Context, mails []string) (map[string]string, error) {
	if len(mails) == 0 {
		return nil, nil
	}
	org, err := s.Organization(ctx)
	if fault.KindOf(err) == fault.Forbidden {
		return nil, nil
	}
	invited := map[string]string{}
	for _, mail := range mails {
		invited[strings.ToLower(guestName(mail, org))] = mail
	}
	return invited, err
}

// applications reads the service principals of the app registrations that were
// meant by their own object id.
func (s *search) applications(ctx context.Context) error {
	return s.ask(ctx, []question{by(entra.ServicePrincipal, "appId", slices.Sorted(maps.Keys(s.apps)))}, func(_ question, o models.DirectoryObjectable) {
		if p, ok := s.principal(o); ok {
			s.add(key{directory.ID, s.apps[string(p.ClientID)]}, p)
		}
	}, func(int) {})
}
