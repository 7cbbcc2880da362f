package arm

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// The provisioning states.
const (
	creating  = "Creating"
	updating  = "Updating"
	deleting  = "Deleting"
	starting  = "Starting"
	stopping  = "Stopping"
	succeeded = "Succeeded"
	failed    = "Failed"
)

type group struct {
	name, location string
	tags           map[string]string
	deleting       bool
}

// cluster is one managed cluster. Everything but idle is under the state's lock.
type cluster struct {
	spec       ClusterSpec
	location   string
	tags       map[string]string
	identity   map[string]any
	sku        map[string]any
	properties map[string]any
	profile    *profile
	principal  string // of the cluster's managed identity
	tenant     string

	state   string
	stopped bool
	info    ClusterInfo
	ready   bool // info is of a server that runs

	cancel context.CancelFunc // ends the work that is under way
	idle   chan struct{}      // closed when none is
}

func (c *cluster) busy() bool {
	return c.state != succeeded && c.state != failed
}

// copy returns a cluster that may be changed without the first one seeing it.
func (c *cluster) copy() *cluster {
	d := *c
	d.properties = maps.Clone(c.properties)
	if c.profile != nil {
		p := *c.profile
		d.profile = &p
	}
	return &d
}

// operation is something that goes on after its request was answered.
type operation struct {
	id, location   string
	status         string
	started, ended time.Time
	message        string // why it failed
}

func (o *operation) answer() map[string]any {
	out := map[string]any{"name": o.id, "status": o.status, "startTime": o.started.UTC().Format(time.RFC3339)}
	if o.status != inProgress {
		out["endTime"] = o.ended.UTC().Format(time.RFC3339)
	}
	if o.status == failed {
		out["error"] = map[string]any{"code": "InternalOperationError", "message": o.message}
	}
	return out
}

const inProgress = "InProgress"

// state is all that ARM remembers. Names compare without case.
type state struct {
	mu         sync.Mutex
	groups     map[string]*group
	clusters   map[string]*cluster
	operations map[string]*operation
	serial     int

	assignments map[string]*assignment // by name
}

func newState() *state {
	return &state{groups: map[string]*group{}, clusters: map[string]*cluster{}, operations: map[string]*operation{},
		assignments: map[string]*assignment{}}
}

func key(parts ...string) string { return strings.ToLower(strings.Join(parts, "/")) }

// finish ends an operation; the lock is held.
func (o *operation) finish(at time.Time, err error) {
	o.status, o.ended = succeeded, at
	if err != nil {
		o.status, o.message = failed, err.Error()
	}
}

// in lists the clusters of a group, or all of them, by id; the lock is held.
func (s *state) in(group string) []*cluster {
	var list []*cluster
	for _, k := range slices.Sorted(maps.Keys(s.clusters)) {
		if c := s.clusters[k]; group == "" || strings.EqualFold(c.spec.ResourceGroup, group) {
			list = append(list, c)
		}
	}
	return list
}

func (s *state) sortedGroups() []*group {
	var list []*group
	for _, k := range slices.Sorted(maps.Keys(s.groups)) {
		list = append(list, s.groups[k])
	}
	return list
}

func (s *state) sortedAssignments() []*assignment {
	var list []*assignment
	for _, k := range slices.Sorted(maps.Keys(s.assignments)) {
		list = append(list, s.assignments[k])
	}
	return list
}

func (s *state) group(name string) (*group, error) {
	if g, ok := s.groups[key(name)]; ok {
		return g, nil
	}
	return nil, groupMissing(name)
}

// cluster finds the cluster that a call is about.
func (s *state) cluster(c *call) (*cluster, error) {
	if _, err := s.group(c.group()); err != nil {
		return nil, err
	}
	for _, cl := range s.clusters {
		if strings.EqualFold(cl.spec.ResourceGroup, c.group()) && strings.EqualFold(cl.spec.Name, c.name()) {
			return cl, nil
		}
	}
	return nil, clusterMissing(c.group(), c.name())
}

func (s *state) operation(id string) (*operation, error) {
	if o, ok := s.operations[strings.ToLower(id)]; ok {
		return o, nil
	}
	return nil, failure(http.StatusNotFound, "OperationNotFound", "The operation '%s' could not be found.", id)
}
