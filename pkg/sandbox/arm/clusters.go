package arm

import (
	"net/http"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

func (s *Server) listClusters(c *call) (*reply, error) {
	all, err := s.clustersIn(c)
	if err != nil {
		return nil, err
	}
	return s.visible(c, clusters+"/read", all), nil
}

func (s *Server) clustersIn(c *call) ([]map[string]any, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	if c.group() != "" {
		if _, err := s.state.group(c.group()); err != nil {
			return nil, err
		}
	}
	var all []map[string]any
	for _, cl := range s.state.in(c.group()) {
		all = append(all, cl.answer())
	}
	return all, nil
}

func (s *Server) getCluster(c *call) (*reply, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	cl, err := s.state.cluster(c)
	if err != nil {
		return nil, err
	}
	return ok(cl.answer()), nil
}

// putCluster creates a cluster (201) or changes it (200); its API server starts
// in the background.
func (s *Server) putCluster(c *call) (*reply, error) {
	var in body
	if err := read(c, &in); err != nil {
		return nil, err
	}
	wanted, err := in.aadProfile()
	if err != nil {
		return nil, err
	}
	if wanted != nil && !wanted.Managed && wire.Faulty(c.Request, legacyRetired) {
		return nil, aksFailure(http.StatusBadRequest, "BadRequest",
			"Creating or updating a cluster with legacy Azure Active Directory integration is not supported any more. Use AKS-managed Microsoft Entra integration. For more information, see https://aka.ms/aks/aad-legacy.")
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	old, next, err := s.prepare(c, in, wanted)
	if err != nil {
		return nil, err
	}
	if err := s.state.quota(next); err != nil {
		return nil, err
	}
	if old == nil {
		return s.create(c, next), nil
	}
	return s.change(c, old, next), nil
}

// prepare makes the cluster that the request asks for, beside the one that is
// there (nil: none); the lock is held.
func (s *Server) prepare(c *call, in body, wanted *profile) (old, next *cluster, err error) {
	g, err := s.state.group(c.group())
	if err != nil {
		return nil, nil, err
	}
	if g.deleting {
		return nil, nil, beingDeleted(g.name)
	}
	if !clusterName.MatchString(c.name()) {
		return nil, nil, invalid("resourceName", "The managed cluster name '"+c.name()+"' is invalid: 1 to 63 letters, digits, '-' and '_', a letter or digit at both ends.")
	}
	where := location(in.Location)
	if err := checkLocation(where); err != nil {
		return nil, nil, err
	}
	old, _ = s.state.cluster(c)
	if err := precondition(c, old); err != nil {
		return nil, nil, err
	}
	next, err = s.candidate(c, g, old, where)
	if err != nil {
		return nil, nil, err
	}
	if wanted != nil {
		if err := wanted.check(next.profile, s.tenant); err != nil {
			return nil, nil, err
		}
		if _, known := s.directory.Tenant(wanted.TenantID); !known {
			return nil, nil, invalid("aadProfile.tenantID", "Tenant '"+wanted.TenantID+"' was not found.")
		}
		next.profile = wanted
		wanted.apply(&next.spec, s.directory.ManagedServerSecret())
	}
	return old, next, in.merge(next)
}

// candidate is a copy of the old cluster, or a new one.
func (s *Server) candidate(c *call, g *group, old *cluster, where string) (*cluster, error) {
	if old == nil {
		id := clusterID(s.subscription, g.name, c.name())
		return &cluster{
			spec:     ClusterSpec{ID: id, Name: c.name(), ResourceGroup: g.name, Tenant: s.tenant},
			location: where, tenant: s.tenant, principal: directory.ID("identity", id),
		}, nil
	}
	if old.busy() {
		return nil, pending(old.state)
	}
	if old.stopped {
		return nil, notWhileStopped(old.spec.Name)
	}
	if old.location != where {
		return nil, failure(http.StatusConflict, "InvalidResourceLocation",
			"The resource '%s' already exists in location '%s' in resource group '%s'. A resource with the same name cannot be created in location '%s'. Please select a new resource name.",
			c.name(), old.location, g.name, where)
	}
	return old.copy(), nil
}

func (s *Server) create(c *call, next *cluster) *reply {
	next.state = creating
	s.state.clusters[key(next.spec.ID)] = next
	op := s.begin(next.location)
	s.goOn(c, next, op, s.start)
	r := s.accepted(c, next.location, op)
	r.status, r.body = http.StatusCreated, next.answer()
	return r
}

// change puts next in the old one's place; the API server hears of it only when
// something changed that concerns it, or when it does not run.
func (s *Server) change(c *call, old, next *cluster) *reply {
	same := old.ready && old.state == succeeded && equal(old.spec, next.spec)
	*old = *next
	if same {
		return ok(old.answer())
	}
	old.state = updating
	op := s.begin(old.location)
	s.goOn(c, old, op, s.start)
	r := s.accepted(c, old.location, op)
	r.status, r.body = http.StatusOK, old.answer()
	return r
}

// patchCluster changes tags, all that a PATCH can do.
func (s *Server) patchCluster(c *call) (*reply, error) {
	var in struct {
		Tags map[string]string `json:"tags"`
	}
	if err := read(c, &in); err != nil {
		return nil, err
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	cl, err := s.state.cluster(c)
	if err != nil {
		return nil, err
	}
	if err := precondition(c, cl); err != nil {
		return nil, err
	}
	if cl.busy() {
		return nil, pending(cl.state)
	}
	cl.tags = in.Tags
	return ok(cl.answer()), nil
}

// deleteCluster stops a cluster and forgets it; it may interrupt its creation.
func (s *Server) deleteCluster(c *call) (*reply, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	cl, err := s.state.cluster(c)
	if err != nil {
		return &reply{status: http.StatusNoContent}, nil
	}
	if err := precondition(c, cl); err != nil {
		return nil, err
	}
	op := s.begin(cl.location)
	s.remove(cl, op)
	return s.accepted(c, cl.location, op), nil
}

// resetProfile gives a legacy cluster other applications or another secret.
func (s *Server) resetProfile(c *call) (*reply, error) {
	p := new(profile)
	if err := read(c, p); err != nil {
		return nil, err
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	cl, err := s.state.cluster(c)
	switch {
	case err != nil:
		return nil, err
	case cl.busy():
		return nil, pending(cl.state)
	case cl.profile == nil:
		return nil, aksFailure(http.StatusBadRequest, "BadRequest", "Operation 'resetAADProfile' is not allowed for a cluster without AAD integration.")
	case cl.profile.Managed:
		return nil, aksFailure(http.StatusBadRequest, "BadRequest", "Operation 'resetAADProfile' is not allowed for managed AAD enabled cluster.")
	}
	p.Managed = false
	if err := p.check(cl.profile, s.tenant); err != nil {
		return nil, err
	}
	cl.profile, cl.state = p, updating
	p.apply(&cl.spec, "")
	op := s.begin(cl.location)
	s.start(cl, op)
	return s.accepted(c, cl.location, op), nil
}
