package graph

import (
	"errors"
	"net/http"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

func (s *Server) listGroups(c *call) (*reply, error) { return many(c, groupSchema, c.tenant.Groups()) }

func (s *Server) group(c *call) (*directory.Group, error) {
	name, value := key(c.PathValue("id"))
	if name != "" {
		return nil, failure(http.StatusBadRequest, "BadRequest", "The alternate key '%s' is not known for groups.", name)
	}
	g, ok := c.tenant.Group(entra.ObjectID(value))
	if !ok {
		return nil, missing(value)
	}
	return g, nil
}

func (s *Server) getGroup(c *call) (*reply, error) {
	g, err := s.group(c)
	if err != nil {
		return nil, err
	}
	return groupSchema.one(c, http.StatusOK, g)
}

// maxBind is how many relations one request may make.
const maxBind = 20

// createGroup makes a security group with its first members and owners.
func (s *Server) createGroup(c *call) (*reply, error) {
	p, err := readPatch(c)
	if err != nil {
		return nil, err
	}
	members, err := bound(p, "members@odata.bind")
	if err != nil {
		return nil, err
	}
	owners, err := bound(p, "owners@odata.bind")
	if err != nil {
		return nil, err
	}
	if len(members)+len(owners) > maxBind {
		return nil, badRequest("No more than %d relationships can be made with one request.", maxBind)
	}
	var next directory.Group
	current, err := groupSchema.whole(next)
	if err != nil {
		return nil, err
	}
	if err := p.check(groupSchema, current, groupReadOnly...); err != nil {
		return nil, err
	}
	for _, required := range []string{"displayName", "mailEnabled", "mailNickname", "securityEnabled"} {
		if p[required] == nil || p[required] == "" {
			return nil, badRequest("A value is required for property '%s' of resource 'Group'.", required)
		}
	}
	if err := apply(p, &next); err != nil {
		return nil, err
	}
	if next.MailEnabled {
		return nil, badRequest("Mail-enabled groups are not imitated by this sandbox.")
	}
	return s.newGroup(c, next, members, owners)
}

func (s *Server) newGroup(c *call, next directory.Group, members, owners []entra.ObjectID) (*reply, error) {
	for _, id := range owners {
		if _, ok := c.tenant.Object(id); !ok {
			return nil, missing(string(id))
		}
	}
	g, err := c.tenant.CreateGroup(next, members...)
	if errors.Is(err, directory.ErrReference) {
		for _, id := range members {
			if _, ok := c.tenant.Object(id); !ok {
				return nil, missing(string(id))
			}
		}
	}
	if err != nil {
		return nil, err
	}
	if err := s.own(c, g.ID, owners...); err != nil {
		return nil, err
	}
	return groupSchema.one(c, http.StatusCreated, g)
}

// bound takes the object ids of an @odata.bind property out of a request.
func bound(p patch, name string) ([]entra.ObjectID, error) {
	list, ok := p[name].([]any)
	if p[name] != nil && !ok {
		return nil, badRequest("Property '%s' must be a list of addresses.", name)
	}
	delete(p, name)
	var ids []entra.ObjectID
	for _, v := range list {
		address, _ := v.(string)
		id, ok := reference(address)
		if !ok {
			return nil, badRequest("'%v' is not the address of a directory object.", v)
		}
		ids = append(ids, entra.ObjectID(id))
	}
	return ids, nil
}

func (s *Server) deleteGroup(c *call) (*reply, error) {
	g, err := s.changeableGroup(c)
	if err != nil {
		return nil, err
	}
	return noContent(), c.tenant.DeleteGroup(g.ID)
}

func (s *Server) changeableGroup(c *call) (*directory.Group, error) {
	g, err := s.group(c)
	if err == nil && !s.mayChange(c, g.ID, "Group.ReadWrite.All") {
		return nil, denied()
	}
	return g, err
}

// groupReadOnly are the properties that are the directory's to give.
var groupReadOnly = []string{"id", "createdDateTime", "renewedDateTime", "securityIdentifier", "proxyAddresses", "mail"}

// patchGroup changes a group; it may add members too.
func (s *Server) patchGroup(c *call) (*reply, error) {
	p, err := readPatch(c)
	if err != nil {
		return nil, err
	}
	g, err := s.changeableGroup(c)
	if err != nil {
		return nil, err
	}
	members, err := bound(p, "members@odata.bind")
	if err != nil {
		return nil, err
	}
	if len(members) > maxBind {
		return nil, badRequest("No more than %d relationships can be made with one request.", maxBind)
	}
	current, err := groupSchema.whole(g)
	if err != nil {
		return nil, err
	}
	if err := p.check(groupSchema, current, append([]string{"mailEnabled", "groupTypes"}, groupReadOnly...)...); err != nil {
		return nil, err
	}
	for _, id := range members {
		if err := groupMembers.link(c, g.ID, id); err != nil {
			return nil, err
		}
	}
	_, err = c.tenant.UpdateGroup(g.ID, func(g *directory.Group) error {
		if err := apply(p, g); err != nil {
			return err
		}
		if g.DisplayName == "" || g.MailNickname == "" {
			return badRequest("Properties 'displayName' and 'mailNickname' cannot be empty.")
		}
		return nil
	})
	return noContent(), err
}
