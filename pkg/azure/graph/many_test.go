package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// large is a directory of people u0… and groups g0… behind $batch. It knows the
// limits of Graph and no more of its rules.
type large struct {
	t        *testing.T
	mu       sync.Mutex
	requests int
	throttle map[string]int // step id → how often it is turned away
	refuse   string         // a value that no filter takes
}

func (l *large) serve(_ int, r seen, w http.ResponseWriter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests++
	var in struct {
		Requests []struct {
			ID, Method, URL string
			Body            struct{ IDs []string }
		}
	}
	if err := json.Unmarshal([]byte(r.body), &in); err != nil || r.path != "/v1.0/$batch" || len(in.Requests) > 20 || len(in.Requests) == 0 {
		l.t.Errorf("%s %s: %v, %d steps", r.method, r.path, err, len(in.Requests))
	}
	responses := []any{}
	for _, st := range in.Requests {
		if l.throttle[st.ID] > 0 {
			l.throttle[st.ID]--
			responses = append(responses, map[string]any{"id": st.ID, "status": 429, "headers": map[string]string{"Retry-After": "7"}})
			continue
		}
		if l.refuse != "" && strings.Contains(st.URL, l.refuse) {
			responses = append(responses, map[string]any{"id": st.ID, "status": 400, "body": map[string]any{"error": map[string]any{"code": "BadRequest"}}})
			continue
		}
		responses = append(responses, map[string]any{"id": st.ID, "status": 200, "body": map[string]any{"value": l.answer(st.URL, st.Body.IDs)}})
	}
	json.NewEncoder(w).Encode(map[string]any{"responses": responses})
}

var quoted = regexp.MustCompile(`'([^']*)'`)

func (l *large) answer(link string, ids []string) []any {
	u, err := url.Parse(link)
	if err != nil || len(ids) > 1000 {
		l.t.Errorf("%q, %d ids: %v", link, len(ids), err)
	}
	list := []any{}
	for _, id := range ids {
		switch id[0] {
		case 'a':
			list = append(list, map[string]any{"@odata.type": "#microsoft.graph.user", "id": id, "userPrincipalName": id + "@contoso.com"})
		case 'b':
			list = append(list, map[string]any{"@odata.type": "#microsoft.graph.group", "id": id, "displayName": "Team"})
		}
	}
	values := quoted.FindAllStringSubmatch(u.Query().Get("$filter"), -1)
	if len(values) > 15 {
		l.t.Errorf("%d values in a filter", len(values))
	}
	for _, v := range values {
		switch {
		case strings.HasPrefix(u.Query().Get("$filter"), "userPrincipalName"):
			list = append(list, map[string]any{"id": "0" + v[1], "userPrincipalName": v[1]})
		case strings.HasPrefix(u.Query().Get("$filter"), "id in") && u.Path == "/users":
			list = append(list, map[string]any{"id": v[1], "userPrincipalName": v[1] + "@contoso.com", "accountEnabled": false})
		}
	}
	return list
}

func guid(kind byte, n int) string { return fmt.Sprintf("%c%07x-0000-4000-8000-000000000000", kind, n) }

// Ten thousand principals cost at most 1.2 times the fewest requests that
// Graph's limits allow.
func TestFindAllAtScale(t *testing.T) {
	for _, n := range []int{100, 1000, 10000} {
		l := &large{t: t}
		c := newServer(t, l.serve).client(t, nil)
		var refs []directory.Ref
		for i := range n {
			switch i % 2 {
			case 0:
				refs = append(refs, directory.Ref{Text: fmt.Sprintf("U%d@contoso.com", i), By: directory.UPNOrMail})
			default:
				refs = append(refs, directory.Ref{Text: guid('b', i), By: directory.ID})
			}
		}
		last := 0
		found, err := c.FindAll(t.Context(), refs, func(done, of int) {
			if done < last || of != n {
				t.Errorf("progress %d of %d after %d", done, of, last)
			}
			last = done
		})
		if err != nil || last != n {
			t.Fatalf("%v, %d told", err, last)
		}
		for i, f := range found {
			if len(f) != 1 || i%2 == 0 && f[0].UPN != strings.ToLower(refs[i].Text) || i%2 == 1 && f[0].Kind != entra.Group {
				t.Fatalf("%v: %+v", refs[i], f)
			}
		}
		steps := (n/2+14)/15 + (n/2+999)/1000
		if fewest := (steps + 19) / 20; float64(l.requests) > 1.2*float64(fewest) {
			t.Errorf("%d principals: %d requests, fewest %d", n, l.requests, fewest)
		}
	}
}

// Who is found by id is read again, because getByIds leaves out whether an
// account is disabled.
func TestFindAllById(t *testing.T) {
	l := &large{t: t}
	c := newServer(t, l.serve).client(t, nil)
	ref := directory.Ref{Text: guid('a', 1), By: directory.ID}
	found, err := c.FindAll(t.Context(), []directory.Ref{ref, ref, {Text: guid('c', 1), By: directory.ID, Kind: entra.User}}, nil)
	if err != nil || len(found[0]) != 1 || !found[0][0].Disabled || len(found[1]) != 1 || len(found[2]) != 0 {
		t.Errorf("%+v, %v", found, err)
	}
}

// Only the throttled items of a batch are sent again, after what they ask for.
func TestBatchSendsThrottledItemsAgain(t *testing.T) {
	l := &large{t: t, throttle: map[string]int{"1": 2}}
	s := newServer(t, l.serve)
	c := s.client(t, nil)
	var waited []time.Duration
	c.wait = func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil }
	var refs []directory.Ref
	for i := range 40 {
		refs = append(refs, directory.Ref{Text: fmt.Sprintf("u%d@contoso.com", i), By: directory.UPNOrMail, Kind: entra.User})
	}
	found, err := c.FindAll(t.Context(), refs, nil)
	if err != nil || len(waited) != 2 || waited[0] != 7*time.Second || len(found[20]) != 1 {
		t.Fatalf("%v, waited %v, %+v", err, waited, found[20])
	}
	if n := strings.Count(s.seen[1].body, `"method"`); n != 1 {
		t.Errorf("%d items were sent again", n)
	}
	l.throttle["1"] = 100
	if _, err := c.FindAll(t.Context(), refs, nil); fault.KindOf(err) != fault.Throttled {
		t.Errorf("throttled for ever: %v", err)
	}
	c.wait = func(ctx context.Context, _ time.Duration) error { return context.Canceled }
	l.throttle["1"] = 100
	if found, err := c.FindAll(t.Context(), refs, nil); err == nil || len(found) != len(refs) {
		t.Errorf("interrupted: %v, %d", err, len(found))
	}
}

// One value that Graph does not take costs its neighbours nothing.
func TestOneBadValueOfMany(t *testing.T) {
	l := &large{t: t, refuse: "odd"}
	c := newServer(t, l.serve).client(t, nil)
	refs := []directory.Ref{{Text: "a@contoso.com", By: directory.UPNOrMail, Kind: entra.User}, {Text: "odd@contoso.com", By: directory.UPNOrMail, Kind: entra.User}}
	c.org = &entra.Organization{InitialDomain: "contoso.onmicrosoft.com"}
	found, err := c.FindAll(t.Context(), refs, nil)
	if err != nil || len(found[0]) != 1 || len(found[1]) != 0 {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestBatchAnswersAreNotTrusted(t *testing.T) {
	for name, body := range map[string]string{"nothing": `{"responses":[]}`, "no JSON": `<html>`, "no list": `{"responses":[{"id":"0","status":200,"body":{"value":[{"id":null}],"@odata.nextLink":"https://example.com/x"}}]}`} {
		c := newServer(t, func(_ int, _ seen, w http.ResponseWriter) { io.WriteString(w, body) }).client(t, nil)
		if _, err := c.Principals(t.Context(), []entra.ObjectID{"x"}); fault.KindOf(err) != fault.Failure {
			t.Errorf("%s: %v", name, err)
		}
	}
}
