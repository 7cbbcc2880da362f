// Package trust is `kubectl aad trust`: kubectl 1.35 and later can forbid
// credential plugins (kuberc's credentialPluginPolicy), and this puts
// kubectl-aad on the list of those that may run. It never takes one off.
package trust

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/gettoken"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig/edit"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

type command struct {
	*factory.Factory

	kuberc, kubeconfig string
	restrict, dryRun   bool
}

// New returns the command.
func New(f *factory.Factory) *cobra.Command {
	c := &command{Factory: f}
	cmd := &cobra.Command{
		Use:   "trust",
		Short: "Let kubectl's credential plugin policy run kubectl-aad",
		Long: `kubectl 1.35 and later obey a policy in kuberc: run every credential plugin (the
default), none (DenyAll, which kubectl's own suggestions contain), or those of a
list. Under DenyAll and Allowlist, put kubectl-aad on the list; without a policy
there is nothing to do, unless --restrict asks for a list with kubectl-aad and
the plugins that the kubeconfig names today.

The policy binds kubectl. Helm, k9s and other programs do not read it.`,
		Example: `  kubectl aad trust
  kubectl aad trust --restrict --dry-run`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return c.run() },
	}
	flags := cmd.Flags()
	flags.StringVar(&c.kuberc, "kuberc", "", "`FILE` of kubectl's preferences (default: $KUBERC, else ~/.kube/kuberc)")
	flags.StringVar(&c.kubeconfig, "kubeconfig", "", "`FILE` whose plugins are meant (default: as kubectl)")
	flags.BoolVar(&c.restrict, "restrict", false, "forbid all plugins that the kubeconfig does not name")
	flags.BoolVar(&c.dryRun, "dry-run", false, "say what would be written, and write nothing")
	return cmd
}

// The keys of kuberc. "name" is understood by every kubectl that knows the
// list; from 1.36 on "command" is another word for it.
const (
	policyKey = "credentialPluginPolicy"
	listKey   = "credentialPluginAllowlist"
	entryKey  = "name"
	fresh     = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n"
)

func (c *command) run() error {
	path, err := c.path()
	if err != nil || path == "" {
		return err
	}
	data, err := os.ReadFile(path)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return fault.Wrap(fault.Config, "read kuberc", err)
	}
	if missing {
		data = []byte(fresh)
	}
	after, added, err := c.edited(data)
	if err != nil {
		return fault.Hint(fault.Wrap(fault.Config, "change "+path, err),
			"kubectl kuberc set --section credentialplugin --policy Allowlist --allowlist-entry command=kubectl-aad")
	}
	switch {
	case len(added) == 0:
		_, err = fmt.Fprintf(c.Out, "Nothing to do: %s lets kubectl run kubectl-aad.\n", path)
		return err
	case c.dryRun:
		_, err = fmt.Fprintf(c.Out, "Would allow %s in %s.\n", strings.Join(added, ", "), path)
		return err
	}
	if missing {
		if err := create(path); err != nil {
			return fault.Wrap(fault.Failure, "write kuberc", err)
		}
	}
	err = kubeconfig.Update(path, func(old []byte) ([]byte, error) {
		after, _, err = c.edited(old)
		return after, err
	})
	if err == nil {
		_, err = fmt.Fprintf(c.Out, "kubectl may now run %s (%s).\n", strings.Join(added, ", "), path)
	}
	return err
}

// path returns kubectl's preferences; none when they are turned off.
func (c *command) path() (string, error) {
	env := c.Getenv("KUBERC")
	switch {
	case c.kuberc != "":
		return c.kuberc, nil
	case env == "off":
		_, err := fmt.Fprintln(c.Out, "Nothing to do: KUBERC=off turns kubectl's preferences off.")
		return "", err
	case env != "":
		return env, nil
	}
	home := c.Getenv("HOME")
	if home == "" {
		home = c.Getenv("USERPROFILE")
	}
	if home == "" {
		return "", fault.New(fault.Usage, "no home directory: name the file with --kuberc")
	}
	return filepath.Join(home, ".kube", "kuberc"), nil
}

func create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(fresh)
	return errors.Join(err, f.Close())
}

// edited returns the preferences with our plugin allowed, and what was added.
func (c *command) edited(data []byte) (after []byte, added []string, err error) {
	f, err := edit.Parse(data)
	if err != nil {
		return nil, nil, err
	}
	policy, _ := f.Top(policyKey).(string)
	if version, _ := f.Top("apiVersion").(string); !strings.HasPrefix(version, "kubectl.config.k8s.io/") {
		return nil, nil, fmt.Errorf("apiVersion %q is not one of kubectl's preferences", safetext.Clean(version))
	}
	plugins, err := c.plugins(c.restrict && (policy == "" || policy == "AllowAll"))
	if err != nil {
		return nil, nil, err
	}
	var list []string
	switch policy {
	case "", "AllowAll":
		if !c.restrict {
			return data, nil, nil
		}
	case "Allowlist":
		list = listed(f.Top(listKey))
	case "DenyAll":
	default:
		return nil, nil, fmt.Errorf("%s %q is not known", policyKey, safetext.Clean(policy))
	}
	for _, p := range plugins {
		if !slices.Contains(list, p) {
			added = append(added, p)
		}
	}
	if len(added) == 0 {
		return data, nil, nil
	}
	if policy != "Allowlist" {
		err = f.SetTop(policyKey, "Allowlist")
	}
	if err == nil {
		err = f.SetTopList(listKey, entryKey, append(list, added...))
	}
	return f.Bytes(), added, err
}

// plugins are ours as the kubeconfig spells them, or all that it names.
func (c *command) plugins(all bool) ([]string, error) {
	plugins := []string{"kubectl-aad"}
	entries, _, err := kubeconfig.Load(c.kubeconfig, c.Getenv("KUBECONFIG"))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.Exec == nil || e.Exec.Command == "" || !all && !gettoken.Ours(e.Exec) {
			continue
		}
		if command := filepath.Clean(e.Exec.Command); !slices.Contains(plugins, command) {
			plugins = append(plugins, command)
		}
	}
	return plugins, nil
}

// listed are the plugins of an allow list, in either spelling.
func listed(v any) []string {
	items, _ := v.([]any)
	var list []string
	for _, item := range items {
		m, _ := item.(map[string]any)
		for _, key := range []string{entryKey, "command"} {
			if s, ok := m[key].(string); ok && !slices.Contains(list, s) {
				list = append(list, s)
			}
		}
	}
	return list
}
