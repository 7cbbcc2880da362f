package login

import (
	"context"
	"errors"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// ErrNoWay is the error of an Asker that cannot reach the person after all, for
// instance because no browser starts. Auto goes on with the next method.
var ErrNoWay = errors.New("no way to ask the person")

// CommandLine returns the command that asks for the same token again, to be
// pasted into a shell. For the management sign-in, which get-token cannot do,
// it is login, which has no flag for a redirect address.
func CommandLine(r token.Request) string {
	if r.Tenant == Organizations || ownAudience(r) {
		return "kubectl aad " + quote(manageArgs(r))
	}
	return "kubectl-aad " + quote(r.Args())
}

func manageArgs(r token.Request) []string {
	args := []string{"login", "--manage"}
	add := func(name, value, unsaid string) {
		if value != "" && value != unsaid {
			args = append(args, "--"+name, value)
		}
	}
	add("cloud", r.Cloud.Argument(), "")
	add("login", r.Method, token.Auto)
	add("tenant-id", r.Tenant, Organizations)
	add("client-id", string(r.Client), string(entra.AzureCLI))
	add("client-secret-file", r.Params.Get("client-secret-file"), "")
	add("account", r.Account, "")
	return args
}

// auto makes one method of those that ask a person: in the registry's order,
// those that work on this machine.
func (r Registry) auto() (Method, bool) {
	var asking Registry
	for _, m := range r {
		if m.Interactive {
			asking = append(asking, m)
		}
	}
	m := Method{Name: token.Auto, Title: "a browser where there is one, else a code", Interactive: true, Params: asking.shared()}
	m.New = func(s Setup) (Credential, error) {
		var ways []Asker
		for _, m := range asking {
			if m.Probe != nil && !m.Probe(s) {
				continue
			}
			c, err := m.New(s)
			if err != nil {
				return nil, err
			}
			if a, ok := c.(Asker); ok {
				ways = append(ways, a)
			}
		}
		if len(ways) == 0 {
			return nil, ErrNoWay
		}
		return chain(ways), nil
	}
	return m, len(asking) > 0
}

// shared are the flags that all of the methods read.
func (r Registry) shared() []string {
	var list []string
	for i, m := range r {
		if i == 0 {
			list = slices.Clone(m.Params)
		}
		list = slices.DeleteFunc(list, func(p string) bool { return !slices.Contains(m.Params, p) })
	}
	return list
}

// chain are ways to ask; each refreshes what any of them got.
type chain []Asker

// Silent implements Credential.
func (c chain) Silent(ctx context.Context, s Session) (Grant, error) { return c[0].Silent(ctx, s) }

// SignIn implements Asker: the first way that reaches the person decides.
func (c chain) SignIn(ctx context.Context, p Prompt) (g Grant, err error) {
	for _, way := range c {
		if g, err = way.SignIn(ctx, p); !errors.Is(err, ErrNoWay) {
			return g, err
		}
	}
	return g, err
}
