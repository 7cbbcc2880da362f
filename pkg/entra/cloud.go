package entra

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Cloud is one deployment of Microsoft's services: where tokens are issued and
// where the directory and the resource manager answer. URLs carry no trailing
// slash.
type Cloud struct {
	Name        string
	Login       string // authority host, "https://login.microsoftonline.com"
	Graph       string // "https://graph.microsoft.com"
	ARM         string // "https://management.azure.com"
	ARMAudience string // audience of ARM's tokens, "https://management.core.windows.net"
	CAFile      string // absolute path of a PEM file; empty: the system's roots
	File        string // absolute path of the cloud file; empty: built in
}

// clouds are the built-in ones, with the names that kubelogin, go-autorest and
// Azure CLI use for them.
var clouds = []struct {
	Cloud
	aliases  []string
	graphDoD string // the US Department of Defense has a Graph of its own
}{
	{Cloud{Name: "public", Login: "https://login.microsoftonline.com", Graph: "https://graph.microsoft.com",
		ARM: "https://management.azure.com", ARMAudience: "https://management.core.windows.net"},
		[]string{"AzurePublicCloud", "AzureCloud"}, ""},
	{Cloud{Name: "usgov", Login: "https://login.microsoftonline.us", Graph: "https://graph.microsoft.us",
		ARM: "https://management.usgovcloudapi.net", ARMAudience: "https://management.core.usgovcloudapi.net"},
		[]string{"AzureUSGovernmentCloud", "AzureUSGovernment"}, "https://dod-graph.microsoft.us"},
	{Cloud{Name: "china", Login: "https://login.partner.microsoftonline.cn", Graph: "https://microsoftgraph.chinacloudapi.cn",
		ARM: "https://management.chinacloudapi.cn", ARMAudience: "https://management.core.chinacloudapi.cn"},
		[]string{"AzureChinaCloud"}, ""},
}

// CloudNames lists the built-in clouds.
func CloudNames() []string {
	names := make([]string, len(clouds))
	for i, c := range clouds {
		names[i] = c.Name
	}
	return names
}

// FindCloud returns the cloud of a built-in name (any case; empty is public) or
// of a cloud file. A word that is neither is an error that lists the known
// names: it never means public.
func FindCloud(nameOrFile string) (Cloud, error) {
	if nameOrFile == "" {
		return clouds[0].Cloud, nil
	}
	for _, c := range clouds {
		if strings.EqualFold(c.Name, nameOrFile) || slices.ContainsFunc(c.aliases, func(a string) bool {
			return strings.EqualFold(a, nameOrFile)
		}) {
			return c.Cloud, nil
		}
	}
	if !strings.ContainsAny(nameOrFile, `/\.`) {
		return Cloud{}, fmt.Errorf("unknown cloud %q: known are %s, or the path of a cloud file",
			nameOrFile, strings.Join(CloudNames(), ", "))
	}
	return readCloud(nameOrFile)
}

// cloudFile has the field names of the Azure Stack environment file, and caFile.
type cloudFile struct {
	Name                    string `json:"name"`
	ActiveDirectoryEndpoint string `json:"activeDirectoryEndpoint"`
	MicrosoftGraphEndpoint  string `json:"microsoftGraphEndpoint"`
	ResourceManagerEndpoint string `json:"resourceManagerEndpoint"`
	TokenAudience           string `json:"tokenAudience"`
	CAFile                  string `json:"caFile"`
}

func readCloud(path string) (Cloud, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return Cloud{}, fmt.Errorf("cloud file %q: %w", path, err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Cloud{}, fmt.Errorf("cloud file: %w", err)
	}
	var f cloudFile
	if err := json.Unmarshal(data, &f); err != nil {
		return Cloud{}, fmt.Errorf("cloud file %q is not valid JSON: %w", path, err)
	}
	c := Cloud{Name: f.Name, File: path, ARMAudience: strings.TrimRight(f.TokenAudience, "/")}
	for _, e := range []struct {
		field, value string
		to           *string
		required     bool
	}{
		{"activeDirectoryEndpoint", f.ActiveDirectoryEndpoint, &c.Login, true},
		{"microsoftGraphEndpoint", f.MicrosoftGraphEndpoint, &c.Graph, false},
		{"resourceManagerEndpoint", f.ResourceManagerEndpoint, &c.ARM, false},
	} {
		if *e.to, err = endpoint(e.value); err != nil || e.required && *e.to == "" {
			return Cloud{}, fmt.Errorf("cloud file %q: %s must be an https URL, not %q", path, e.field, e.value)
		}
	}
	if err := c.unmixed(); err != nil {
		return Cloud{}, fmt.Errorf("cloud file %q: %w", path, err)
	}
	if f.CAFile != "" {
		c.CAFile = f.CAFile
		if !filepath.IsAbs(c.CAFile) {
			c.CAFile = filepath.Join(filepath.Dir(path), c.CAFile)
		}
	}
	return c, nil
}

// unmixed refuses a cloud that sends the tokens of a built-in authority to
// services that are not that cloud's: ARM's audience says nothing of the host
// that gets the token.
func (c Cloud) unmixed() error {
	for _, known := range clouds {
		if !strings.EqualFold(c.Login, known.Login) {
			continue
		}
		for _, e := range []struct {
			field, value string
			own          []string
		}{
			{"microsoftGraphEndpoint", c.Graph, []string{"", known.Graph, known.graphDoD}},
			{"resourceManagerEndpoint", c.ARM, []string{"", known.ARM}},
		} {
			if !slices.Contains(e.own, strings.ToLower(e.value)) {
				return fmt.Errorf("%s %q does not belong to activeDirectoryEndpoint %q", e.field, e.value, c.Login)
			}
		}
	}
	return nil
}

func endpoint(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil {
		return "", err
	}
	if u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("not an https URL")
	}
	return strings.TrimRight(s, "/"), nil
}

// CAHash returns the SHA-256 of the cloud's CA file in hex, or "" without one.
// It is part of every cache key: another CA may be another issuer.
func (c Cloud) CAHash() (string, error) {
	if c.CAFile == "" {
		return "", nil
	}
	data, err := os.ReadFile(c.CAFile)
	if err != nil {
		return "", fmt.Errorf("CA file of cloud %q: %w", c.Name, err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// Authority returns the URL that issues tokens for a tenant (a GUID or domain).
func (c Cloud) Authority(tenant string) string { return c.Login + "/" + tenant }

// BuiltIn reports whether the cloud is one of Microsoft's that this program
// knows by itself.
func (c Cloud) BuiltIn() bool { return c.File == "" }

// Argument returns what to pass as --cloud to mean this cloud again: the file's
// path, a name, or "" for public.
func (c Cloud) Argument() string {
	switch {
	case c.File != "":
		return c.File
	case c.Name == clouds[0].Name:
		return ""
	default:
		return c.Name
	}
}
