// Package kubeconfig is `kubectl aad kubeconfig`: one context with our exec
// entry, for a cluster in Azure or for any other. Setup writes its contexts
// with the same Writer. It never runs what a kubeconfig names.
package kubeconfig

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"reflect"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup/aks"
)

// Writer writes contexts for AKS clusters into one kubeconfig file.
type Writer struct {
	Path   string
	Cloud  entra.Cloud
	Tenant entra.TenantID // where neither the cluster nor Azure's kubeconfig names one
	Name   string         // of the context; empty: the cluster's name
	Login  string         // login method to write down; empty: none
}

var _ aks.Kubeconfig = Writer{}

// ContextName returns the name of the context that leads to c.
func (w Writer) ContextName(c aks.Context) string {
	name := w.Name
	if name == "" {
		name = c.Cluster.Name
	}
	if c.Admin {
		name += aks.AdminSuffix
	}
	return name
}

// Has reports whether the file holds the context just as Write would leave it.
// A context of that name that leads elsewhere is fault.Conflict, also before
// there is a cluster.
func (w Writer) Has(c aks.Context) (bool, error) {
	have, found, err := w.find(c)
	if err != nil {
		return false, err
	}
	if c.From == nil {
		if found {
			return false, w.taken(c, have, "")
		}
		return false, nil
	}
	want, err := w.entry(c)
	if err != nil {
		return false, err
	}
	if found {
		if err := w.taken(c, have, want.Server); err != nil {
			return false, err
		}
	}
	return found && same(have, want), nil
}

// Write writes the context; the one for people becomes the current one.
func (w Writer) Write(c aks.Context) error {
	if _, err := w.Has(c); err != nil {
		return err
	}
	e, err := w.entry(c)
	if err != nil {
		return err
	}
	return kubeconfig.Merge(w.Path, e, !c.Admin)
}

// Leads reports whether the file's context is one that Write made for c.
func (w Writer) Leads(c aks.Context) (bool, error) {
	have, found, err := w.find(c)
	if err != nil || !found {
		return false, err
	}
	from, err := current(c.From)
	return have.User == owner(c) && have.Server == from.Server, err
}

// Remove takes the context out of the file.
func (w Writer) Remove(c aks.Context) error {
	return kubeconfig.Remove(w.Path, w.ContextName(c))
}

// owner names the cluster and user entries that are ours. Azure CLI's have
// other names, so that neither program changes the other's by accident.
func owner(c aks.Context) string {
	name := c.Cluster.EntryName()
	if c.Admin {
		name += aks.AdminSuffix
	}
	return name
}

func (w Writer) find(c aks.Context) (kubeconfig.Entry, bool, error) {
	entries, err := Read(w.Path)
	for _, e := range entries {
		if e.Context == w.ContextName(c) {
			return e, true, err
		}
	}
	return kubeconfig.Entry{}, false, err
}

// taken refuses to repoint a context that leads to another cluster. One of
// ours for a cluster of that name may: the cluster was made anew.
func (w Writer) taken(c aks.Context, have kubeconfig.Entry, server string) error {
	if have.User == owner(c) || server != "" && have.Server == server {
		return nil
	}
	return fault.Hint(fault.Newf(fault.Conflict, "context %q in %s leads to another cluster, %s", have.Context, w.Path, have.Server),
		"choose a name for the new one: --context "+have.Context+"-2",
		"or remove the old one: kubectl config delete-context "+have.Context)
}

func same(have, want kubeconfig.Entry) bool {
	if (have.Exec == nil) != (want.Exec == nil) || have.HasToken || have.Insecure {
		return false
	}
	return have.User == want.User && have.Cluster == want.Cluster && have.Server == want.Server &&
		bytes.Equal(have.CA, want.CA) && bytes.Equal(have.ClientCert, want.ClientCert) &&
		bytes.Equal(have.ClientKey, want.ClientKey) && reflect.DeepEqual(have.Exec, want.Exec)
}

// Read returns the contexts of one file; a file that is not there has none.
func Read(path string) ([]kubeconfig.Entry, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.Wrap(fault.Config, "read kubeconfig", err)
	}
	entries, _, err := kubeconfig.Parse(data)
	return entries, fault.Wrap(fault.Config, path, err)
}

// current returns the entry by which Azure's kubeconfig leads to the cluster.
func current(from []byte) (kubeconfig.Entry, error) {
	entries, name, err := kubeconfig.Parse(from)
	if err != nil {
		return kubeconfig.Entry{}, fault.Wrap(fault.Config, "the kubeconfig that Azure gave out", err)
	}
	for _, e := range entries {
		if e.Context == name || name == "" && len(entries) == 1 {
			if !strings.HasPrefix(e.Server, "https://") {
				return kubeconfig.Entry{}, fault.Newf(fault.Config, "the kubeconfig that Azure gave out names the server %q, which is not an https URL", e.Server)
			}
			return e, nil
		}
	}
	return kubeconfig.Entry{}, fault.New(fault.Config, "the kubeconfig that Azure gave out has no current context")
}

// exec maps the exec entry to the keeper's type.
func exec(s setup.SignIn) *kubeconfig.Exec {
	e := s.ExecEntry()
	return &kubeconfig.Exec{Command: e.Command, Args: e.Args, APIVersion: e.APIVersion,
		InteractiveMode: e.InteractiveMode, InstallHint: e.InstallHint}
}
