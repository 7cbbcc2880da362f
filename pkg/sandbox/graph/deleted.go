package graph

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// binned is what was deleted, and what it is an object of.
func binned(d *directory.Deleted) any {
	switch {
	case d.User != nil:
		return d.User
	case d.Application != nil:
		return d.Application
	}
	return d.ServicePrincipal
}

// deletedItems lists the deleted objects of one kind, or shows one object: Graph
// has both in the same place of the path.
func (s *Server) deletedItems(c *call) (*reply, error) {
	part := c.PathValue("id")
	if !strings.HasPrefix(part, "microsoft.graph.") {
		d, err := s.deleted(c)
		if err != nil {
			return nil, err
		}
		out, err := showDeleted(d, c.query.Select)
		if err != nil {
			return nil, err
		}
		out["@odata.context"] = contextURL(c, "directoryObjects", "/$entity")
		return &reply{http.StatusOK, out}, nil
	}
	name := strings.TrimPrefix(part, "microsoft.graph.")
	sc, ok := deletable[name]
	if !ok {
		return nil, badRequest("Deleted objects of type '%s' are not kept.", name)
	}
	list := slices.DeleteFunc(c.tenant.DeletedObjects(), func(d *directory.Deleted) bool { return schemaOf(binned(d)) != sc })
	objects := make([]map[string]any, len(list))
	for i, d := range list {
		var err error
		if objects[i], err = wholeDeleted(d); err != nil {
			return nil, err
		}
	}
	return many(c, sc, objects)
}

// deletable are the kinds that can be restored. Deleted groups are listed too:
// there are never any, since security groups are gone at once.
var deletable = map[string]*schema{"user": userSchema, "application": applicationSchema,
	"servicePrincipal": servicePrincipalSchema, "group": groupSchema}

func wholeDeleted(d *directory.Deleted) (map[string]any, error) {
	object, err := schemaOf(binned(d)).whole(binned(d))
	if err != nil {
		return nil, err
	}
	object["deletedDateTime"] = d.At.Format(time.RFC3339)
	if d.User != nil { // its name is free for another
		object["userPrincipalName"] = strings.ReplaceAll(string(d.ID), "-", "") + d.User.UserPrincipalName
	}
	return object, nil
}

func showDeleted(d *directory.Deleted, selected []string) (map[string]any, error) {
	sc := schemaOf(binned(d))
	object, err := wholeDeleted(d)
	if err != nil {
		return nil, err
	}
	out, err := sc.show(object, selected)
	if err == nil {
		out["@odata.type"] = "#microsoft.graph." + sc.name
	}
	return out, err
}

func (s *Server) deleted(c *call) (*directory.Deleted, error) {
	_, id := key(c.PathValue("id"))
	d, ok := c.tenant.DeletedObject(entra.ObjectID(id))
	if !ok {
		return nil, missing(id)
	}
	return d, nil
}

// restorable is the deleted object, if the caller may decide about it.
func (s *Server) restorable(c *call) (*directory.Deleted, error) {
	d, err := s.deleted(c)
	if err != nil {
		return nil, err
	}
	permission := "Application.ReadWrite.All"
	if d.User != nil {
		permission = "User.ReadWrite.All"
	}
	if !s.mayChange(c, d.ID, permission) {
		return nil, denied()
	}
	return d, nil
}

func (s *Server) restore(c *call) (*reply, error) {
	d, err := s.restorable(c)
	if err != nil {
		return nil, err
	}
	switch err := c.tenant.Restore(d.ID); {
	case errors.Is(err, directory.ErrConflict):
		return nil, duplicate("The object cannot be restored because another object has its name or appId: %s.", d.ID)
	case err != nil:
		return nil, err
	}
	sc := schemaOf(binned(d))
	object, err := sc.whole(binned(d))
	if err != nil {
		return nil, err
	}
	out, err := sc.show(object, nil)
	if err != nil {
		return nil, err
	}
	out["@odata.type"], out["@odata.context"] = "#microsoft.graph."+sc.name, contextURL(c, "directoryObjects", "/$entity")
	return &reply{http.StatusOK, out}, nil
}

func (s *Server) purge(c *call) (*reply, error) {
	d, err := s.restorable(c)
	if err != nil {
		return nil, err
	}
	return noContent(), c.tenant.Purge(d.ID)
}
