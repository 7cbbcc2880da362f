package setup

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
	setupaks "github.com/kubectl-aad/kubectl-aad/pkg/setup/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup/apps"
)

type teardown struct {
	place
	removeGroup bool
}

// NewTeardown returns the command teardown.
func NewTeardown(f *factory.Factory) *cobra.Command {
	t := &teardown{}
	cmd := &cobra.Command{
		Use:   "teardown --name NAME -g GROUP",
		Short: "Remove what setup made, and nothing else",
		Long: `Show what setup made for one cluster, ask, and remove it: the kubeconfig
contexts, the cluster and the applications, if they carry setup's tag. The
resource group goes only when setup made it and --delete-resource-group is
given; groups of people stay.`,
		Example: `  kubectl aad teardown --name myakscluster -g myResourceGroup`,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return t.run(cmd.Context(), f) },
	}
	t.place.add(cmd.Flags())
	cmd.Flags().BoolVar(&t.removeGroup, "delete-resource-group", false, "also delete the resource group, if setup made it, with everything in it")
	f.AddManagementFlags(cmd)
	return cmd
}

func (t *teardown) run(ctx context.Context, f *factory.Factory) error {
	if err := complete(ctx, f, t.place.required()); err != nil {
		return err
	}
	if err := t.place.check(); err != nil {
		return err
	}
	w, err := t.place.enter(ctx, f)
	if err != nil {
		return err
	}
	facts := &setup.Facts{}
	a := w.apps(&t.place)
	c := setupaks.Options{Subscription: w.subscription, ResourceGroup: t.group, Name: t.name,
		Before: apps.BeforeCluster(), AdminContext: true, ContextName: t.context, RemoveGroup: t.removeGroup}
	steps := setup.Undo(slices.Concat(apps.Steps(a, w.directory, facts, w.now), setupaks.Unbuilt(c, w.ports, facts)))
	doc := document{Subscription: w.subscription.ID, Tenant: string(w.subscription.Tenant), ResourceGroup: t.group, Name: t.name}
	headline := []string{"Removal of what setup made for AKS cluster " + t.name, w.where()}
	done, err := w.carryOut(ctx, f, &t.place, steps, doc, headline, true)
	if err == nil && done {
		fmt.Fprintln(f.Err, "\nRemoved. What the plan marks with = was left.")
	}
	return err
}
