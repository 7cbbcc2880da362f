package setup

import (
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Who hands a cluster to others is told that it is closed to them.
func TestWhoIsNoAdministratorIsTold(t *testing.T) {
	const note = "is not among its administrators"
	s := newShell(t)
	others := entra.Principal{ID: "00000000-0000-0000-0000-0000000000aa", Kind: entra.Group, Name: "others", SecurityEnabled: true}
	s.cloud.groups = append(s.cloud.groups, others)
	args := []string{"--name", "myakscluster", "-g", "myResourceGroup", "-l", "eastus", "--admin-group", "others", "--yes"}
	s.mustRun(New, args...)
	if !strings.Contains(s.err.String(), note) || !strings.Contains(s.err.String(), "with --admin admin@contoso.com too") {
		t.Errorf("not told:\n%s", &s.err)
	}
	s.cloud.members[others.ID] = []entra.ObjectID{meID}
	s.mustRun(New, args...)
	if strings.Contains(s.err.String(), note) {
		t.Errorf("told although in the group:\n%s", &s.err)
	}
	s = newShell(t)
	if s.mustRun(New, managed...); strings.Contains(s.err.String(), note) {
		t.Errorf("told although in the new group:\n%s", &s.err)
	}
}
