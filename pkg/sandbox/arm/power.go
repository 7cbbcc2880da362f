package arm

import "net/http"

func notWhileStopped(name string) *Error {
	return failure(http.StatusBadRequest, "OperationNotAllowed", "The managed cluster '%s' is stopped: start it before it can be changed.", name)
}

// stopCluster stops a cluster's API server and keeps its data.
func (s *Server) stopCluster(c *call) (*reply, error) {
	host, can := s.host.(Pauser)
	if !can {
		return nil, failure(http.StatusBadRequest, "OperationNotAllowed", "The clusters of this sandbox cannot be stopped.")
	}
	return s.power(c, stopping, func(cl *cluster, op *operation) { s.pause(cl, host, op) })
}

// startCluster goes on with a cluster that was stopped.
func (s *Server) startCluster(c *call) (*reply, error) {
	return s.power(c, starting, s.start)
}

// power begins to stop or start a cluster, unless it is so already.
func (s *Server) power(c *call, state string, begin func(*cluster, *operation)) (*reply, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	cl, err := s.state.cluster(c)
	if err != nil {
		return nil, err
	}
	if cl.busy() {
		return nil, pending(cl.state)
	}
	op := s.begin(cl.location)
	if cl.stopped == (state == stopping) {
		op.finish(s.now(), nil)
	} else {
		cl.state = state
		begin(cl, op)
	}
	return s.accepted(c, cl.location, op), nil
}
