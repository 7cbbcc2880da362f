package token

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Request is what somebody wants a token for, and as whom.
type Request struct {
	Method  string // a method's own name; Auto for any that asks a person
	Cloud   entra.Cloud
	Tenant  string // GUID or domain, in lower case
	Client  entra.ClientID
	Scope   string // "<server id>/.default"
	Account string // user name, object id or home account; empty: the pinned one
	Params  Params
	// Confirm is the thumbprint of the key that the token must be bound to (RFC
	// 7638); empty for a token that whoever has it may use.
	Confirm string

	around around
}

// Params are the settings of login methods, by flag name. Any of them may be a
// secret, so none of them can be printed.
type Params map[string]safetext.Secret

// Get returns one setting in plain.
func (p Params) Get(name string) string { return p[name].Reveal() }

// defaultScope is the suffix that asks for whatever was consented.
const defaultScope = "/.default"

// Audience returns what the token is for: the server app's id or URI.
func (r Request) Audience() string { return strings.TrimSuffix(r.Scope, defaultScope) }

// ForPerson reports whether the token will stand for a person.
func (r Request) ForPerson() bool { return person(r.Method) }

// Proves reports whether the token goes out as a proof of possession.
func (r Request) Proves() bool { return r.Params.Get("pop-enabled") != "" }

// Borrows reports whether another program keeps the sign-in and knows its
// tenant.
func (r Request) Borrows() bool { return methodOf(r.Method).client == clientIgnored }

// ResolvedTenant reports whether Tenant is an id and not one of its names.
func (r Request) ResolvedTenant() bool { return entra.IsGUID(r.Tenant) }

// Secret returns the client secret, from the command line, the environment or
// the file of --client-secret-file; empty without one.
func (r Request) Secret() (safetext.Secret, error) {
	if s := r.Params["client-secret"]; s != "" {
		return s, nil
	}
	file := r.Params.Get("client-secret-file")
	if file == "" {
		return "", nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("client secret file: %w", err)
	}
	return safetext.Secret(strings.TrimRight(string(data), "\r\n")), nil
}

// Keys names what the cache holds for a request. A name tells nothing about
// tenant or person.
type Keys struct {
	req       Request
	authority string
	ca        string
}

// Keys reads the cloud's CA file: another CA may be another issuer, whatever
// the cloud calls itself.
func (r Request) Keys() (Keys, error) {
	ca, err := r.Cloud.CAHash()
	if err != nil {
		return Keys{}, err
	}
	return Keys{req: r, authority: strings.ToLower(r.Cloud.Login), ca: ca}, nil
}

// Tenant names the entry that remembers which id a domain stands for.
func (k Keys) Tenant() string {
	return digest("tenant/1", k.authority, k.ca, k.req.Tenant)
}

// Accounts names the list of accounts known to the authority, tenant and client.
func (k Keys) Accounts() string {
	return digest("accounts/1", k.authority, k.ca, k.req.Tenant, string(k.req.Client))
}

// Refresh names a home account's refresh token: it depends on neither tenant
// nor audience, so one sign-in serves many clusters.
func (k Keys) Refresh(home string) string {
	return digest("refresh/1", k.authority, k.ca, string(k.req.Client), home)
}

// Token names the access token of one home account (empty for what is not a
// person).
func (k Keys) Token(home string) string {
	method := ""
	if !k.req.ForPerson() {
		method = k.req.Method
	}
	parts := []string{"token/1", k.authority, k.ca, k.req.Tenant, string(k.req.Client), k.req.Audience(), home, method}
	if k.req.Confirm != "" {
		parts = append(parts, "cnf", k.req.Confirm)
	}
	return digest(append(parts, k.req.keyParams()...)...)
}

// Proof names the key that signs proofs of possession for one cluster's server
// app.
func (k Keys) Proof() string {
	return digest("proof/1", k.authority, k.ca, k.req.Tenant, string(k.req.Client), k.req.Audience())
}

// Lock names what only one process at a time may ask for: a person's sign-in
// whatever it is for, or one token of what is not a person.
func (k Keys) Lock() string {
	if k.req.ForPerson() {
		return digest("lock/1", k.Accounts(), strings.ToLower(k.req.Account))
	}
	return k.Token("")
}

// keyParams are the settings that change what the token says.
func (r Request) keyParams() []string {
	var parts []string
	for _, f := range flags {
		if v := r.Params.Get(f.Name); f.key && v != "" {
			parts = append(parts, f.Name, v)
		}
	}
	return slices.Clip(parts)
}

// digest hashes parts so that no two lists of parts make the same text.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s,", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}
