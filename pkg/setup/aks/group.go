package aks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

func (b *builder) resourceGroup() setup.Step {
	return setup.Step{
		ID: "resource-group",
		Make: setup.Action{
			Title: fmt.Sprintf("create resource group %s in %s", b.ResourceGroup, b.Location),
			Check: b.checkGroup,
			Do: func(ctx context.Context) error {
				return b.Azure.CreateResourceGroup(ctx, b.Subscription.ID,
					aks.ResourceGroup{Name: b.ResourceGroup, Location: b.Location, Tags: b.tags()})
			},
		},
		Undo: &setup.Action{
			Title: "delete resource group " + b.ResourceGroup,
			Note:  "everything else in it goes too",
			Risk:  setup.Deletes,
			Check: b.checkUndoGroup,
			Do: func(ctx context.Context) error {
				return gone(b.Azure.DeleteResourceGroup(ctx, b.Subscription.ID, b.ResourceGroup))
			},
		},
	}
}

func (b *builder) checkGroup(ctx context.Context) (setup.Finding, error) {
	g, err := b.Azure.ResourceGroup(ctx, b.Subscription.ID, b.ResourceGroup)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return setup.ToDo("")
	case err != nil:
		return setup.Finding{}, err
	}
	return setup.AllDone("exists, in " + g.Location)
}

// checkUndoGroup lets a group go only if setup made it, the person asked for
// it, and no other cluster lives in it.
func (b *builder) checkUndoGroup(ctx context.Context) (setup.Finding, error) {
	g, err := b.Azure.ResourceGroup(ctx, b.Subscription.ID, b.ResourceGroup)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return setup.AllDone("is not there")
	case err != nil:
		return setup.Finding{}, err
	case g.Tags[aks.TagOwned] == "":
		return setup.AllDone("left: setup did not make it")
	case !b.RemoveGroup:
		return setup.AllDone("left: pass --delete-resource-group to delete it")
	}
	clusters, err := b.Azure.Clusters(ctx, b.Subscription.ID)
	if err != nil {
		return setup.Finding{}, err
	}
	if other := slices.IndexFunc(clusters, func(c aks.Cluster) bool {
		return strings.EqualFold(c.ResourceGroup, b.ResourceGroup) && !strings.EqualFold(c.Name, b.Name)
	}); other >= 0 {
		return setup.Finding{}, fault.Newf(fault.Conflict, "resource group %q also holds cluster %q: it is not deleted",
			b.ResourceGroup, clusters[other].Name)
	}
	return setup.ToDo("")
}

// gone takes "not found" for success: somebody else was quicker.
func gone(err error) error {
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}
