package azurecli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// subscription is one line of az's profile, which names no secret.
type subscription struct {
	Tenant  string `json:"tenantId"`
	Default bool   `json:"isDefault"`
	Cloud   string `json:"environmentName"`
	User    struct {
		Name string `json:"name"`
	} `json:"user"`
}

// signedIn reports whether az has somebody who fits: in the tenant, if that is
// known, with the account's name, if one is wanted, and in the same cloud.
func signedIn(s login.Setup) bool {
	dir := token.AzureCLIDir(s.Machine.Env)
	if s.Machine.Run == nil || dir == "" || sameCloud(s) != nil {
		return false
	}
	var profile struct {
		Subscriptions []subscription `json:"subscriptions"`
	}
	data := read(filepath.Join(dir, "azureProfile.json"))
	if json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &profile) != nil {
		return false
	}
	name := cloudName(dir)
	for _, sub := range profile.Subscriptions {
		fits := strings.EqualFold(sub.Cloud, name) || sub.Cloud == ""
		if s.Request.ResolvedTenant() {
			fits = fits && strings.EqualFold(sub.Tenant, s.Request.Tenant)
		}
		if s.Request.Account != "" {
			fits = fits && strings.EqualFold(sub.User.Name, s.Request.Account)
		}
		if fits {
			return true
		}
	}
	return false
}

// sameCloud refuses to ask az for a token while it is set to another cloud:
// that cloud would be asked, and not ours.
func sameCloud(s login.Setup) error {
	dir := token.AzureCLIDir(s.Machine.Env)
	name := cloudName(dir)
	if c, err := entra.FindCloud(name); err == nil && c.BuiltIn() {
		if c.Login == s.Request.Cloud.Login {
			return nil
		}
	} else if same(ini(filepath.Join(dir, "clouds.config"), name, "endpoint_active_directory"), s.Request.Cloud.Login) {
		return nil
	}
	return fault.New(fault.Config, "az is set to cloud "+safetext.Clean(name)+", which is not the cloud of this request",
		"az cloud list, az cloud set --name NAME, az login", "or use another login method (--login)")
}

func same(a, b string) bool {
	return a != "" && strings.EqualFold(strings.TrimRight(a, "/"), strings.TrimRight(b, "/"))
}

// cloudName is the cloud that az is set to.
func cloudName(dir string) string {
	if name := ini(filepath.Join(dir, "config"), "cloud", "name"); name != "" {
		return name
	}
	return "AzureCloud"
}

// ini returns one value of az's configuration files.
func ini(path, section, key string) string {
	in := false
	lines := bufio.NewScanner(bytes.NewReader(read(path)))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "[") {
			in = strings.EqualFold(strings.Trim(line, "[]"), section)
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if in && ok && strings.EqualFold(strings.TrimSpace(name), key) {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

const mostFile = 8 << 20 // bytes

func read(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, mostFile))
	if err != nil {
		return nil
	}
	return data
}
