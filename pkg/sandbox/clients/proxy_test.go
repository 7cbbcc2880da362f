package clients_test

import (
	"net/http/httptest"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/router"
)

// route starts a router and returns it with its address.
func route(t *testing.T, e sandbox.Endpoints) (*router.Router, string) {
	t.Helper()
	r, err := router.New(e)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(r)
	t.Cleanup(func() {
		server.Close()
		t.Log(r)
	})
	return r, server.URL
}

// wasAsked fails the test for each host that no client asked for.
func (r *rig) wasAsked(hosts ...string) {
	r.Helper()
	for _, host := range hosts {
		if r.router.Asked(host) == 0 {
			r.Errorf("nobody asked for %s: the client went another way", host)
		}
	}
}
