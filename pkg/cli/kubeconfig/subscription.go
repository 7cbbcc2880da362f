package kubeconfig

import (
	"context"
	"fmt"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// ChooseSubscription returns the subscription that ref means, by id or by name;
// without ref the only one, or the one that a person picks.
func ChooseSubscription(ctx context.Context, f *factory.Factory, azure factory.Azure, ref string) (aks.Subscription, error) {
	all, err := azure.Subscriptions(ctx)
	if err != nil {
		return aks.Subscription{}, err
	}
	if len(all) == 0 {
		return aks.Subscription{}, fault.New(fault.NotFound, "this sign-in sees no Azure subscription",
			"sign in to the tenant that holds it: --tenant-id TENANT",
			"or ask an Owner of the subscription for a role on it")
	}
	if ref == "" {
		if len(all) == 1 {
			return all[0], nil
		}
		return ask(ctx, f, all)
	}
	var found []aks.Subscription
	for _, s := range all {
		if strings.EqualFold(s.ID, ref) || strings.EqualFold(s.Name, ref) {
			found = append(found, s)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return aks.Subscription{}, fault.Hint(fault.Newf(fault.NotFound, "no subscription %q; this sign-in sees:%s", ref, list(all)), flags(all)...)
	default:
		return aks.Subscription{}, fault.Hint(fault.Newf(fault.Ambiguous, "%d subscriptions are called %q:%s", len(found), ref, list(found)), flags(found)...)
	}
}

func ask(ctx context.Context, f *factory.Factory, all []aks.Subscription) (aks.Subscription, error) {
	if !f.CanAsk() {
		return aks.Subscription{}, fault.Hint(fault.Newf(fault.Ambiguous, "this sign-in sees %d subscriptions:%s", len(all), list(all)), flags(all)...)
	}
	options := make([]string, len(all))
	for i, s := range all {
		options[i] = s.Name + "  " + s.ID
	}
	i, err := f.Choose(ctx, "Which subscription?", options, -1)
	if err != nil {
		return aks.Subscription{}, err
	}
	return all[i], nil
}

// listed is how many subscriptions an error names.
const listed = 10

func list(all []aks.Subscription) string {
	var b strings.Builder
	for i, s := range all {
		if i == listed {
			fmt.Fprintf(&b, "\n  and %d more", len(all)-listed)
			break
		}
		fmt.Fprintf(&b, "\n  %s  %s", s.ID, safetext.Clean(s.Name))
	}
	return b.String()
}

func flags(all []aks.Subscription) []string {
	return []string{"--subscription " + all[0].ID}
}
