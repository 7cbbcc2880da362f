package status

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/gettoken"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

// report is what -o json and -o yaml write.
type report struct {
	Cache    string    `json:"cache"`
	Store    store     `json:"store"`
	Accounts []account `json:"accounts"`
	Contexts []context `json:"contexts"`
}

type store struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// account is a sign-in for one tenant and client.
type account struct {
	Account    string         `json:"account"`
	Tenant     string         `json:"tenant"`
	Client     entra.ClientID `json:"clientId"`
	Authority  string         `json:"authority"`
	Default    bool           `json:"default"` // meant where a kubeconfig names none
	SignIn     string         `json:"signIn"`  // saved, none, locked, unreadable
	Tokens     int            `json:"validTokens"`
	ValidUntil *time.Time     `json:"validUntil,omitempty"` // of the token that lives longest
}

// context is a context of the kubeconfig that signs in with this program.
type context struct {
	Context    string          `json:"context"`
	Current    bool            `json:"current"`
	Account    string          `json:"account"`
	Tenant     string          `json:"tenant"`
	Method     string          `json:"method"`
	Server     string          `json:"serverId"`
	State      string          `json:"state"` // token, refresh, sign-in, or what is wrong
	ValidUntil *time.Time      `json:"validUntil,omitempty"`
	Settings   []token.Setting `json:"settings"`
}

// accounts lists what the broker's cache knows.
func accounts(b *login.Broker) []account {
	list := []account{}
	b.Dir.EveryAccount(func(_ string, a tokencache.Accounts) {
		for _, k := range a.Known {
			row := account{Account: k.Username, Tenant: a.Tenant, Client: a.Client, Authority: a.Authority,
				Default: a.Pinned == k.Home, SignIn: saved(b.Vault, k.Session)}
			b.Dir.EveryToken(func(_ string, e tokencache.Entry) {
				if e.Home == k.Home && e.Session == k.Session && e.Expires.After(b.Now()) && ofTenant(e, a.Tenant) {
					row.Tokens++
					row.ValidUntil = later(row.ValidUntil, e.Expires)
				}
			})
			list = append(list, row)
		}
	})
	slices.SortFunc(list, func(a, b account) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Tenant, b.Tenant), strings.Compare(string(a.Client), string(b.Client)))
	})
	return list
}

// ofTenant counts a token that cannot be read for every tenant of its sign-in.
func ofTenant(e tokencache.Entry, tenant string) bool {
	claims, err := entra.ParseClaims(e.Access.Reveal())
	return err != nil || strings.EqualFold(string(claims.Tenant), tenant) || !entra.IsGUID(tenant)
}

func later(have *time.Time, t time.Time) *time.Time {
	if t = t.UTC(); have == nil || t.After(*have) {
		return &t
	}
	return have
}

func saved(v vault.Vault, session string) string {
	_, err := v.Get(session)
	switch {
	case err == nil:
		return "saved"
	case session == "" || errors.Is(err, tokencache.ErrMiss):
		return "none"
	case errors.Is(err, vault.ErrNoKey):
		return "locked"
	}
	return "unreadable"
}

// context1 looks one context up, as get-token would find it.
func (c *command) context1(at gettoken.Context) context {
	row := context{Context: at.Context, Current: at.Current}
	b, req, err := at.Broker(c.Factory, c.methods, false)
	if err != nil {
		row.State = err.Error()
		return row
	}
	row.Settings, _ = at.Settings()
	row.Tenant, row.Method, row.Server, row.State = req.Tenant, req.Method, req.Audience(), "sign-in needed"
	row.Account = req.Account
	if !req.ForPerson() {
		row.Account, row.State = "application "+string(req.Client), "no token yet"
	}
	p, err := b.Dir.Find(req)
	if err != nil {
		return row
	}
	if p.Account.Username != "" {
		row.Account = p.Account.Username
		if saved(b.Vault, p.Account.Session) == "saved" {
			row.State = "signed in"
		}
	}
	if e, err := b.Dir.Lookup(p); err == nil && e.Expires.After(b.Now()) {
		row.State, row.ValidUntil = "token", later(nil, e.Expires)
	}
	return row
}
