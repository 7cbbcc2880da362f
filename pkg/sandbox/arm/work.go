package arm

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// limit is how long the start or the end of a cluster may take.
const limit = 5 * time.Minute

// begin notes an operation; the state's lock is held, as in the whole file.
func (s *Server) begin(location string) *operation {
	s.state.serial++
	o := &operation{id: directory.ID("operation", strconv.Itoa(s.state.serial)), location: location, status: inProgress, started: s.now()}
	s.state.operations[o.id] = o
	return o
}

// start lets the host start a cluster, or apply the new spec to it.
func (s *Server) start(cl *cluster, op *operation) {
	spec := cl.spec
	s.background(cl, func(ctx context.Context) {
		info, err := s.host.Start(ctx, spec)
		s.state.mu.Lock()
		defer s.state.mu.Unlock()
		op.finish(s.now(), err)
		if cl.state == deleting {
			return
		}
		cl.state = succeeded
		if err != nil {
			cl.state, cl.ready = failed, false
			return
		}
		cl.info, cl.ready, cl.stopped = info, true, false
	})
}

// pause stops a cluster and keeps its data.
func (s *Server) pause(cl *cluster, host Pauser, op *operation) {
	id := cl.spec.ID
	s.background(cl, func(ctx context.Context) {
		err := host.Pause(ctx, id)
		s.state.mu.Lock()
		defer s.state.mu.Unlock()
		op.finish(s.now(), err)
		switch {
		case cl.state == deleting:
		case err != nil:
			cl.state = failed
		default:
			cl.state, cl.stopped = succeeded, true
		}
	})
}

// remove stops a cluster, whatever it is doing, and forgets it.
func (s *Server) remove(cl *cluster, op *operation) {
	if cl.cancel != nil {
		cl.cancel()
	}
	cl.state = deleting
	id := cl.spec.ID
	s.background(cl, func(ctx context.Context) {
		err := s.host.Stop(ctx, id)
		s.state.mu.Lock()
		defer s.state.mu.Unlock()
		op.finish(s.now(), err)
		if err != nil {
			cl.state = failed
			return
		}
		if s.state.clusters[key(id)] == cl {
			delete(s.state.clusters, key(id))
		}
	})
}

// background runs work on a cluster after the work before it has ended.
func (s *Server) background(cl *cluster, work func(context.Context)) {
	before, done := cl.idle, make(chan struct{})
	ctx, cancel := context.WithTimeout(s.life, limit)
	cl.idle, cl.cancel = done, cancel
	s.run(func() {
		defer close(done)
		defer cancel()
		if before != nil {
			<-before
		}
		work(ctx)
	})
}

// run does something in the background, unless the end has come.
func (s *Server) run(work func()) {
	if s.life.Err() == nil {
		s.work.Go(work)
	}
}

// accepted is the answer to the request that began an operation. A group's has
// no location of a provider and is asked about by Location alone.
func (s *Server) accepted(c *call, location string, op *operation) *reply {
	base := wire.Base(c.Request) + "/subscriptions/" + s.subscription
	version := "?api-version=" + url.QueryEscape(c.URL.Query().Get("api-version"))
	h := http.Header{"Retry-After": {"1"}}
	if location == "" {
		h.Set("Location", base+"/operationresults/"+op.id+version)
		return &reply{status: http.StatusAccepted, header: h}
	}
	base += provider + "/locations/" + location
	h.Set("Azure-AsyncOperation", base+"/operations/"+op.id+version)
	if c.Method != http.MethodPut {
		h.Set("Location", base+"/operationresults/"+op.id+version)
	}
	return &reply{status: http.StatusAccepted, header: h}
}

func (s *Server) getOperation(c *call) (*reply, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	op, err := s.state.operation(c.PathValue("operation"))
	if err != nil {
		return nil, err
	}
	r := ok(op.answer())
	if op.status == inProgress {
		r.header = http.Header{"Retry-After": {"1"}}
	}
	return r, nil
}

// getResult answers what Location names: 202 until the operation has ended.
func (s *Server) getResult(c *call) (*reply, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	op, err := s.state.operation(c.PathValue("operation"))
	switch {
	case err != nil:
		return nil, err
	case op.status == inProgress:
		return &reply{status: http.StatusAccepted, header: http.Header{"Retry-After": {"1"}, "Location": {wire.Base(c.Request) + c.URL.RequestURI()}}}, nil
	case op.status == failed:
		return nil, failure(http.StatusInternalServerError, "InternalOperationError", "%s", op.message)
	}
	return &reply{status: http.StatusNoContent}, nil
}

// equal reports whether an API server needs to hear of no difference.
func equal(a, b ClusterSpec) bool {
	x, y := a, b
	x.AdminGroups, y.AdminGroups = nil, nil
	return slices.Equal(a.AdminGroups, b.AdminGroups) && x.ID == y.ID && x.Name == y.Name && x.Tenant == y.Tenant && x.Managed == y.Managed && x.AzureRBAC == y.AzureRBAC &&
		x.ServerAppID == y.ServerAppID && x.ServerAppSecret == y.ServerAppSecret && x.ClientAppID == y.ClientAppID
}
