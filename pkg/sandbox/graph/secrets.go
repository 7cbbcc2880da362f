package graph

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// addPassword makes a secret; its text is in this answer and in no other.
func (s *Server) addPassword(c *call) (*reply, error) {
	var in struct {
		PasswordCredential struct {
			DisplayName                *string
			StartDateTime, EndDateTime time.Time
		}
	}
	if err := wire.ReadJSON(c.Request, &in); err != nil {
		return nil, badRequest("The passwordCredential of the request is not valid.")
	}
	a, err := s.application(c)
	if err != nil {
		return nil, err
	}
	if !s.mayChange(c, a.ID, "Application.ReadWrite.All") {
		return nil, denied()
	}
	p := in.PasswordCredential
	start := p.StartDateTime
	if start.IsZero() {
		start = s.now()
	}
	if !p.EndDateTime.IsZero() && !p.EndDateTime.After(start) {
		return nil, badRequest("The end date of a credential must be after its start date.")
	}
	made, err := c.tenant.AddSecret(a.ID, directory.PasswordCredential{DisplayName: p.DisplayName,
		StartDateTime: p.StartDateTime, EndDateTime: p.EndDateTime})
	if err != nil {
		return nil, err
	}
	return (&schema{name: "passwordCredential", set: "microsoft.graph.passwordCredential"}).one(c, http.StatusOK, made)
}

func (s *Server) removePassword(c *call) (*reply, error) {
	var in struct{ KeyID string }
	if err := wire.ReadJSON(c.Request, &in); err != nil || !entra.IsGUID(in.KeyID) {
		return nil, badRequest("The keyId of the request is not valid.")
	}
	a, err := s.application(c)
	if err != nil {
		return nil, err
	}
	if !s.mayChange(c, a.ID, "Application.ReadWrite.All") {
		return nil, denied()
	}
	if err := c.tenant.RemoveSecret(a.ID, in.KeyID); err != nil {
		return nil, badRequest("No credentials found to be removed.")
	}
	return noContent(), nil
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
