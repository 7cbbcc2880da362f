package sandbox

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

type signInBody struct {
	Who  string `json:"who"`
	Code string `json:"code"`
}

type faultBody struct {
	Service string `json:"service"`
	Name    string `json:"name"`
	Times   int    `json:"times"`
	Match   string `json:"match"`
}

// settingsBody changes what is not null.
type settingsBody struct {
	Now              *time.Time     `json:"now,omitempty"`
	Advance          *time.Duration `json:"advance,omitempty"`
	Latency          *time.Duration `json:"latency,omitempty"`
	ReplicationDelay *time.Duration `json:"replicationDelay,omitempty"`
}

type federatedBody struct {
	Subject  string `json:"subject"`
	Audience string `json:"audience"`
}

type issuerBody struct {
	Issuer string          `json:"issuer"`
	Keys   json.RawMessage `json:"jwks"`
}

type failureBody struct {
	Error string `json:"error"`
}

// controlRoutes is what Control asks for.
func (s *Sandbox) controlRoutes() http.Handler {
	m := http.NewServeMux()
	on(m, "POST /sign-in", func(r *http.Request, b signInBody) (any, error) { return nil, s.SignIn(r.Context(), b.Who, b.Code) })
	on(m, "POST /faults", func(_ *http.Request, b faultBody) (any, error) {
		return nil, s.Fault(b.Service, b.Name, b.Times, b.Match)
	})
	on(m, "GET /faults", func(*http.Request, none) (any, error) { return s.chassis.Faults(), nil })
	on(m, "DELETE /faults", func(*http.Request, none) (any, error) { s.ClearFaults(); return nil, nil })
	on(m, "GET /requests", func(*http.Request, none) (any, error) { return s.Requests(), nil })
	on(m, "DELETE /requests", func(*http.Request, none) (any, error) { s.ResetRequests(); return nil, nil })
	on(m, "GET /settings", func(*http.Request, none) (any, error) { return s.Settings(), nil })
	on(m, "PATCH /settings", func(_ *http.Request, b settingsBody) (any, error) { s.set(b); return s.Settings(), nil })
	on(m, "POST /rotate", func(*http.Request, none) (any, error) { return nil, s.Rotate() })
	on(m, "POST /federated-token", func(_ *http.Request, b federatedBody) (any, error) { return s.FederatedToken(b.Subject, b.Audience) })
	on(m, "POST /issuers", func(_ *http.Request, b issuerBody) (any, error) { return nil, s.TrustIssuer(b.Issuer, b.Keys) })
	on(m, "GET /policies", func(*http.Request, none) (any, error) { return s.Policies(), nil })
	on(m, "POST /policies", func(_ *http.Request, b PolicySpec) (any, error) { return nil, s.SetPolicy(b) })
	on(m, "DELETE /policies/{name}", func(r *http.Request, _ none) (any, error) { s.DeletePolicy(r.PathValue("name")); return nil, nil })
	m.HandleFunc("POST /down", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, nil, nil)
		_ = http.NewResponseController(w).Flush() // before whoever waits for Done closes the connection
		s.end()
	})
	return m
}

// none is the body of a request that has none.
type none struct{}

// on registers a route whose body is a B.
func on[B any](m *http.ServeMux, pattern string, do func(*http.Request, B) (any, error)) {
	m.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		var b B
		if err := wire.ReadJSON(r, &b); err != nil {
			answer(w, nil, err)
			return
		}
		v, err := do(r, b)
		answer(w, v, err)
	})
}

func (s *Sandbox) set(b settingsBody) {
	if b.Now != nil {
		s.SetClock(*b.Now)
	}
	if b.Advance != nil {
		s.Advance(*b.Advance)
	}
	if b.Latency != nil {
		s.SetLatency(*b.Latency)
	}
	if b.ReplicationDelay != nil {
		s.SetReplicationDelay(*b.ReplicationDelay)
	}
}

func answer(w http.ResponseWriter, v any, err error) {
	switch {
	case err != nil:
		wire.JSON(w, http.StatusBadRequest, failureBody{Error: err.Error()})
	case v == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		wire.JSON(w, http.StatusOK, v)
	}
}
