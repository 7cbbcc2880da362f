package managedidentity

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
)

// place is one kind of Azure machine and how it is asked.
type place struct {
	name      string
	needs     []string // variables that tell this place
	address   string   // empty: the first of needs holds it
	version   string
	header    string // its value is the second of needs, or the text after "="
	resource  string // name of the parameter with a resource id
	challenge bool   // proves that we may read a file of the machine
	post      bool
}

// places in the order in which they are recognised; the last needs nothing.
// learn.microsoft.com/entra/identity/managed-identities-azure-resources
var places = []place{
	{name: "the managed identity of Azure Arc", needs: []string{"IDENTITY_ENDPOINT", "IMDS_ENDPOINT"}, version: "2020-06-01",
		header: "Metadata=true", challenge: true},
	{name: "the managed identity of App Service", needs: []string{"IDENTITY_ENDPOINT", "IDENTITY_HEADER"}, version: "2019-08-01",
		header: "X-IDENTITY-HEADER", resource: "mi_res_id"},
	{name: "the managed identity of Cloud Shell", needs: []string{"MSI_ENDPOINT"}, header: "Metadata=true", post: true},
	{name: "the instance metadata service", address: "http://169.254.169.254/metadata/identity/oauth2/token", version: "2018-02-01",
		header: "Metadata=true", resource: "msi_res_id"},
}

func find(getenv func(string) string) place {
	for _, p := range places {
		all := true
		for _, name := range p.needs {
			all = all && getenv(name) != ""
		}
		if all {
			return p
		}
	}
	return places[len(places)-1]
}

func (p place) request(ctx context.Context, s login.Setup) (*http.Request, error) {
	address := p.address
	if address == "" {
		address = s.Machine.Env(p.needs[0])
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fault.Newf(fault.Config, "%s: %s is no address", p.name, p.needs[0])
	}
	q := u.Query()
	q.Set("resource", s.Request.Audience())
	if p.version != "" {
		q.Set("api-version", p.version)
	}
	if err := p.pick(q, s); err != nil {
		return nil, err
	}
	method, body := http.MethodGet, ""
	if p.post {
		method, body = http.MethodPost, q.Encode()
	} else {
		u.RawQuery = q.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), strings.NewReader(body))
	if err != nil {
		return nil, fault.Newf(fault.Config, "%s: %s is no address", p.name, p.needs[0])
	}
	name, value, fixed := strings.Cut(p.header, "=")
	if !fixed {
		value = s.Machine.Env(p.needs[1])
	}
	req.Header.Set(name, value)
	if p.post {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req, nil
}

// pick names one of several identities, where the place has several.
func (p place) pick(q url.Values, s login.Setup) error {
	id, resource := string(s.Request.Client), s.Request.Params.Get("identity-resource-id")
	switch {
	case id == "" && resource == "":
		return nil
	case p.resource == "":
		return fault.New(fault.Usage, p.name+" is one identity: leave --client-id and --identity-resource-id out",
			"--client-id may come from AZURE_CLIENT_ID: --disable-environment-override ignores it")
	case id != "":
		q.Set("client_id", id)
	default:
		q.Set(p.resource, resource)
	}
	return nil
}

// arcFolders hold the files that Azure Arc's agent challenges with.
var arcFolders = map[string]string{"linux": "/var/opt/azcmagent/tokens", "windows": `C:\ProgramData\AzureConnectedMachineAgent\Tokens`}

// answer reads the file that the agent names, where only members of its group
// can, and asks again. Any other file stays where it is.
func (c credential) answer(ctx context.Context, p place, first *http.Request) (int, []byte, error) {
	resp, err := c.setup.Machine.Near.RoundTrip(first.Clone(ctx))
	if err != nil {
		return 0, nil, fault.New(fault.Network, "cannot reach "+p.name)
	}
	_ = resp.Body.Close()
	_, file, ok := strings.Cut(resp.Header.Get("WWW-Authenticate"), "Basic realm=")
	if folder := arcFolders[runtime.GOOS]; !ok || folder == "" || filepath.Dir(filepath.Clean(file)) != folder || filepath.Ext(file) != ".key" {
		return 0, nil, fault.New(fault.Config, p.name+" asks for a file that is not its own")
	}
	info, err := os.Lstat(file)
	const mostKey = 4096 // bytes, as the agent writes
	if err != nil || !info.Mode().IsRegular() || info.Size() > mostKey {
		return 0, nil, fault.New(fault.Config, p.name+": its key file cannot be read", "add this user to the group himds")
	}
	key, err := os.ReadFile(file)
	if err != nil {
		return 0, nil, fault.New(fault.Config, p.name+": its key file cannot be read", "add this user to the group himds")
	}
	again := first.Clone(ctx)
	again.Header.Set("Authorization", "Basic "+string(key))
	return login.Ask(c.setup.Machine.Near, again, p.name)
}
