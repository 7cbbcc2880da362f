package webhook

import (
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Path is where TokenReviews are posted.
const Path = "/tokenreviews"

type handler struct {
	verifier
	groups  *sharedGroups
	log     *slog.Logger
	observe func(Review)
	// Denials are kept apart, so that a flood of bad tokens drives out no good one.
	allowed, denied *cache[[32]byte, []byte]
}

// NewHandler answers TokenReviews posted to Path.
func NewHandler(o Options) http.Handler {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Observe == nil {
		o.Observe = func(Review) {}
	}
	h := &handler{
		verifier: verifier{tenant: o.Tenant, audiences: o.Audiences, keys: o.Keys, now: o.Now},
		groups:   newSharedGroups(o.Groups, o.Now),
		log:      o.Log,
		observe:  o.Observe,
		allowed:  newCache[[32]byte, []byte](cacheBudget),
		denied:   newCache[[32]byte, []byte](cacheBudget / 4),
	}
	mux := http.NewServeMux()
	mux.Handle("POST "+Path, h)
	return mux
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	done := func(result Result, cached bool) {
		h.observe(Review{Result: result, Cached: cached, Took: time.Since(start)})
	}
	rev, code, err := readReview(r)
	if err != nil {
		h.log.Warn("request refused", "reason", err.Error(), "status", code)
		http.Error(w, err.Error(), code)
		done(Malformed, false)
		return
	}
	key := sha256.Sum256([]byte(rev.token))
	now := h.now()
	if status, ok := h.allowed.get(key, now); ok {
		h.send(w, rev, status)
		done(Allowed, true)
		return
	}
	if status, ok := h.denied.get(key, now); ok {
		h.send(w, rev, status)
		done(Denied, true)
		return
	}
	status, result, err := h.review(r.Context(), rev.token, key)
	if err != nil {
		http.Error(w, err.Error(), upstreamStatus(err))
	} else {
		h.send(w, rev, status)
	}
	done(result, false)
}

func (h *handler) send(w http.ResponseWriter, rev review, status []byte) {
	body := rev.answer(status)
	w.Header()["Content-Type"] = []string{"application/json"}
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	_, _ = w.Write(body) // an API server that has gone away needs no answer
}

// upstreamStatus never is 503: with Retry-After that makes the API server try
// 55 times in 50 s, and without only once.
func upstreamStatus(err error) int {
	var wait interface{ Timeout() bool }
	if errors.As(err, &wait) && wait.Timeout() {
		return http.StatusGatewayTimeout
	}
	switch fault.KindOf(err) {
	case fault.Network, fault.Throttled:
		return http.StatusBadGateway
	}
	return http.StatusInternalServerError
}
