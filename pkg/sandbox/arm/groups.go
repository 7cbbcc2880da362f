package arm

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

var groupName = regexp.MustCompile(`^[\p{L}\p{N}_().-]{0,89}[\p{L}\p{N}_()-]$`)

// listTenants shows the tenants that somebody is in: their home, and those where
// they are a guest.
func (s *Server) listTenants(c *call) (*reply, error) {
	list := []any{}
	for _, t := range s.directory.Tenants() {
		if !s.inTenant(c.caller, t) {
			continue
		}
		list = append(list, map[string]any{"id": "/tenants/" + string(t.ID), "tenantId": t.ID, "displayName": t.Name,
			"countryCode": "US", "defaultDomain": t.Domains[0], "domains": t.Domains, "tenantCategory": "Home"})
	}
	return ok(map[string]any{"value": list}), nil
}

// listSubscriptions shows the subscription to those who have a role in it.
func (s *Server) listSubscriptions(c *call) (*reply, error) {
	list := []any{}
	if s.known(c.caller, "/subscriptions/"+s.subscription) {
		list = append(list, s.subscriptionAnswer())
	}
	return ok(map[string]any{"value": list, "count": map[string]any{"type": "Total", "value": len(list)}}), nil
}

func (s *Server) getSubscription(*call) (*reply, error) { return ok(s.subscriptionAnswer()), nil }

func (s *Server) subscriptionAnswer() map[string]any {
	return map[string]any{"id": "/subscriptions/" + s.subscription, "subscriptionId": s.subscription, "tenantId": s.tenant,
		"displayName": "Sandbox", "state": "Enabled", "authorizationSource": "RoleBased", "managedByTenants": []any{},
		"subscriptionPolicies": map[string]any{"locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off"}}
}

func (s *Server) inTenant(who caller, t *directory.Tenant) bool {
	if string(t.ID) == who.tenant {
		return true
	}
	home, ok := s.directory.Tenant(who.tenant)
	if !ok {
		return false
	}
	me, ok := home.User(who.object)
	return ok && slices.ContainsFunc(t.Users(), func(u *directory.User) bool { return u.Person.HomeID == me.Person.HomeID })
}

func (s *Server) groupAnswer(g *group) map[string]any {
	state := succeeded
	if g.deleting {
		state = deleting
	}
	out := map[string]any{"id": "/subscriptions/" + s.subscription + "/resourceGroups/" + g.name, "name": g.name,
		"type": "Microsoft.Resources/resourceGroups", "location": g.location, "properties": map[string]any{"provisioningState": state}}
	if g.tags != nil {
		out["tags"] = g.tags
	}
	return out
}

func (s *Server) listGroups(c *call) (*reply, error) {
	s.state.mu.Lock()
	var all []map[string]any
	for _, g := range s.state.sortedGroups() {
		all = append(all, s.groupAnswer(g))
	}
	s.state.mu.Unlock()
	return s.visible(c, resources+"/resourceGroups/read", all), nil
}

// visible answers with those resources of a list that the caller may read.
func (s *Server) visible(c *call, action string, all []map[string]any) *reply {
	list := []any{}
	for _, r := range all {
		if s.may(c.caller, action, text(r, "id")) {
			list = append(list, r)
		}
	}
	return ok(map[string]any{"value": list})
}

func (s *Server) getGroup(c *call) (*reply, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	g, err := s.state.group(c.group())
	if err != nil {
		return nil, err
	}
	return ok(s.groupAnswer(g)), nil
}

func (s *Server) headGroup(c *call) (*reply, error) {
	if _, err := s.getGroup(c); err != nil {
		return nil, err
	}
	return &reply{status: http.StatusNoContent}, nil
}

func (s *Server) putGroup(c *call) (*reply, error) {
	var in struct {
		Location string            `json:"location"`
		Tags     map[string]string `json:"tags"`
	}
	if err := read(c, &in); err != nil {
		return nil, err
	}
	where := location(in.Location)
	if !groupName.MatchString(c.group()) {
		return nil, failure(http.StatusBadRequest, "InvalidResourceGroup",
			"The provided resource group name '%s' has these invalid characters or is too long. The name can only be a letter, digit, '-', '.', '(', ')' or '_'.", c.group())
	}
	if err := checkLocation(where); err != nil {
		return nil, err
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	g, err := s.state.group(c.group())
	switch {
	case err != nil && len(s.state.groups) >= maxGroups:
		return nil, failure(http.StatusConflict, "ResourceGroupQuotaExceeded", "Creating the resource group '%s' would exceed the quota of '%d'.", c.group(), maxGroups)
	case err != nil:
		g = &group{name: c.group(), location: where, tags: in.Tags}
		s.state.groups[key(g.name)] = g
		return &reply{status: http.StatusCreated, body: s.groupAnswer(g)}, nil
	case g.deleting:
		return nil, beingDeleted(g.name)
	case g.location != where:
		return nil, failure(http.StatusConflict, "InvalidResourceGroupLocation",
			"Invalid resource group location '%s'. The Resource group already exists in location '%s'.", in.Location, g.location)
	}
	g.tags = in.Tags
	return ok(s.groupAnswer(g)), nil
}

// patchGroup changes tags, all of a group that can be changed.
func (s *Server) patchGroup(c *call) (*reply, error) {
	var in struct {
		Tags map[string]string `json:"tags"`
	}
	if err := read(c, &in); err != nil {
		return nil, err
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	g, err := s.state.group(c.group())
	switch {
	case err != nil:
		return nil, err
	case g.deleting:
		return nil, beingDeleted(g.name)
	}
	if in.Tags != nil {
		g.tags = in.Tags
	}
	return ok(s.groupAnswer(g)), nil
}

// deleteGroup removes a group with the clusters in it, in the background.
func (s *Server) deleteGroup(c *call) (*reply, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	g, err := s.state.group(c.group())
	if err != nil {
		return nil, err
	}
	op := s.begin(g.location)
	if g.deleting {
		op.finish(s.now(), nil)
		return s.accepted(c, "", op), nil
	}
	g.deleting = true
	var gone []<-chan struct{}
	for _, cl := range s.state.in(g.name) {
		s.remove(cl, s.begin(cl.location))
		gone = append(gone, cl.idle)
	}
	s.run(func() {
		for _, done := range gone {
			<-done
		}
		s.state.mu.Lock()
		defer s.state.mu.Unlock()
		delete(s.state.groups, key(g.name))
		op.finish(s.now(), nil)
	})
	return s.accepted(c, "", op), nil
}

func beingDeleted(name string) *Error {
	return failure(http.StatusConflict, "ResourceGroupBeingDeleted",
		"The resource group '%s' is in deprovisioning state and cannot perform this operation.", name)
}

// maxGroups is Azure's limit for a subscription.
const maxGroups = 980

func checkLocation(where string) error {
	if where == "" {
		return failure(http.StatusBadRequest, "LocationRequired", "The location property is required for this definition.")
	}
	if !slices.Contains(regions, where) {
		return failure(http.StatusBadRequest, "LocationNotAvailableForResourceGroup",
			"The provided location '%s' is not available for resource group. List of available regions is '%s'.", where, strings.Join(regions, ","))
	}
	return nil
}

func read(c *call, into any) error {
	if err := wire.ReadJSON(c.Request, into); err != nil {
		return failure(http.StatusBadRequest, "InvalidRequestContent", "The request content was invalid and could not be deserialized: '%s'.", err)
	}
	return nil
}
