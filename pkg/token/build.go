package token

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// newRequest checks the settings and makes one spelling of each.
func newRequest(method string, v values, getenv func(string) string) (Request, error) {
	r := Request{Method: method, Account: strings.TrimSpace(v["account"]), Params: Params{}}
	var err error
	if r.Cloud, err = findCloud(v, getenv); err != nil {
		return Request{}, err
	}
	if r.Tenant, err = CleanTenant(v["tenant-id"]); err != nil {
		return Request{}, err
	}
	server := strings.TrimSuffix(strings.TrimSpace(v["server-id"]), defaultScope)
	if entra.IsGUID(server) {
		server = strings.ToLower(server)
	}
	if err := checkServer(server); err != nil {
		return Request{}, err
	}
	r.Scope = server + defaultScope
	if r.Client, err = cleanClient(method, v["client-id"], server); err != nil {
		return Request{}, err
	}
	for _, f := range flags {
		if value := v[f.Name]; f.param && value != "" && value != "false" {
			r.Params[f.Name] = safetext.Secret(value)
		}
	}
	if r.Params.Get("pop-claims") != "" && !r.Proves() {
		return Request{}, errors.New("--pop-claims are those of a proof of possession: add --pop-enabled, or leave them out")
	}
	return r.In(getenv), nil
}

func checkServer(id string) error {
	switch {
	case id == "":
		return errors.New("--server-id is required: the application id of the cluster's server app")
	case strings.ContainsFunc(id, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return fmt.Errorf("--server-id %q is not an application id or URI", id)
	}
	return nil
}

// CleanTenant returns a tenant's id or domain in lower case. Names that stand
// for any tenant are refused: a token of any tenant is no token for a cluster.
func CleanTenant(s string) (string, error) {
	t := strings.ToLower(strings.TrimSpace(s))
	switch t {
	case "":
		return "", errors.New("--tenant-id is required: the tenant's id or one of its domains")
	case "common", "organizations", "consumers":
		return "", fmt.Errorf("--tenant-id %q stands for any tenant: name the cluster's", s)
	}
	if entra.IsGUID(t) {
		return t, nil
	}
	bad := func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.-", r) }
	if strings.ContainsFunc(t, bad) || !strings.Contains(strings.Trim(t, "."), ".") || strings.Contains(t, "..") {
		return "", fmt.Errorf("--tenant-id %q is neither a tenant's id nor a domain", s)
	}
	return t, nil
}

func cleanClient(method, id, server string) (entra.ClientID, error) {
	id = strings.ToLower(strings.TrimSpace(id))
	use := methodOf(method).client
	switch {
	case use == clientIgnored:
		return "", nil
	case id == "" && use == clientPicks:
		return "", nil
	case id == "" && use == clientAsked && server == string(entra.AKSServer):
		return entra.AKSClient, nil
	case id == "" && use == clientAsked:
		return "", errors.New("--client-id is required: the application id of the client app")
	case id == "":
		return "", fmt.Errorf("--client-id is required: the application that login method %s signs in as", method)
	case !entra.IsGUID(id):
		return "", errors.New("--client-id is not an application id (a GUID)")
	}
	return entra.ClientID(id), nil
}

// findCloud returns the cloud. An authority alone chooses among the known
// clouds and never adds one.
func findCloud(v values, getenv func(string) string) (entra.Cloud, error) {
	name := cloudName(v["cloud"], getenv)
	cloud, err := entra.FindCloud(name)
	if err != nil {
		return entra.Cloud{}, err
	}
	authority := v["authority-host"]
	if authority == "" || sameAuthority(authority, cloud.Login) {
		return cloud, nil
	}
	if name == "" {
		for _, n := range entra.CloudNames() {
			if c, err := entra.FindCloud(n); err == nil && sameAuthority(authority, c.Login) {
				return c, nil
			}
		}
	}
	return entra.Cloud{}, fmt.Errorf("--authority-host %q is not the authority of cloud %q: a private cloud needs a cloud file (--cloud FILE)",
		authority, cloud.Name)
}

// Args returns the arguments that ask for the same token again, to be pasted
// or written to a kubeconfig. Secrets are left out.
func (r Request) Args() []string {
	args := []string{"get-token", "--server-id", r.Audience()}
	if r.Client != "" {
		args = append(args, "--client-id", string(r.Client))
	}
	args = append(args, "--tenant-id", r.Tenant)
	if c := r.Cloud.Argument(); c != "" {
		args = append(args, "--cloud", c)
	}
	if r.Method != Auto {
		args = append(args, "--login", r.Method)
	}
	if r.Account != "" {
		args = append(args, "--account", r.Account)
	}
	for _, f := range flags {
		switch value := r.Params.Get(f.Name); {
		case value == "" || f.secret():
		case f.Value == "":
			args = append(args, "--"+f.Name)
		default:
			args = append(args, "--"+f.Name, value)
		}
	}
	return args
}
