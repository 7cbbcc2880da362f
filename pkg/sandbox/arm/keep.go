package arm

import (
	"encoding/json"
	"fmt"
	"time"
)

// The kept types are the form in which ARM's memory is kept between two runs.
// They hold secrets: server apps' and the clusters' admin keys.

type kept struct {
	Serial      int              `json:"serial"`
	Groups      []keptGroup      `json:"groups"`
	Clusters    []keptCluster    `json:"clusters"`
	Assignments []keptAssignment `json:"assignments"`
}

type keptGroup struct {
	Name     string            `json:"name"`
	Location string            `json:"location"`
	Tags     map[string]string `json:"tags,omitempty"`
}

type keptCluster struct {
	Spec       ClusterSpec       `json:"spec"`
	Location   string            `json:"location"`
	Tags       map[string]string `json:"tags,omitempty"`
	Identity   map[string]any    `json:"identity,omitempty"`
	SKU        map[string]any    `json:"sku,omitempty"`
	Properties map[string]any    `json:"properties"`
	Profile    *profile          `json:"profile,omitempty"`
	Principal  string            `json:"principal"`
	Tenant     string            `json:"tenant"`
	Stopped    bool              `json:"stopped,omitempty"`
	Info       ClusterInfo       `json:"info"`
}

type keptAssignment struct {
	Name          string    `json:"name"`
	Scope         string    `json:"scope"`
	Role          string    `json:"role"`
	Principal     string    `json:"principal"`
	PrincipalType string    `json:"principalType"`
	Description   *string   `json:"description,omitempty"`
	By            string    `json:"by,omitempty"`
	At            time.Time `json:"at"`
	Effective     time.Time `json:"effective,omitzero"`
}

// Save returns the groups, clusters and role assignments as JSON. What is being
// deleted is left out, as are operations: nobody waits for them in another run.
func (s *Server) Save() (json.RawMessage, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	out := kept{Serial: s.state.serial}
	for _, g := range s.state.sortedGroups() {
		if !g.deleting {
			out.Groups = append(out.Groups, keptGroup{g.name, g.location, g.tags})
		}
	}
	for _, c := range s.state.in("") {
		if c.state != deleting {
			out.Clusters = append(out.Clusters, keptCluster{c.spec, c.location, c.tags, c.identity, c.sku, c.properties, c.profile,
				c.principal, c.tenant, c.stopped, c.info})
		}
	}
	for _, a := range s.state.sortedAssignments() {
		out.Assignments = append(out.Assignments, keptAssignment{a.name, a.scope, a.role.id, a.principal, a.principalType, a.description, a.by, a.at, a.effective})
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("save ARM's state: %w", err)
	}
	return raw, nil
}

// Load puts what Save returned in the place of everything here, and lets the
// host start the clusters that ran, in the background.
func (s *Server) Load(raw json.RawMessage) error {
	var in kept
	if err := json.Unmarshal(raw, &in); err != nil {
		return fmt.Errorf("load ARM's state: %w", err)
	}
	fresh, err := in.state()
	if err != nil {
		return err
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	s.state.serial, s.state.groups, s.state.clusters, s.state.assignments = fresh.serial, fresh.groups, fresh.clusters, fresh.assignments
	for _, c := range s.state.in("") {
		if !c.stopped {
			c.state = starting
			s.start(c, s.begin(c.location))
		}
	}
	return nil
}

func (k kept) state() (*state, error) {
	st := newState()
	st.serial = k.Serial
	for _, g := range k.Groups {
		st.groups[key(g.Name)] = &group{name: g.Name, location: g.Location, tags: g.Tags}
	}
	for _, c := range k.Clusters {
		st.clusters[key(c.Spec.ID)] = &cluster{spec: c.Spec, location: c.Location, tags: c.Tags, identity: c.Identity, sku: c.SKU,
			properties: c.Properties, profile: c.Profile, principal: c.Principal, tenant: c.Tenant,
			state: succeeded, stopped: c.Stopped, info: c.Info, ready: c.Info.Server != ""}
	}
	for _, a := range k.Assignments {
		r, ok := definition(a.Role)
		if !ok {
			return nil, fmt.Errorf("load ARM's state: role definition %q of an assignment is not known", a.Role)
		}
		st.assignments[a.Name] = &assignment{name: a.Name, scope: a.Scope, role: r, principal: a.Principal, principalType: a.PrincipalType,
			description: a.Description, by: a.By, at: a.At, effective: a.Effective}
	}
	return st, nil
}
