package graph

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// addPassword makes a secret of an app registration or service principal; its
// text is in this answer and in no other. An app registration takes it before it
// is replicated: Azure CLI sends it right after the one that makes the app.
func addPassword(of subject) func(*Server, *call) (*reply, error) {
	return func(s *Server, c *call) (*reply, error) {
		var in struct {
			PasswordCredential struct {
				DisplayName                *string
				StartDateTime, EndDateTime time.Time
			}
		}
		if err := wire.ReadJSON(c.Request, &in); err != nil {
			return nil, badRequest("The passwordCredential of the request is not valid.")
		}
		id, err := s.secretOwner(c, of)
		if err != nil {
			return nil, err
		}
		p := in.PasswordCredential
		start := p.StartDateTime
		if start.IsZero() {
			start = s.now()
		}
		if !p.EndDateTime.IsZero() && !p.EndDateTime.After(start) {
			return nil, badRequest("The end date of a credential must be after its start date.")
		}
		made, err := c.tenant.AddSecret(id, directory.PasswordCredential{DisplayName: p.DisplayName,
			StartDateTime: p.StartDateTime, EndDateTime: p.EndDateTime})
		if err != nil {
			return nil, err
		}
		return (&schema{name: "passwordCredential", set: "microsoft.graph.passwordCredential"}).one(c, http.StatusOK, made)
	}
}

func removePassword(of subject) func(*Server, *call) (*reply, error) {
	return func(s *Server, c *call) (*reply, error) {
		var in struct{ KeyID string }
		if err := wire.ReadJSON(c.Request, &in); err != nil || !entra.IsGUID(in.KeyID) {
			return nil, badRequest("The keyId of the request is not valid.")
		}
		id, err := s.secretOwner(c, of)
		if err != nil {
			return nil, err
		}
		if err := c.tenant.RemoveSecret(id, in.KeyID); err != nil {
			return nil, badRequest("No credentials found to be removed.")
		}
		return noContent(), nil
	}
}

func (s *Server) secretOwner(c *call, of subject) (entra.ObjectID, error) {
	id, err := of(s, c)
	if err == nil && !s.mayChange(c, id, "Application.ReadWrite.All") {
		err = denied()
	}
	return id, err
}

// writtenApplicationID also finds an app registration that is not replicated yet.
func (s *Server) writtenApplicationID(c *call) (entra.ObjectID, error) {
	if name, value := key(c.PathValue("id")); name == "" && c.tenant.WrittenApplication(entra.ObjectID(value)) {
		return entra.ObjectID(value), nil
	}
	return s.applicationID(c)
}

// secrets takes passwordCredentials out of a write: they may be given back as
// they are, or emptied, which is reported; new ones come from addPassword only.
func (p patch) secrets(have []directory.PasswordCredential) (emptied bool, err error) {
	list, given := p["passwordCredentials"].([]any)
	delete(p, "passwordCredentials")
	if len(list) == 0 {
		return given, nil
	}
	raw, err := json.Marshal(have)
	if err != nil {
		return false, err
	}
	var current any
	if err := json.Unmarshal(raw, &current); err != nil {
		return false, err
	}
	if !same(list, current) {
		return false, badRequest("Property 'passwordCredentials' cannot be set: secrets are made by addPassword.")
	}
	return false, nil
}

// removeSecrets takes every secret away, as an empty passwordCredentials asks.
func (s *Server) removeSecrets(c *call, id entra.ObjectID) {
	a, ok := c.tenant.Application(id)
	if !ok {
		return
	}
	for _, p := range a.PasswordCredentials {
		_ = c.tenant.RemoveSecret(id, p.KeyID) // gone already: as asked
	}
}
