package graph

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// maxBatch is how many requests one $batch may carry.
const maxBatch = 20

// batchThrottled is the fault that refuses one item of a batch and not the rest.
const batchThrottled = "batch-429"

// step is one request in a $batch.
type step struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

// outcome is its answer.
type outcome struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    any               `json:"body,omitempty"`
}

// batch answers several requests at once, each with a status of its own.
func (s *Server) batch(w http.ResponseWriter, r *http.Request) {
	if err := inflate(r); err != nil {
		s.refuse(w, r, err)
		return
	}
	if _, _, err := s.authenticate(r); err != nil {
		s.refuse(w, r, err)
		return
	}
	var in struct {
		Requests []step `json:"requests"`
	}
	if err := wire.ReadJSON(r, &in); err != nil || len(in.Requests) == 0 {
		Refuse(w, r, http.StatusBadRequest, "BadRequest", "Invalid batch payload format.")
		return
	}
	if len(in.Requests) > maxBatch {
		Refuse(w, r, http.StatusBadRequest, "MaximumValueExceeded", "Number of batch request steps exceeds the maximum value of 20.")
		return
	}
	status := map[string]int{}
	responses := []outcome{}
	for _, st := range in.Requests {
		if _, twice := status[st.ID]; twice || st.ID == "" {
			Refuse(w, r, http.StatusBadRequest, "BadRequest", "The ids of the requests in a batch must be there and unique.")
			return
		}
		out := s.step(r, st, status)
		status[st.ID] = out.Status
		responses = append(responses, out)
	}
	wire.JSON(w, http.StatusOK, map[string]any{"responses": responses})
}

func (s *Server) step(outer *http.Request, st step, before map[string]int) outcome {
	for _, id := range st.DependsOn {
		if code, done := before[id]; !done || code >= http.StatusBadRequest {
			return refusedStep(outer, st.ID, http.StatusFailedDependency, "FailedDependency", "Request failed because a request that it depends on failed.")
		}
	}
	if wire.Faulty(outer, batchThrottled) {
		out := refusedStep(outer, st.ID, http.StatusTooManyRequests, "TooManyRequests", "Too many requests.")
		out.Headers["Retry-After"] = "1"
		return out
	}
	address, err := url.Parse(version + "/" + strings.TrimPrefix(st.URL, "/"))
	if err != nil || address.Host != "" {
		return refusedStep(outer, st.ID, http.StatusBadRequest, "BadRequest", "Invalid batch request URL.")
	}
	inner, err := http.NewRequestWithContext(outer.Context(), strings.ToUpper(st.Method), canonical(address.EscapedPath())+"?"+address.RawQuery, bytes.NewReader(st.Body))
	if err != nil {
		return refusedStep(outer, st.ID, http.StatusBadRequest, "BadRequest", "Invalid batch request.")
	}
	inner.Host, inner.RequestURI = outer.Host, address.RequestURI()
	for name, value := range st.Headers {
		inner.Header.Set(name, value)
	}
	inner.Header.Set("Authorization", outer.Header.Get("Authorization"))
	return s.run(inner, st.ID)
}

func (s *Server) run(r *http.Request, id string) outcome {
	h, pattern := s.inner.Handler(r)
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	if pattern == "" && wire.Routed(s.inner, r) {
		Refuse(w, r, http.StatusMethodNotAllowed, "", "")
	} else if pattern == "" {
		Refuse(w, r, http.StatusNotFound, "", "the sandbox's graph has no route for "+r.Method+" "+r.URL.Path)
	} else {
		_ = h // chosen again by ServeHTTP, which also sets the path values
		s.inner.ServeHTTP(w, r)
	}
	out := outcome{ID: id, Status: w.status, Headers: map[string]string{}}
	for name := range w.header {
		out.Headers[name] = w.header.Get(name)
	}
	switch {
	case w.body.Len() == 0:
	case strings.HasPrefix(w.header.Get("Content-Type"), "application/json"):
		out.Body = json.RawMessage(w.body.Bytes())
	default: // what is not JSON is told in base64
		out.Body = w.body.Bytes()
	}
	return out
}

func refusedStep(r *http.Request, id string, status int, code, message string) outcome {
	w := &recorder{header: http.Header{}}
	Refuse(w, r, status, code, message)
	return outcome{ID: id, Status: status, Headers: map[string]string{"Content-Type": "application/json"}, Body: json.RawMessage(w.body.Bytes())}
}

// recorder keeps the answer to a step.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
