package arm

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func spec() aks.ClusterSpec {
	return aks.ClusterSpec{Subscription: sub, ResourceGroup: "rg", Name: "c", Location: "eastus", ServerSecret: "s3cret",
		Entra: aks.EntraProfile{Tenant: "tid", ServerApp: "server", ClientApp: "client"}}
}

// The PUT is turned away once, sent again whole, and followed to its end.
func TestCreateCluster(t *testing.T) {
	var base string
	puts, polls := 0, 0
	s := newServer(t, func(n int, r seen, w http.ResponseWriter) {
		w.Header().Set("retry-after-ms", "1")
		switch {
		case r.method == http.MethodPut:
			if puts++; puts == 1 {
				answerError(w, http.StatusServiceUnavailable, "ServerBusy", "")
				return
			}
			w.Header().Set("Azure-AsyncOperation", base+"/operation?api-version=1")
			w.WriteHeader(http.StatusCreated)
			io.WriteString(w, document("Creating"))
		case r.path == "/operation":
			state := "InProgress"
			if polls++; polls > 2 {
				state = succeeded
			}
			fmt.Fprintf(w, `{"status":%q}`, state)
		case puts == 0:
			answerError(w, http.StatusNotFound, "ResourceNotFound", "")
		default:
			io.WriteString(w, document(succeeded))
		}
	})
	base = s.URL
	c, err := s.client(t).CreateCluster(t.Context(), spec())
	if err != nil || c.State != succeeded || puts != 2 || polls != 3 {
		t.Fatalf("%+v, %v after %d PUTs and %d polls", c, err, puts, polls)
	}
	const want = `{"identity":{"type":"SystemAssigned"},"location":"eastus","properties":{` +
		`"aadProfile":{"clientAppID":"client","serverAppID":"server","serverAppSecret":"s3cret","tenantID":"tid"},` +
		`"agentPoolProfiles":[{"count":1,"mode":"System","name":"nodepool1","osType":"Linux","type":"VirtualMachineScaleSets"}],` +
		`"dnsPrefix":"c","enableRBAC":true}}`
	if s.seen[2].body != want || s.seen[1].body != want {
		t.Errorf("sent\n%s\n%s", s.seen[1].body, s.seen[2].body)
	}
}

func TestCreateClusterThatFails(t *testing.T) {
	var base string
	s := newServer(t, func(n int, r seen, w http.ResponseWriter) {
		w.Header().Set("retry-after-ms", "1")
		switch {
		case r.method == http.MethodPut:
			w.Header().Set("Azure-AsyncOperation", base+"/operation?api-version=1")
			w.WriteHeader(http.StatusCreated)
			io.WriteString(w, document("Creating"))
		case r.path == "/operation":
			io.WriteString(w, `{"status":"Failed","error":{"code":"QuotaExceeded","message":"no cores left"}}`)
		default:
			answerError(w, http.StatusNotFound, "ResourceNotFound", "")
		}
	})
	base = s.URL
	_, err := s.client(t).CreateCluster(t.Context(), spec())
	if fault.KindOf(err) != fault.Failure || !strings.Contains(fmt.Sprint(err), "Azure reports QuotaExceeded: no cores left") {
		t.Errorf("%v", err)
	}
	if strings.Contains(fmt.Sprintf("%+v", err), "s3cret") {
		t.Errorf("the secret is in %v", err)
	}
}

// A cluster that an earlier run began is waited for and not put again.
func TestCreateClusterGoesOn(t *testing.T) {
	for name, tt := range map[string]struct {
		states []string // one per look
		kind   fault.Kind
		puts   int
	}{
		"being created":   {[]string{"Creating", "Creating", succeeded}, 0, 0},
		"ends badly":      {[]string{"Creating", failed}, fault.Failure, 0},
		"there already":   {[]string{succeeded}, fault.Conflict, 0},
		"failed before":   {[]string{failed, succeeded}, 0, 1},
		"begun meanwhile": {[]string{"", "Creating", succeeded}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			looks, puts := 0, 0
			s := newServer(t, func(n int, r seen, w http.ResponseWriter) {
				if r.method == http.MethodPut {
					if puts++; name == "begun meanwhile" {
						answerError(w, http.StatusConflict, "OperationNotAllowed", "in progress")
						return
					}
					io.WriteString(w, document(succeeded))
					return
				}
				state := tt.states[min(looks, len(tt.states)-1)]
				if looks++; state == "" {
					answerError(w, http.StatusNotFound, "ResourceNotFound", "")
					return
				}
				io.WriteString(w, document(state))
			})
			c, err := s.client(t).CreateCluster(t.Context(), spec())
			if tt.kind == 0 && (err != nil || c.State != succeeded) || tt.kind != 0 && fault.KindOf(err) != tt.kind || puts != tt.puts {
				t.Errorf("%q, %v after %d PUTs", c.State, err, puts)
			}
		})
	}
}

func TestDNSPrefix(t *testing.T) {
	for name, want := range map[string]string{"myakscluster": "myakscluster", "a_b": "a-b", "_": "aks", "": "aks", "-x-": "x",
		strings.Repeat("a", 53) + "_b": strings.Repeat("a", 53)} {
		if got := dnsPrefix(name); got != want {
			t.Errorf("%q: %q", name, got)
		}
	}
}
