package graph

import (
	"errors"
	"net/http"
	"regexp"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

var federatedSchema = &schema{name: "federatedIdentityCredential", set: "federatedIdentityCredentials",
	filter: map[string]filterable{"name": exact, "issuer": exact, "subject": exact}}

var federatedName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,119}$`)

func (s *Server) listFederated(c *call) (*reply, error) {
	id, err := s.applicationID(c)
	if err != nil {
		return nil, err
	}
	return many(c, federatedSchema, c.tenant.FederatedCredentials(id))
}

// federated finds the credential that a path names by id or by name.
func (s *Server) federated(c *call) (*directory.FederatedCredential, error) {
	id, err := s.applicationID(c)
	if err != nil {
		return nil, err
	}
	_, value := key(c.PathValue("credential"))
	list := c.tenant.FederatedCredentials(id)
	i := slices.IndexFunc(list, func(f *directory.FederatedCredential) bool { return f.ID == value || f.Name == value })
	if i < 0 {
		return nil, missing(value)
	}
	return list[i], nil
}

func (s *Server) getFederated(c *call) (*reply, error) {
	f, err := s.federated(c)
	if err != nil {
		return nil, err
	}
	return federatedSchema.one(c, http.StatusOK, f)
}

func (s *Server) createFederated(c *call) (*reply, error) {
	a, err := s.changeableApplication(c)
	if err != nil {
		return nil, err
	}
	var next directory.FederatedCredential
	if err := readFederated(c, &next); err != nil {
		return nil, err
	}
	made, err := c.tenant.CreateFederatedCredential(a.ID, next)
	switch {
	case errors.Is(err, directory.ErrConflict) && made == nil:
		return nil, badRequest("An application cannot have more than 20 federated identity credentials.")
	case errors.Is(err, directory.ErrConflict) && made.Name == next.Name:
		return nil, duplicate("FederatedIdentityCredential with name %s already exists.", next.Name)
	case errors.Is(err, directory.ErrConflict):
		return nil, failure(http.StatusBadRequest, "InvalidFederatedIdentityCredentialValue",
			"The combination of issuer and subject must be unique for the application. Issuer %s and Subject: %s already exist.", next.Issuer, next.Subject)
	case err != nil:
		return nil, err
	}
	return federatedSchema.one(c, http.StatusCreated, made)
}

func readFederated(c *call, into *directory.FederatedCredential, fixed ...string) error {
	p, err := readPatch(c)
	if err != nil {
		return err
	}
	current, err := federatedSchema.whole(into)
	if err != nil {
		return err
	}
	if err := p.check(federatedSchema, current, append(fixed, "id")...); err != nil {
		return err
	}
	if err := apply(p, into); err != nil {
		return err
	}
	switch {
	case !federatedName.MatchString(into.Name):
		return badRequest("Property 'name' must have 1 to 120 letters, digits, '-' and '_', a letter or digit first.")
	case into.Issuer == "" || into.Subject == "":
		return badRequest("Properties 'issuer' and 'subject' are required.")
	case len(into.Audiences) != 1:
		return badRequest("Property 'audiences' must have exactly one value.")
	}
	return nil
}

func (s *Server) patchFederated(c *call) (*reply, error) {
	if _, err := s.changeableApplication(c); err != nil {
		return nil, err
	}
	f, err := s.federated(c)
	if err != nil {
		return nil, err
	}
	next := *f
	if err := readFederated(c, &next, "name"); err != nil {
		return nil, err
	}
	_, err = c.tenant.UpdateFederatedCredential(f.ID, func(f *directory.FederatedCredential) error { *f = next; return nil })
	return noContent(), err
}

func (s *Server) deleteFederated(c *call) (*reply, error) {
	if _, err := s.changeableApplication(c); err != nil {
		return nil, err
	}
	f, err := s.federated(c)
	if err != nil {
		return nil, err
	}
	return noContent(), c.tenant.DeleteFederatedCredential(f.ID)
}
