package graph

import (
	"errors"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// links are the relations that can be written, with what changes them and the
// application permission that it takes.
type links struct {
	name        string
	of          subject
	permission  string
	add, remove func(*directory.Tenant, entra.ObjectID, entra.ObjectID) error
}

var (
	groupMembers = links{"members", (*Server).groupID, "GroupMember.ReadWrite.All", (*directory.Tenant).AddMember, (*directory.Tenant).RemoveMember}
	groupOwners  = owned((*Server).groupID, "Group.ReadWrite.All")
	appOwners    = owned((*Server).applicationID, "Application.ReadWrite.All")
	spOwners     = owned((*Server).servicePrincipalID, "Application.ReadWrite.All")
)

func owned(of subject, permission string) links {
	return links{"owners", of, permission, (*directory.Tenant).AddOwner, (*directory.Tenant).RemoveOwner}
}

// routes of a writable relation: POST …/$ref and DELETE …/{other}/$ref.
func (l links) routes(path string, need access) []route {
	at := path + "/" + l.name
	return []route{{"POST", at + "/$ref", need, l.post}, {"DELETE", at + "/{other}/$ref", need, l.delete}}
}

func (l links) post(s *Server, c *call) (*reply, error) {
	var in map[string]any
	if err := wire.ReadJSON(c.Request, &in); err != nil {
		return nil, badRequest("The request is not valid JSON.")
	}
	address, _ := in["@odata.id"].(string)
	other, ok := reference(address)
	if !ok {
		return nil, badRequest("The request needs '@odata.id', the address of a directory object.")
	}
	id, err := l.changeable(s, c)
	if err != nil {
		return nil, err
	}
	return noContent(), l.link(c, id, entra.ObjectID(other))
}

func (l links) changeable(s *Server, c *call) (entra.ObjectID, error) {
	id, err := l.of(s, c)
	if err == nil && !s.mayChange(c, id, l.permission) {
		err = denied()
	}
	return id, err
}

// link makes one link, with Graph's words for what is wrong with it.
func (l links) link(c *call, id, other entra.ObjectID) error {
	if strings.EqualFold(string(id), string(other)) {
		return badRequest("An object cannot be among its own %s.", l.name)
	}
	switch err := l.add(c.tenant, id, other); {
	case errors.Is(err, directory.ErrConflict):
		return badRequest("One or more added object references already exist for the following modified properties: '%s'.", l.name)
	case errors.Is(err, directory.ErrReference):
		return missing(string(other))
	default:
		return err
	}
}

func (l links) delete(s *Server, c *call) (*reply, error) {
	id, err := l.changeable(s, c)
	if err != nil {
		return nil, err
	}
	_, other := key(c.PathValue("other"))
	return noContent(), known(l.remove(c.tenant, id, entra.ObjectID(other)), other)
}
