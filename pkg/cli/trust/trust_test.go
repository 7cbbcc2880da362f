package trust

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

const header = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n"

func TestTrust(t *testing.T) {
	for name, tc := range map[string]struct{ before, args, after, says string }{
		"no file":      {"", "", "", "Nothing to do"},
		"no policy":    {header + "aliases: [] # none\n", "", header + "aliases: [] # none\n", "Nothing to do"},
		"deny all":     {header + "credentialPluginPolicy: DenyAll # advised\n", "", header + "credentialPluginPolicy: Allowlist # advised\ncredentialPluginAllowlist:\n- name: kubectl-aad\n- name: /opt/kubectl-aad\n", "may now run kubectl-aad, /opt/kubectl-aad"},
		"a list":       {header + "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- command: aws\n- {name: kubectl-aad}\n", "", header + "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- name: aws\n- name: kubectl-aad\n- name: /opt/kubectl-aad\n", "/opt/kubectl-aad"},
		"allowed":      {header + "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: kubectl-aad}, {name: /opt/kubectl-aad}]\n", "", header + "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: kubectl-aad}, {name: /opt/kubectl-aad}]\n", "Nothing to do"},
		"dry run":      {header + "credentialPluginPolicy: DenyAll\n", "--dry-run", header + "credentialPluginPolicy: DenyAll\n", "Would allow"},
		"restrict":     {"", "--restrict", header + "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- name: kubectl-aad\n- name: /opt/kubectl-aad\n- name: aws\n", "may now run"},
		"strange":      {header + "credentialPluginPolicy: Sometimes\n", "", header + "credentialPluginPolicy: Sometimes\n", "error"},
		"not a kuberc": {"a: b\n", "", "a: b\n", "error"},
	} {
		dir := t.TempDir()
		config := filepath.Join(dir, "config")
		if err := os.WriteFile(config, []byte(`{"contexts":[{"name":"a","context":{"user":"a"}},{"name":"b","context":{"user":"b"}}],
"users":[{"name":"a","user":{"exec":{"command":"/opt/kubectl-aad","apiVersion":"v1"}}},{"name":"b","user":{"exec":{"command":"aws"}}}]}`), 0o600); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, ".kube", "kuberc")
		if tc.before != "" {
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(tc.before), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var out bytes.Buffer
		cmd := New(&factory.Factory{Streams: factory.Streams{Out: &out}, Getenv: func(k string) string { return map[string]string{"HOME": dir}[k] }})
		cmd.SetArgs(append(strings.Fields(tc.args), "--kubeconfig", config))
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		err := cmd.Execute()
		if (err != nil) != (tc.says == "error") || err == nil && !strings.Contains(out.String(), tc.says) || err != nil && fault.KindOf(err) != fault.Config {
			t.Errorf("%s: %v, %q", name, err, out.String())
		}
		if after, _ := os.ReadFile(path); string(after) != tc.after {
			t.Errorf("%s: %s", name, after)
		}
	}
}
