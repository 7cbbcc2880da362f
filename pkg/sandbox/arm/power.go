package arm

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

var errDoomed = errors.New("the sandbox was told to let this operation fail")

func notWhileStopped(name string) *Error {
	return aksFailure(http.StatusBadRequest, "OperationNotAllowed", "The managed cluster '%s' is stopped: start it before it can be changed.", name)
}

// cannot is AKS's refusal to stop or start a cluster in its state.
func (c *cluster) cannot(what string) *Error {
	return aksFailure(http.StatusConflict, "OperationNotAllowed",
		"managed cluster is in Provisioning State(%s) and Power State(%s), %s cannot be performed", c.state, c.power(), what)
}

func (c *cluster) power() string {
	if c.stopped {
		return "Stopped"
	}
	return "Running"
}

// stopCluster stops a cluster's API server and keeps its data.
func (s *Server) stopCluster(c *call) (*reply, error) {
	host, can := s.host.(Pauser)
	if !can {
		return nil, aksFailure(http.StatusBadRequest, "OperationNotAllowed", "The clusters of this sandbox cannot be stopped.")
	}
	return s.power(c, stopping, func(cl *cluster, op *operation) { s.pause(cl, host, op) })
}

// startCluster goes on with a cluster that was stopped.
func (s *Server) startCluster(c *call) (*reply, error) {
	return s.power(c, starting, s.start)
}

// goOn begins the work of an operation, unless a fault lets it come to nothing.
func (s *Server) goOn(c *call, cl *cluster, op *operation, begin func(*cluster, *operation)) {
	if !wire.Faulty(c.Request, operationFails) {
		begin(cl, op)
		return
	}
	s.background(cl, func(context.Context) {
		s.state.mu.Lock()
		defer s.state.mu.Unlock()
		op.finish(s.now(), errDoomed)
		if cl.state != deleting {
			cl.state = failed
		}
	})
}

// power begins to stop or start a cluster; AKS refuses it where it is so already.
func (s *Server) power(c *call, state string, begin func(*cluster, *operation)) (*reply, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	cl, err := s.state.cluster(c)
	if err != nil {
		return nil, err
	}
	if cl.busy() || cl.state == succeeded && cl.stopped == (state == stopping) {
		return nil, cl.cannot(strings.ToLower(state))
	}
	op := s.begin(cl.location)
	cl.state = state
	s.goOn(c, cl, op, begin)
	return s.accepted(c, cl.location, op), nil
}
