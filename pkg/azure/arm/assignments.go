package arm

import (
	"context"
	"fmt"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/authorization/armauthorization/v2"
	"golang.org/x/sync/errgroup"

	"github.com/kubectl-aad/kubectl-aad/pkg/azurerbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// administrator is the least of Azure's roles that may write assignments.
const administrator = "Role Based Access Control Administrator"

// Assignments returns the role assignments that count at a scope: those at it,
// those above it and, if below is true, those below it too. Each has its role
// with all permissions.
func (c *Client) Assignments(ctx context.Context, scope string, below bool) ([]azurerbac.Assignment, error) {
	q := call{"list the role assignments", reader}
	client, err := armauthorization.NewRoleAssignmentsClient("", c.credential, c.options)
	if err != nil {
		return nil, c.failed(ctx, q, err)
	}
	options := &armauthorization.RoleAssignmentsClientListForScopeOptions{}
	if !below {
		options.Filter = new("atScope()")
	}
	var all []azurerbac.Assignment
	for pager := client.NewListForScopePager(trim(scope), options); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return nil, c.failed(ctx, q, err)
		}
		for _, a := range page.Value {
			if a.Properties != nil {
				all = append(all, assignment(*a))
			}
		}
	}
	return all, c.fillRoles(ctx, all)
}

// fillRoles reads the definitions of the assignments' roles, each once.
func (c *Client) fillRoles(ctx context.Context, all []azurerbac.Assignment) error {
	roles := map[string]*azurerbac.Role{}
	for _, a := range all {
		roles[a.Role.GUID()] = &azurerbac.Role{ID: a.Role.ID}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, r := range roles {
		g.Go(func() error { return c.fillRole(ctx, r) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i := range all {
		all[i].Role = *roles[all[i].Role.GUID()]
	}
	return nil
}

// fillRole leaves a role that was deleted meanwhile without permissions.
func (c *Client) fillRole(ctx context.Context, r *azurerbac.Role) error {
	q := call{fmt.Sprintf("read the role definition %q", r.GUID()), reader}
	client, err := armauthorization.NewRoleDefinitionsClient(c.credential, c.options)
	if err != nil {
		return c.failed(ctx, q, err)
	}
	got, err := client.GetByID(ctx, trim(r.ID), nil)
	switch err = c.failed(ctx, q, err); {
	case fault.KindOf(err) == fault.NotFound:
		r.Name = r.GUID()
		return nil
	case err != nil:
		return err
	}
	*r = role(got.RoleDefinition)
	return nil
}

// RoleNamed returns the role definition that is called so at a scope. None is
// fault.NotFound.
func (c *Client) RoleNamed(ctx context.Context, scope, name string) (azurerbac.Role, error) {
	q := call{fmt.Sprintf("look for the role definition %q", name), reader}
	client, err := armauthorization.NewRoleDefinitionsClient(c.credential, c.options)
	if err != nil {
		return azurerbac.Role{}, c.failed(ctx, q, err)
	}
	filter := "roleName eq '" + strings.ReplaceAll(name, "'", "''") + "'"
	pager := client.NewListPager(trim(scope), &armauthorization.RoleDefinitionsClientListOptions{Filter: &filter})
	for pager.More() {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return azurerbac.Role{}, c.failed(ctx, q, err)
		}
		for _, d := range page.Value {
			return role(*d), nil
		}
	}
	return azurerbac.Role{}, fault.Newf(fault.NotFound, "Azure has no role definition %q here", name)
}

// Assign makes an assignment under its own name. It is false when there is one
// already that gives the same. The principal's type is sent along: Azure then
// takes one that it does not see yet.
func (c *Client) Assign(ctx context.Context, a azurerbac.Assignment) (bool, error) {
	q := call{fmt.Sprintf("assign the role %q", a.Role.Name), administrator}
	client, err := armauthorization.NewRoleAssignmentsClient("", c.credential, c.options)
	if err != nil {
		return false, c.failed(ctx, q, err)
	}
	_, err = client.Create(ctx, trim(a.Scope), a.Name(), armauthorization.RoleAssignmentCreateParameters{
		Properties: &armauthorization.RoleAssignmentProperties{
			PrincipalID: new(string(a.Principal)), PrincipalType: new(armauthorization.PrincipalType(a.PrincipalType)),
			RoleDefinitionID: &a.Role.ID, Description: &a.Description,
		},
	}, nil)
	if code(err) == "RoleAssignmentExists" {
		return false, nil
	}
	return err == nil, c.failed(ctx, q, err)
}

// Unassign deletes an assignment by its id; one that is gone is no error.
func (c *Client) Unassign(ctx context.Context, id string) error {
	q := call{fmt.Sprintf("delete the role assignment %q", id), administrator}
	client, err := armauthorization.NewRoleAssignmentsClient("", c.credential, c.options)
	if err != nil {
		return c.failed(ctx, q, err)
	}
	_, err = client.DeleteByID(ctx, trim(id), nil)
	return c.failed(ctx, q, err)
}

// trim makes of an ARM id what the SDK puts behind a slash.
func trim(id string) string { return strings.Trim(id, "/") }

func assignment(a armauthorization.RoleAssignment) azurerbac.Assignment {
	p := a.Properties
	return azurerbac.Assignment{ID: val(a.ID), Scope: val(p.Scope), Role: azurerbac.Role{ID: val(p.RoleDefinitionID)},
		Principal: entra.ObjectID(strings.ToLower(val(p.PrincipalID))), PrincipalType: string(val(p.PrincipalType)),
		Description: val(p.Description), Condition: val(p.Condition)}
}

func role(d armauthorization.RoleDefinition) azurerbac.Role {
	r := azurerbac.Role{ID: val(d.ID)}
	if d.Properties == nil {
		return r
	}
	r.Name = val(d.Properties.RoleName)
	for _, p := range d.Properties.Permissions {
		r.Permissions = append(r.Permissions, azurerbac.Permission{DataActions: texts(p.DataActions), NotDataActions: texts(p.NotDataActions)})
	}
	return r
}

func texts(list []*string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = val(s)
	}
	return out
}
