// Package managedidentity signs in as the identity that Azure gave to the
// machine, app or job that this runs on. It is used when it is asked for by
// name, and never tried on the chance that there may be one.
package managedidentity

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// Method is the record of this login method.
func Method() login.Method {
	return login.Method{
		Name:   "managedidentity",
		Title:  "the identity of this Azure machine (--client-id or --identity-resource-id: one of several)",
		Params: []string{"identity-resource-id"},
		New:    open,
	}
}

func open(s login.Setup) (login.Credential, error) {
	if s.Request.Client != "" && s.Request.Params.Get("identity-resource-id") != "" {
		return nil, fault.New(fault.Usage, "--client-id and --identity-resource-id both name an identity: leave one out",
			"--client-id may come from AZURE_CLIENT_ID: --disable-environment-override ignores it")
	}
	return credential{s}, nil
}

type credential struct{ setup login.Setup }

// Silent implements login.Credential.
func (c credential) Silent(ctx context.Context, _ login.Session) (login.Grant, error) {
	p := find(c.setup.Machine.Env)
	req, err := p.request(ctx, c.setup)
	if err != nil {
		return login.Grant{}, err
	}
	status, body, err := login.Ask(c.setup.Machine.Near, req, p.name)
	if err == nil && status == http.StatusUnauthorized && p.challenge {
		status, body, err = c.answer(ctx, p, req)
	}
	if err != nil {
		return login.Grant{}, fault.Hint(err, "login method managedidentity works on Azure's machines only: use another one here (--login)")
	}
	if status != http.StatusOK {
		return login.Grant{}, refusal(p.name, status, body)
	}
	return grant(body, c.setup.Now())
}

// grant reads an answer. Some services write numbers as texts.
func grant(body []byte, now time.Time) (login.Grant, error) {
	var in struct {
		Access    string          `json:"access_token"`
		ExpiresOn json.RawMessage `json:"expires_on"`
		ExpiresIn json.RawMessage `json:"expires_in"`
	}
	if json.Unmarshal(body, &in) != nil || in.Access == "" {
		return login.Grant{}, fault.New(fault.Config, "the managed identity's service answered without a token")
	}
	expires := now.Add(time.Duration(number(in.ExpiresIn)) * time.Second)
	if n := number(in.ExpiresOn); n > 0 {
		expires = time.Unix(n, 0)
	}
	return login.Grant{Token: token.Token{Access: safetext.Secret(in.Access), Expires: expires}}, nil
}

func number(raw json.RawMessage) int64 {
	text := string(raw)
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// refusal tells what the service says, in its two shapes.
func refusal(name string, status int, body []byte) error {
	var in struct {
		Code        string `json:"error"`
		Description string `json:"error_description"`
		Message     string `json:"message"`
	}
	_ = json.Unmarshal(body, &in) // else the status has to do
	text := safetext.Clean(in.Description + " " + in.Message)
	const longest = 300
	if r := []rune(text); len(r) > longest {
		text = string(r[:longest]) + "…"
	}
	if text == "" {
		text = http.StatusText(status)
	}
	f := fault.New(fault.Config, fmt.Sprintf("%s answered %d: %s", name, status, text))
	switch {
	case status == http.StatusTooManyRequests:
		f.Kind = fault.Throttled
	case status >= http.StatusInternalServerError || status == http.StatusGone:
		f.Kind = fault.Network
	case status == http.StatusBadRequest || status == http.StatusNotFound:
		f.Hints = []string{"the machine has no such identity: assign one, or name one of several with --client-id ID or --identity-resource-id ID"}
	}
	return f
}
