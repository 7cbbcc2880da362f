package browser

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// receiver is the server to which the browser comes back, once.
type receiver struct {
	redirect string
	host     string
	path     string
	state    safetext.Secret
	server   *http.Server
	answers  chan *answer

	mu   sync.Mutex
	came *answer
}

// answer is what the browser brought, and the way to show it how that ended.
type answer struct {
	code    safetext.Secret
	refusal error
	page    chan page
	shown   chan struct{} // closed when the browser has its page
}

// reply ends the browser's wait.
func (a *answer) reply(p page) { a.page <- p }

const (
	headerTime = 5 * time.Second
	lastPage   = 3 * time.Second  // for the browser to take the page
	redeemTime = 90 * time.Second // longest wait of the browser for its page
)

func listen(t target, state safetext.Secret) (*receiver, error) {
	listeners, port, err := t.open()
	if err != nil {
		return nil, err
	}
	r := &receiver{state: state, path: t.path, answers: make(chan *answer, 1)}
	r.redirect, r.host = t.redirect(port)
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: headerTime, MaxHeaderBytes: 64 << 10}
	for _, l := range listeners {
		go func() { _ = r.server.Serve(l) }()
	}
	return r, nil
}

// close waits until the browser has its page, and not for the connections that
// browsers open in advance.
func (r *receiver) close() {
	r.mu.Lock()
	a := r.came
	r.mu.Unlock()
	if a != nil {
		wait := time.NewTimer(lastPage)
		defer wait.Stop()
		select {
		case <-a.shown:
		case <-wait.C:
		}
	}
	_ = r.server.Close()
}

func (r *receiver) wait(ctx context.Context) (*answer, error) {
	select {
	case a := <-r.answers:
		return a, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// ServeHTTP implements http.Handler. What does not belong to this sign-in
// changes nothing: any page of the web can send a browser here.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	q := req.URL.Query()
	same := subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(r.state.Reveal())) == 1
	switch {
	case req.Host != r.host || req.URL.Path != r.path && req.URL.Path != r.path+"/":
		http.NotFound(w, req)
	case req.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
	case !same || len(q["state"]) != 1 || len(q["code"])+len(q["error"]) != 1:
		foreign.show(w, http.StatusBadRequest)
	default:
		a := &answer{code: safetext.Secret(q.Get("code")), refusal: refusal(q), page: make(chan page, 1), shown: make(chan struct{})}
		if !r.first(a) {
			twice.show(w, http.StatusConflict)
			return
		}
		r.answers <- a
		a.show(w)
	}
}

func (a *answer) show(w http.ResponseWriter) {
	defer close(a.shown)
	wait := time.NewTimer(redeemTime)
	defer wait.Stop()
	select {
	case p := <-a.page:
		status := http.StatusOK
		if !p.Good {
			status = http.StatusBadRequest
		}
		p.show(w, status)
	case <-wait.C:
		unknown.show(w, http.StatusGatewayTimeout)
	}
}

// first takes one answer and no second.
func (r *receiver) first(a *answer) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.came != nil {
		return false
	}
	r.came = a
	return true
}

// refusal is what Entra ID says instead of giving a code, in the same words as
// for a token.
func refusal(q url.Values) error {
	if q.Get("error") == "" {
		return nil
	}
	body, err := json.Marshal(map[string]string{"error": q.Get("error"), "error_description": q.Get("error_description")})
	if err != nil {
		return err
	}
	return login.Refusal(http.StatusBadRequest, body)
}
