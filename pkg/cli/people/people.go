package people

import (
	"context"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/meter"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
)

// Find returns the principals of refs, in their order. A person is asked which
// of several is meant. Without is the command for who may not read the
// directory, or "".
func Find(ctx context.Context, f *factory.Factory, refs []directory.Ref, without string) ([]entra.Principal, error) {
	lookup, err := f.Directory(ctx)
	if err != nil {
		return nil, blind(err, without)
	}
	resolver := directory.Resolver{Lookup: lookup, Home: func(ctx context.Context, domain string) (entra.TenantID, error) {
		return home(ctx, f, domain)
	}}
	m := meter.Start(f, "principals found", len(refs))
	defer m.Stop()
	if f.CanAsk() {
		resolver.Choose = func(ctx context.Context, ref directory.Ref, among []entra.Principal) (int, error) {
			m.Stop()
			return Choose(ctx, f, ref, among)
		}
	}
	found, err := resolver.ResolveAll(ctx, refs, m.Set)
	return found, blind(err, without)
}

// home asks Entra, without a credential, which tenant has a domain.
func home(ctx context.Context, f *factory.Factory, domain string) (entra.TenantID, error) {
	cloud, err := f.Cloud()
	if err != nil {
		return "", err
	}
	rt, err := f.Transport(cloud)
	if err != nil {
		return "", err
	}
	return login.ResolveTenant(ctx, cloud, rt, domain)
}

// Choose asks a person which of several principals is meant.
func Choose(ctx context.Context, f *factory.Factory, ref directory.Ref, among []entra.Principal) (int, error) {
	var list []string
	for _, p := range among {
		list = append(list, directory.Describe(p)+", "+string(p.ID))
	}
	return f.Choose(ctx, "Which "+ref.Text+"?", list, -1)
}

// blind tells who cannot read the directory that it can be done without.
func blind(err error, without string) error {
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.SignIn, fault.Policy, fault.Config:
		if without != "" {
			return fault.Hint(err, "without the directory: "+without)
		}
	}
	return err
}
