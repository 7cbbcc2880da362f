package graph

import "net/http"

// revokeAccess is for administrators: it ends somebody's sign-ins.
var revokeAccess = both("User.RevokeSessions.All User.ReadWrite.All Directory.ReadWrite.All", admin)

// revokeSignIns makes every refresh token of a user worthless from now on;
// access tokens live to their end, as with Entra.
func (s *Server) revokeSignIns(c *call) (*reply, error) {
	u, err := s.user(c)
	if err != nil {
		return nil, err
	}
	if err := c.tenant.Revoke(u.ID); err != nil {
		return nil, missing(string(u.ID))
	}
	return &reply{status: http.StatusOK, body: map[string]any{"value": true}}, nil
}
