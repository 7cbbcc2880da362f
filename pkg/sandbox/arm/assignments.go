package arm

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// assignment is a role that a principal has at a scope.
type assignment struct {
	name, scope   string
	role          *role
	principal     string
	principalType string
	description   *string
	by            string
	at            time.Time
	effective     time.Time // from when it counts: Azure takes minutes
}

// maxAssignments is Azure's limit for a subscription.
const maxAssignments = 4000

func (s *Server) assignmentAnswer(a *assignment) map[string]any {
	at := a.at.UTC().Format("2006-01-02T15:04:05.0000000Z")
	return map[string]any{"id": a.scope + "/providers/" + authorization + "/roleAssignments/" + a.name, "name": a.name,
		"type": authorization + "/roleAssignments", "properties": map[string]any{
			"roleDefinitionId": s.definitionID(a.role), "principalId": a.principal, "principalType": a.principalType, "scope": a.scope,
			"description": a.description, "condition": nil, "conditionVersion": nil, "delegatedManagedIdentityResourceId": nil,
			"createdOn": at, "updatedOn": at, "createdBy": a.by, "updatedBy": a.by}}
}

// seedAssignments gives the people of the sandbox their first roles: admin is
// Owner of the subscription, alice and bob may fetch a cluster's kubeconfig.
func (s *Server) seedAssignments() {
	home := s.directory.Tenants()[0]
	for who, id := range map[string]string{"admin": ownerRole, "alice": clusterUserRole, "bob": clusterUserRole} {
		u, found := home.Person(who)
		r, _ := definition(id)
		if found {
			name := directory.ID("roleAssignment", who)
			s.state.assignments[name] = &assignment{name: name, scope: "/subscriptions/" + s.subscription, role: r,
				principal: string(u.ID), principalType: "User", at: s.now()}
		}
	}
}

// exists checks that the scope of a call is there.
func (s *Server) exists(c *call) error {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	if c.group() == "" {
		return nil
	}
	if _, err := s.state.group(c.group()); err != nil || c.name() == "" {
		return err
	}
	_, err := s.state.cluster(c)
	return err
}

func (s *Server) listAssignments(c *call) (*reply, error) {
	if err := s.exists(c); err != nil {
		return nil, err
	}
	f, err := parseFilter(c, "principalId")
	if err != nil {
		return nil, err
	}
	here := s.scopeOf(c.Request)
	_, above := f.functions["atscope"]
	who, assigned := f.functions["assignedto"]
	principals := s.principalsOf(s.tenant, who)
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	list := []any{}
	for _, a := range s.state.sortedAssignments() {
		reaches := within(here, a.scope) || !above && within(a.scope, here)
		if reaches && f.equal("principalId", a.principal) && (!assigned || slices.Contains(principals, a.principal)) {
			list = append(list, s.assignmentAnswer(a))
		}
	}
	return ok(map[string]any{"value": list}), nil
}

// find returns the assignment that a call names; the lock is held.
func (s *Server) find(c *call) (*assignment, bool) {
	a, found := s.state.assignments[strings.ToLower(c.PathValue("assignment"))]
	return a, found && strings.EqualFold(a.scope, s.scopeOf(c.Request))
}

func (s *Server) getAssignment(c *call) (*reply, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	a, found := s.find(c)
	if !found {
		return nil, failure(http.StatusNotFound, "RoleAssignmentNotFound", "The role assignment '%s' is not found.", c.PathValue("assignment"))
	}
	return ok(s.assignmentAnswer(a)), nil
}

func (s *Server) deleteAssignment(c *call) (*reply, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	a, found := s.find(c)
	if !found {
		return &reply{status: http.StatusNoContent}, nil
	}
	delete(s.state.assignments, a.name)
	return ok(s.assignmentAnswer(a)), nil
}

func (s *Server) putAssignment(c *call) (*reply, error) {
	next, err := s.wantedAssignment(c)
	if err != nil {
		return nil, err
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	for _, a := range s.state.assignments {
		same := strings.EqualFold(a.scope, next.scope) && a.role == next.role && strings.EqualFold(a.principal, next.principal)
		switch {
		case same && a.name == next.name:
			a.description = next.description
			return ok(s.assignmentAnswer(a)), nil
		case same:
			return nil, failure(http.StatusConflict, "RoleAssignmentExists", "The role assignment already exists.")
		case a.name == next.name:
			return nil, failure(http.StatusConflict, "RoleAssignmentUpdateNotPermitted", "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.")
		}
	}
	if len(s.state.assignments) >= maxAssignments {
		return nil, failure(http.StatusBadRequest, "RoleAssignmentLimitExceeded", "No more role assignments can be created")
	}
	s.state.assignments[next.name] = next
	return &reply{status: http.StatusCreated, body: s.assignmentAnswer(next)}, nil
}

// wantedAssignment is what a PUT asks for, checked.
func (s *Server) wantedAssignment(c *call) (*assignment, error) {
	var in struct {
		Properties struct {
			RoleDefinitionID string  `json:"roleDefinitionId"`
			PrincipalID      string  `json:"principalId"`
			PrincipalType    string  `json:"principalType"`
			Description      *string `json:"description"`
			Condition        *string `json:"condition"`
		} `json:"properties"`
	}
	if err := read(c, &in); err != nil {
		return nil, err
	}
	p := in.Properties
	name := strings.ToLower(c.PathValue("assignment"))
	r, found := definition(p.RoleDefinitionID)
	switch {
	case !entra.IsGUID(name):
		return nil, failure(http.StatusBadRequest, "InvalidRoleAssignmentId", "The role assignment ID '%s' is not valid. The role assignment ID must be a GUID.", name)
	case !entra.IsGUID(p.PrincipalID):
		return nil, failure(http.StatusBadRequest, "InvalidPrincipalId", "A valid principal ID must be provided for role assignment.")
	case !found:
		return nil, failure(http.StatusBadRequest, "RoleDefinitionDoesNotExist", "The specified role definition with ID '%s' does not exist.", p.RoleDefinitionID)
	case p.Condition != nil && *p.Condition != "":
		return nil, failure(http.StatusBadRequest, "InvalidCondition", "Conditions are not imitated by this sandbox.")
	}
	if err := s.exists(c); err != nil {
		return nil, err
	}
	kind, err := s.principalType(p.PrincipalID, p.PrincipalType)
	if err != nil {
		return nil, err
	}
	now := s.now()
	return &assignment{name: name, scope: s.scopeOf(c.Request), role: r, principal: strings.ToLower(p.PrincipalID), principalType: kind,
		description: p.Description, by: c.caller.object, at: now, effective: now.Add(s.directory.Delay())}, nil
}

// principalType finds out what a principal is. One that is not replicated yet
// has to be told by the client.
func (s *Server) principalType(id, told string) (string, error) {
	home := s.directory.Tenants()[0]
	v, seen := home.Object(entra.ObjectID(id))
	kind := told
	switch v.(type) {
	case *directory.User:
		kind = "User"
	case *directory.Group:
		kind = "Group"
	case *directory.ServicePrincipal:
		kind = "ServicePrincipal"
	}
	switch {
	case seen && told != "" && !strings.EqualFold(kind, told):
		return "", failure(http.StatusBadRequest, "UnmatchedPrincipalType", "The PrincipalId '%s' has type '%s', which is different from specified PrinciaplType '%s'.", id, kind, told)
	case seen || told != "" && home.Written(entra.ObjectID(id)):
		return kind, nil
	}
	return "", failure(http.StatusBadRequest, "PrincipalNotFound",
		"Principal %s does not exist in the directory %s. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype",
		strings.ReplaceAll(id, "-", ""), s.tenant)
}
