package bindings

import (
	"context"
	"fmt"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/authenticator"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/meter"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/rbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// World is a cluster's bindings and whom they mean.
type World struct {
	*factory.Factory
	Cluster  *kube.Cluster
	Bindings []audit.Binding // that count where was asked
	// Elsewhere are the others that were read; whom they mean is not looked up.
	Elsewhere []audit.Binding
	People    audit.People
	// Azure reports whether the cluster has an Azure plane that was read: its
	// role assignments are among the bindings.
	Azure  bool
	Unread []Unread       // planes that are missing here
	Mapper binding.Mapper // how this cluster names principals
	// Directory is nil where it cannot be read; Blind says why.
	Directory factory.Directory
	Blind     error
}

// Read lists the bindings that count in a namespace, or with "" all, and looks
// up whom they mean, unless offline. A directory that cannot be read is said on
// stderr and is no error: object ids are left as they are.
func Read(ctx context.Context, f *factory.Factory, namespace string, offline bool) (*World, error) {
	w := &World{Factory: f}
	var err error
	if w.Cluster, err = kube.Connect(f.Kube); err != nil {
		return nil, err
	}
	if err := w.planes(ctx, namespace, offline); err != nil {
		return nil, err
	}
	if offline {
		w.Blind = fault.New(fault.Incomplete, "not asked (--offline)")
		return w, w.know(ctx, nil)
	}
	if err := w.resolve(ctx); err != nil {
		if !optional(err) {
			return nil, err
		}
		w.Directory, w.Blind, w.People = nil, err, audit.People{}
		if err := w.know(ctx, nil); err != nil {
			return nil, err
		}
		fmt.Fprintf(f.Err, "warning: the directory cannot be read, so object ids are shown without names and memberships are not known: %s\n", safetext.Clean(err.Error()))
	}
	return w, nil
}

// optional reports whether one can go on without the directory.
func optional(err error) bool {
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.SignIn, fault.Policy, fault.Config, fault.Network, fault.Throttled:
		return true
	}
	return false
}

// list reads bindings. Those of the whole cluster count in every namespace too,
// but not everybody may read them.
func (w *World) list(ctx context.Context, namespace string) error {
	store := rbac.New(w.Cluster)
	all, err := store.List(ctx, "")
	if err != nil && (namespace == "" || fault.KindOf(err) != fault.Forbidden) {
		return err
	}
	if err != nil {
		if all, err = store.List(ctx, namespace); err != nil {
			return err
		}
		fmt.Fprintln(w.Err, "warning: the bindings of the whole cluster cannot be read with these rights: they are missing here")
	}
	w.Bindings = make([]audit.Binding, 0, len(all))
	for i, b := range all {
		if namespace == "" || b.Namespace == "" || b.Namespace == namespace {
			w.Bindings = append(w.Bindings, Audited(b))
		} else {
			w.Elsewhere = append(w.Elsewhere, Audited(b))
		}
		all[i] = binding.Binding{} // annotations can be long
	}
	return nil
}

// Audited returns b as the audit room has it.
func Audited(b binding.Binding) audit.Binding {
	a := audit.Binding{Namespace: b.Namespace, Name: b.Name, Role: audit.Role(b.Role), Owner: audit.Foreign,
		Reason: b.Annotations[binding.AnnotationReason], Subjects: make([]audit.Subject, len(b.Subjects))}
	for i, s := range b.Subjects {
		a.Subjects[i] = audit.Subject(s)
	}
	a.Expires, _ = b.Expires()
	switch {
	case b.Owned:
		a.Owner = audit.Owned
	case b.Labels["kubernetes.io/bootstrapping"] == "rbac-defaults", strings.HasPrefix(b.Name, "system:"):
		a.Owner = audit.System
	}
	return a
}

// know finds out how the cluster names principals.
func (w *World) know(ctx context.Context, apps naming.Directory) (err error) {
	w.Mapper.Naming, err = authenticator.Find(ctx, w.Factory, "", w.Cluster, apps)
	w.People.Bare = func(s audit.Subject) string { return w.Mapper.Bare(binding.Subject(s)) }
	return err
}

// Name names principals as this cluster does.
func (w *World) Name(p entra.Principal) (audit.Subject, string, error) {
	s, reason, err := w.Mapper.Subject(p)
	return audit.Subject(s), reason, err
}

// resolve looks up whom all bindings mean, at once.
func (w *World) resolve(ctx context.Context) error {
	dir, err := w.Factory.Directory(ctx)
	if err != nil {
		return err
	}
	if err := w.know(ctx, dir); err != nil {
		return err
	}
	wanted := w.People.Wants(w.Bindings)
	refs := make([]directory.Ref, len(wanted))
	for i, one := range wanted {
		refs[i] = directory.Ref{Text: one.Text, Kind: one.Kind, By: directory.Name}
		switch {
		case one.GUID:
			refs[i].By, refs[i].Text = directory.ID, strings.ToLower(one.Text)
		case strings.Contains(one.Text, "@"):
			refs[i].By = directory.UPNOrMail
		}
	}
	m := meter.Start(w.Factory, "names looked up", len(refs))
	found, err := dir.FindAll(ctx, refs, m.Set)
	m.Stop()
	if err != nil {
		return err
	}
	w.People.Add("", nil) // asked, even if for nobody
	for i, one := range wanted {
		w.People.Add(one.Text, found[i])
	}
	w.Directory = dir
	return nil
}
