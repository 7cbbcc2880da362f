package wire

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault is a way in which a service can be made to fail. Do answers in the
// service's place; without it the service asks Faulty where it matters.
type Fault struct {
	Service     string `json:"service"`
	Name        string `json:"name"`
	Explanation string `json:"explanation"`

	do func(w http.ResponseWriter, r *http.Request, refuse Refusal)
}

// generic are the faults that every service has.
var generic = []Fault{
	{Name: "429", Explanation: "too many requests, Retry-After: 1", do: func(w http.ResponseWriter, r *http.Request, refuse Refusal) {
		w.Header().Set("Retry-After", "1")
		refuse(w, r, http.StatusTooManyRequests, "TooManyRequests", "Too many requests.")
	}},
	{Name: "429-date", Explanation: "too many requests, Retry-After as a date a second ahead", do: func(w http.ResponseWriter, r *http.Request, refuse Refusal) {
		w.Header().Set("Retry-After", time.Now().Add(time.Second).UTC().Format(http.TimeFormat))
		refuse(w, r, http.StatusTooManyRequests, "TooManyRequests", "Too many requests.")
	}},
	{Name: "500", Explanation: "internal server error", do: func(w http.ResponseWriter, r *http.Request, refuse Refusal) {
		refuse(w, r, http.StatusInternalServerError, "InternalServerError", "Something went wrong.")
	}},
	{Name: "502", Explanation: "bad gateway, with a proxy's page", do: func(w http.ResponseWriter, _ *http.Request, _ Refusal) {
		page(w, http.StatusBadGateway, "502 Bad Gateway")
	}},
	{Name: "503", Explanation: "service unavailable", do: func(w http.ResponseWriter, r *http.Request, refuse Refusal) {
		refuse(w, r, http.StatusServiceUnavailable, "ServiceUnavailable", "The service is unavailable.")
	}},
	{Name: "504", Explanation: "gateway timeout, with a proxy's page", do: func(w http.ResponseWriter, _ *http.Request, _ Refusal) {
		page(w, http.StatusGatewayTimeout, "504 Gateway Time-out")
	}},
	{Name: "half", Explanation: "half an answer, then the connection ends", do: func(w http.ResponseWriter, _ *http.Request, _ Refusal) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "4096")
		_, _ = w.Write([]byte(`{"token_type":"Bearer","access_to`))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}},
	{Name: "hang", Explanation: "no answer until the client gives up", do: func(_ http.ResponseWriter, r *http.Request, _ Refusal) {
		<-r.Context().Done()
	}},
	{Name: "reset", Explanation: "the connection is reset without an answer", do: reset},
	{Name: "html", Explanation: "a page of a captive portal instead of the answer", do: func(w http.ResponseWriter, _ *http.Request, _ Refusal) {
		page(w, http.StatusOK, "Guest network", "Please accept the terms of this network.")
	}},
}

// page answers with a page of something that is not the service.
func page(w http.ResponseWriter, status int, title string, text ...string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<!DOCTYPE html><title>%s</title><p>%s\n", title, strings.Join(text, " "))
}

func reset(w http.ResponseWriter, _ *http.Request, _ Refusal) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn() // no close_notify
	}
	if t, ok := conn.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = conn.Close()
}

// armed is a fault that is waiting for requests.
type armed struct {
	fault Fault
	left  int // requests still to spoil; below 0: all
	match string
}

type armory struct {
	mu    sync.Mutex
	own   []Fault // of single services
	armed []*armed
}

// Fault adds a fault of this service's own; handlers ask Faulty about it.
func (m *Mux) Fault(name, explanation string) {
	a := &m.chassis.faults
	a.mu.Lock()
	defer a.mu.Unlock()
	a.own = append(a.own, Fault{Service: m.Name, Name: name, Explanation: explanation})
}

// Faults lists every fault that there is.
func (c *Chassis) Faults() []Fault {
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	var out []Fault
	for _, m := range c.services {
		for _, f := range generic {
			f.Service = m.Name
			out = append(out, f)
		}
		for _, f := range c.faults.own {
			if f.Service == m.Name {
				out = append(out, f)
			}
		}
	}
	return out
}

// Arm makes a fault happen for the next times requests (0: until cleared) whose
// route contains match ("POST /v1.0/groups", "devicecode"; empty: every route).
func (c *Chassis) Arm(service, name string, times int, match string) error {
	all := c.Faults()
	i := slices.IndexFunc(all, func(f Fault) bool { return f.Service == service && f.Name == name })
	if i < 0 {
		return fmt.Errorf("no fault %q of %q", name, service)
	}
	if times <= 0 {
		times = -1
	}
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	c.faults.armed = append(c.faults.armed, &armed{fault: all[i], left: times, match: match})
	return nil
}

// ClearFaults ends all faults.
func (c *Chassis) ClearFaults() {
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	c.faults.armed = nil
}

// Armed lists the faults in force: those of Arm that are not used up.
func (c *Chassis) Armed() []Fault {
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	out := []Fault{}
	for _, a := range c.faults.armed {
		out = append(out, a.fault)
	}
	return out
}

// take returns what a generic fault does to a request, if one is armed for it.
func (a *armory) take(c *call, method string) func(http.ResponseWriter, *http.Request, Refusal) {
	f, ok := a.use(c, method, func(f Fault) bool { return f.do != nil })
	if !ok {
		return nil
	}
	return f.do
}

// Faulty reports whether a fault of the service's own is armed for this request,
// and counts it as used.
func Faulty(r *http.Request, name string) bool {
	c := callOf(r)
	if c == nil {
		return false
	}
	_, ok := c.mux.chassis.faults.use(c, r.Method, func(f Fault) bool { return f.do == nil && f.Name == name })
	return ok
}

func (a *armory) use(c *call, method string, want func(Fault) bool) (Fault, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, f := range a.armed {
		if f.fault.Service != c.mux.Name || !want(f.fault) || !strings.Contains(method+" "+c.route, f.match) {
			continue
		}
		if f.left > 0 {
			f.left--
		}
		if f.left == 0 {
			a.armed = slices.Delete(a.armed, i, i+1)
		}
		return f.fault, true
	}
	return Fault{}, false
}
