// Package azd takes tokens from the sign-in that the Azure Developer CLI (azd)
// keeps. It signs nobody in.
package azd

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// Method is the record of this login method.
func Method() login.Method {
	return login.Method{
		Name:  "azd",
		Title: "the account that azd auth login signed in",
		New: func(s login.Setup) (login.Credential, error) {
			if s.Machine.Run == nil {
				return nil, fault.New(fault.Config, "no program can be started here")
			}
			return credential{s}, nil
		},
	}
}

type credential struct{ setup login.Setup }

// Silent implements login.Credential.
func (c credential) Silent(ctx context.Context, _ login.Session) (login.Grant, error) {
	r := c.setup.Request
	if !r.Cloud.BuiltIn() {
		return login.Grant{}, fault.New(fault.Config, "azd knows Microsoft's own clouds only", "use another login method (--login)")
	}
	args := []string{"auth", "token", "--output", "json", "--no-prompt", "--scope", r.Scope}
	if r.Tenant != login.Organizations {
		args = append(args, "--tenant-id", r.Tenant)
	}
	out, err := c.setup.Machine.Run(ctx, "azd", args...)
	if err != nil {
		return login.Grant{}, explain(err, r)
	}
	var in struct {
		Access  string    `json:"token"`
		Expires time.Time `json:"expiresOn"`
	}
	if json.Unmarshal(out, &in) != nil || in.Access == "" {
		return login.Grant{}, fault.New(fault.Config, "azd did not print a token")
	}
	return login.Grant{Token: token.Token{Access: safetext.Secret(in.Access), Expires: in.Expires}}, nil
}

func explain(err error, r token.Request) error {
	failed, why := login.NoAnswer(err, "azd", "the Azure Developer CLI (azd)")
	if why != nil {
		return why
	}
	return fault.New(fault.SignIn, "azd gives no token: "+lastWords(failed.Stderr), "azd auth login --tenant-id "+r.Tenant)
}

// lastWords is azd's own reason. With --output json it writes its messages as
// JSON, one on a line.
func lastWords(stderr string) string {
	text := ""
	for _, line := range strings.Split(stderr, "\n") {
		var event struct {
			Data struct {
				Message string `json:"message"`
			} `json:"data"`
		}
		if json.Unmarshal([]byte(line), &event) == nil && event.Data.Message != "" {
			line = event.Data.Message
		}
		if line = safetext.Clean(line); line != "" && !strings.HasPrefix(line, "{") && !strings.HasPrefix(line, "Suggestion") {
			text = strings.TrimPrefix(line, "ERROR: ")
		}
	}
	const longest = 300
	if r := []rune(text); len(r) > longest {
		text = string(r[:longest]) + "…"
	}
	return text
}
