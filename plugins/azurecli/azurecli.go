// Package azurecli takes tokens from the sign-in that Azure CLI (az) keeps. It
// signs nobody in, and reads no token of az from disk.
package azurecli

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// Method is the record of this login method.
func Method() login.Method {
	return login.Method{
		Name:   "azurecli",
		Title:  "the account that az login signed in",
		Params: []string{"subscription"},
		Probe:  signedIn,
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
	s := c.setup
	if err := sameCloud(s); err != nil {
		return login.Grant{}, err
	}
	args, err := c.args()
	if err != nil {
		return login.Grant{}, err
	}
	out, err := s.Machine.Run(ctx, "az", args...)
	if err != nil {
		return login.Grant{}, explain(err, s.Request)
	}
	g, err := parse(out)
	if err != nil {
		return login.Grant{}, err
	}
	return g, sameAccount(g, s.Request)
}

// args are fixed words and three values of a harmless alphabet: on Windows az
// is a batch file, whose arguments cmd.exe reads once more.
func (c credential) args() ([]string, error) {
	r := c.setup.Request
	args := []string{"account", "get-access-token", "--output", "json", "--scope", r.Scope}
	switch subscription := r.Params.Get("subscription"); {
	case subscription != "":
		args = append(args, "--subscription", subscription) // az takes no tenant beside it; the token's is checked
	case r.Tenant != login.Organizations:
		args = append(args, "--tenant", r.Tenant)
	}
	for _, a := range args {
		if !harmless(a) {
			return nil, fault.Newf(fault.Usage, "%q cannot be handed to az", a)
		}
	}
	return args, nil
}

func harmless(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/", r)
	})
}

// parse reads what az prints. Older ones have only a local time, in expiresOn.
func parse(out []byte) (login.Grant, error) {
	var in struct {
		Access  string `json:"accessToken"`
		Epoch   int64  `json:"expires_on"`
		Written string `json:"expiresOn"`
	}
	if json.Unmarshal(out, &in) != nil || in.Access == "" {
		return login.Grant{}, fault.New(fault.Config, "az did not print a token", "az version: 2.54 or newer is known to work")
	}
	expires := time.Unix(in.Epoch, 0)
	if in.Epoch == 0 {
		local, err := time.ParseInLocation("2006-01-02 15:04:05.999999", in.Written, time.Local)
		if err != nil {
			return login.Grant{}, fault.New(fault.Config, "az did not print when its token ends")
		}
		expires = local
	}
	return login.Grant{Token: token.Token{Access: safetext.Secret(in.Access), Expires: expires}}, nil
}

// sameAccount refuses another person than --account names.
func sameAccount(g login.Grant, r token.Request) error {
	claims, err := entra.ParseClaims(g.Access.Reveal())
	if r.Account == "" || err != nil || strings.EqualFold(r.Account, claims.Username()) || strings.EqualFold(r.Account, string(claims.Object)) {
		return nil
	}
	return fault.New(fault.SignIn, "az is signed in as "+safetext.Clean(claims.Username())+", not as the --account",
		"az login as that account, or leave --account out")
}

// explain makes a fault of az's failure; its own text ends on one line.
func explain(err error, r token.Request) error {
	command := "az login"
	if r.Tenant != login.Organizations {
		command += " --tenant " + r.Tenant
	}
	failed, why := login.NoAnswer(err, "az", "Azure CLI (az)")
	if why != nil {
		return why
	}
	text := lastWords(failed.Stderr)
	if strings.Contains(text, "AADSTS") { // explained as if Entra ID had told us
		if body, err := json.Marshal(map[string]string{"error": "invalid_grant", "error_description": text}); err == nil {
			return fault.Hint(fault.Wrap(fault.SignIn, "az", login.Refusal(http.StatusBadRequest, body)), command)
		}
	}
	return fault.New(fault.SignIn, "az gives no token: "+text, command+" --scope "+r.Scope)
}

// lastWords is the line in which az says what is wrong.
func lastWords(stderr string) string {
	text := ""
	for _, line := range strings.Split(stderr, "\n") {
		line = safetext.Clean(line)
		if rest, ok := strings.CutPrefix(line, "ERROR: "); ok {
			text = rest
			break
		}
		if line != "" && !strings.HasPrefix(line, "WARNING") {
			text = line
		}
	}
	const longest = 300
	if r := []rune(text); len(r) > longest {
		text = string(r[:longest]) + "…"
	}
	return text
}
