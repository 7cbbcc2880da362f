package gettoken

import (
	"net/http"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/caller"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

// Options say how a broker works.
type Options struct {
	CacheDir string        // --cache-dir; empty: the usual place
	Store    string        // --token-store; empty: auto
	Timeout  time.Duration // for one answer; 0 is 10 s
	MayAsk   bool
	ByClient bool // client-go started us
	Verbose  bool
}

// requestTimeout is short: kubectl waits, and so does its user.
const requestTimeout = 10 * time.Second

// NewBroker returns a broker on the user's cache.
func NewBroker(f *factory.Factory, methods login.Registry, o Options) (*login.Broker, error) {
	dir, keys, store, err := o.store(f.Getenv)
	if err != nil {
		return nil, err
	}
	machine, err := login.ThisMachine(f.Getenv, o.Timeout)
	if err != nil {
		return nil, fault.Wrap(fault.Config, "", err)
	}
	if o.Timeout == 0 {
		o.Timeout = requestTimeout
	}
	b := &login.Broker{
		Dir:     dir,
		Vault:   vault.Vault{Dir: dir, Keys: keys, Now: f.Now},
		Store:   store,
		Methods: methods,
		Transport: func(c entra.Cloud) (http.RoundTripper, error) {
			return httpx.NewTransport(httpx.Options{CAFile: c.CAFile, Timeout: o.Timeout, Retry: httpx.Quick()})
		},
		Now:    f.Now,
		Err:    f.Err,
		MayAsk: o.MayAsk, Verbose: o.Verbose,
		Caller: caller.Parent(), ByClient: o.ByClient, Machine: machine,
	}
	return b, nil
}

// managementRequest is what Graph and ARM are asked as. Its scope is open.
func managementRequest(f *factory.Factory) (token.Request, error) {
	cloud, err := f.Cloud()
	if err != nil {
		return token.Request{}, err
	}
	m := f.Management
	req := token.Request{Cloud: cloud, Tenant: login.Organizations, Client: entra.AzureCLI, Account: m.Account, Params: token.Params{}}
	if m.TenantID != "" {
		if req.Tenant, err = token.CleanTenant(m.TenantID); err != nil {
			return token.Request{}, fault.Wrap(fault.Usage, "", err)
		}
	}
	if m.ClientID != "" {
		if !entra.IsGUID(m.ClientID) {
			return token.Request{}, fault.Newf(fault.Usage, "--client-id %q is not an application id (a GUID)", m.ClientID)
		}
		req.Client = entra.ClientID(m.ClientID)
	}
	if req.Method, err = token.FindMethod(m.Login); err != nil {
		return token.Request{}, fault.Wrap(fault.Usage, "", err)
	}
	if m.ClientSecretFile != "" {
		req.Params["client-secret-file"] = safetext.Secret(m.ClientSecretFile)
		if req.Method == token.Auto {
			req.Method = "clientsecret"
		}
	}
	if !req.ForPerson() && !req.Borrows() && req.Tenant == login.Organizations {
		return token.Request{}, fault.New(fault.Usage, "login method "+req.Method+" needs --tenant-id")
	}
	req, err = req.Complete(f.Getenv, m.ClientID != "")
	return req, fault.Wrap(fault.Usage, "", err)
}
