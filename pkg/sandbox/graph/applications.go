package graph

import (
	"errors"
	"net/http"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

func (s *Server) listApplications(c *call) (*reply, error) {
	return many(c, applicationSchema, c.tenant.Applications())
}

// application finds the app registration that a path names by object id, client
// id or unique name.
func (s *Server) application(c *call) (*directory.Application, error) {
	name, value := key(c.PathValue("id"))
	var a *directory.Application
	var ok bool
	switch name {
	case "":
		a, ok = c.tenant.Application(entra.ObjectID(value))
	case "appId":
		a, ok = c.tenant.ApplicationByAppID(entra.ClientID(value))
	case "uniqueName":
		a, ok = c.tenant.ApplicationByUniqueName(value)
	default:
		return nil, failure(http.StatusBadRequest, "BadRequest", "The alternate key '%s' is not known for applications.", name)
	}
	if !ok {
		return nil, missing(value)
	}
	return a, nil
}

func (s *Server) getApplication(c *call) (*reply, error) {
	a, err := s.application(c)
	if err != nil {
		return nil, err
	}
	return applicationSchema.one(c, http.StatusOK, a)
}

func (s *Server) createApplication(c *call) (*reply, error) {
	p, err := readPatch(c)
	if err != nil {
		return nil, err
	}
	return s.newApplication(c, p)
}

// appReadOnly are the properties that are the directory's to give.
var appReadOnly = []string{"id", "appId", "createdDateTime", "publisherDomain"}

func (s *Server) newApplication(c *call, p patch) (*reply, error) {
	if _, err := p.secrets(nil); err != nil {
		return nil, err
	}
	next, err := changed(c, &directory.Application{}, p)
	if err != nil {
		return nil, err
	}
	a, err := c.tenant.CreateApplication(next)
	if err != nil {
		return nil, applicationError(err)
	}
	if err := s.own(c, a.ID); err != nil {
		return nil, err
	}
	return applicationSchema.one(c, http.StatusCreated, a)
}

// changed is the application that a write asks for, checked.
func changed(c *call, old *directory.Application, p patch) (directory.Application, error) {
	next := *old
	current, err := applicationSchema.whole(old)
	if err != nil {
		return next, err
	}
	readOnly := appReadOnly
	if old.ID != "" {
		readOnly = append([]string{"uniqueName"}, readOnly...)
	}
	if err := p.check(applicationSchema, current, readOnly...); err != nil {
		return next, err
	}
	if err := apply(p, &next); err != nil {
		return next, err
	}
	if next.KeyCredentials, err = completeKeys(old.KeyCredentials, next.KeyCredentials); err != nil {
		return next, err
	}
	return next, checkApplication(old, &next, c.tenant)
}

func applicationError(err error) error {
	if errors.Is(err, directory.ErrConflict) {
		return duplicate("Another object with the same value for property identifierUris or uniqueName already exists.")
	}
	return err
}

// patchApplication changes an app registration. By unique name it makes the one
// that is missing, if the client prefers so.
func (s *Server) patchApplication(c *call) (*reply, error) {
	p, err := readPatch(c)
	if err != nil {
		return nil, err
	}
	a, err := s.application(c)
	var e *Error
	name, unique := key(c.PathValue("id"))
	if errors.As(err, &e) && e.Status == http.StatusNotFound && name == "uniqueName" && c.prefers("create-if-missing") {
		p["uniqueName"] = unique
		return s.newApplication(c, p)
	}
	if err != nil {
		return nil, err
	}
	if !s.mayChange(c, a.ID, "Application.ReadWrite.All") {
		return nil, denied()
	}
	emptied, err := p.secrets(a.PasswordCredentials)
	if err != nil {
		return nil, err
	}
	a, err = c.tenant.UpdateApplication(a.ID, func(a *directory.Application) (err error) {
		*a, err = changed(c, a, p)
		return err
	})
	if err != nil {
		return nil, applicationError(err)
	}
	if emptied {
		s.removeSecrets(c, a.ID)
	}
	if c.prefers("return=representation") {
		if a, err = s.application(c); err != nil {
			return nil, err
		}
		return applicationSchema.one(c, http.StatusOK, a)
	}
	return noContent(), nil
}

// prefers reports whether the request's Prefer headers have a word.
func (c *call) prefers(word string) bool {
	for _, header := range c.Header.Values("Prefer") {
		for part := range strings.SplitSeq(header, ",") {
			if strings.EqualFold(strings.TrimSpace(part), word) {
				return true
			}
		}
	}
	return false
}

// changeableApplication is the one that a path names, if the caller may change it.
func (s *Server) changeableApplication(c *call) (*directory.Application, error) {
	a, err := s.application(c)
	if err == nil && !s.mayChange(c, a.ID, "Application.ReadWrite.All") {
		return nil, denied()
	}
	return a, err
}

func (s *Server) deleteApplication(c *call) (*reply, error) {
	a, err := s.changeableApplication(c)
	if err != nil {
		return nil, err
	}
	return noContent(), c.tenant.DeleteApplication(a.ID)
}
