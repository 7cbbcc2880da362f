package aks

import (
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

// TestAGroupOfThatName: somebody else's group is never made admin group because
// of its name and because the caller was put into it.
func TestAGroupOfThatName(t *testing.T) {
	ids := func(all ...entra.ObjectID) []entra.ObjectID { return all }
	for _, c := range []struct {
		name            string
		integration     setup.Integration
		members, owners []entra.ObjectID
		admins, bound   []entra.ObjectID // of the cluster, if there is one
		used            bool
	}{
		{"an interrupted run's", setup.Managed, ids("me"), ids("me"), nil, nil, true},
		{"an interrupted run's, without owners", setup.Apps, ids("me"), nil, nil, nil, true},
		{"a trap with me in it", setup.Managed, ids("me"), ids("mallory"), nil, nil, false},
		{"a trap that I own too", setup.Managed, ids("me"), ids("me", "mallory"), nil, nil, false},
		{"with somebody else in it", setup.Managed, ids("me", "mallory"), ids("me"), nil, nil, false},
		{"without me", setup.Managed, nil, ids("me"), nil, nil, false},
		{"the cluster's", setup.Managed, ids("me", "bob"), ids("bob"), ids("team"), nil, true},
		{"not the cluster's", setup.Managed, ids("me", "bob"), ids("bob"), ids("other"), nil, false},
		{"bound in the cluster", setup.Apps, ids("me", "bob"), ids("bob"), ids("none"), ids("team"), true},
		{"not bound in the cluster", setup.Apps, ids("me", "bob"), ids("bob"), ids("none"), ids("other"), false},
	} {
		w, facts := newWorld(), &setup.Facts{}
		w.members, w.owners, w.bound = c.members, c.owners, c.bound
		o := base
		o.CreateAdminGroup, o.Admins, o.Integration = "team", nil, c.integration
		facts.SecretStands.Set(true)
		if c.admins != nil {
			w.made("Succeeded", func(k *aks.Cluster) {
				k.Tags[aks.TagOwned], k.Entra.AdminGroups = string(c.integration), c.admins
			})
		}
		err := run(t, w, o, facts)
		if c.used {
			if g, known := facts.AdminGroup.Get(); err != nil || !known || g.ID != "team" || slices.Contains(w.did, "create group with me") {
				t.Errorf("%s: %v, group %+v, did %q", c.name, err, g, w.did)
			}
			continue
		}
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(strings.Join(fault.Hints(err), " "), "--admin-group team") || len(w.did) > 0 {
			t.Errorf("%s: %v, hints %q, did %q", c.name, err, fault.Hints(err), w.did)
		}
	}
}
