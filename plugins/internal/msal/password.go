package msal

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// Password sends a user's name and password (RFC 6749, 4.3): one request. MSAL
// would ask first what kind of domain the user has, at another address.
func Password(ctx context.Context, s login.Setup, username string, password safetext.Secret) (login.Grant, error) {
	t := wire(s, httpx.Sleep)
	form := url.Values{
		"grant_type": {"password"},
		"client_id":  {string(s.Request.Client)},
		"username":   {username},
		"password":   {password.Reveal()},
		"scope":      {s.Request.Scope},
	}
	address := s.Request.Cloud.Authority(s.Request.Tenant) + "/oauth2/v2.0/token"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return login.Grant{}, fault.New(fault.Config, "the authority's address is none")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, data, err := t.send(req)
	if err != nil {
		return login.Grant{}, t.explain(err)
	}
	var in struct {
		Access    string      `json:"access_token"`
		ExpiresIn json.Number `json:"expires_in"`
	}
	if resp.StatusCode != http.StatusOK || json.Unmarshal(data, &in) != nil {
		return login.Grant{}, t.explain(errNothing)
	}
	seconds, _ := in.ExpiresIn.Int64() // the token's own exp counts where it can be read
	return login.Grant{Token: token.Token{Access: safetext.Secret(in.Access), Expires: s.Now().Add(time.Duration(seconds) * time.Second)}}, nil
}
