package setup

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// apiServer keeps ClusterRoleBindings and nothing else.
func apiServer(t *testing.T) (kubeconfig []byte, kept map[string]string) {
	kept = map[string]string{}
	var mu sync.Mutex
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		body, _ := io.ReadAll(r.Body)
		name := strings.TrimPrefix(r.URL.Path, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/")
		switch have := kept[name]; {
		case r.Method == http.MethodGet && have != "":
			io.WriteString(w, have)
		case r.Method == http.MethodPatch: // server-side apply
			if r.URL.Query().Get("dryRun") == "" {
				kept[name] = string(body)
			}
			w.WriteHeader(http.StatusCreated)
			w.Write(body)
		default:
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`)
		}
	}))
	t.Cleanup(s.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	return []byte(fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"it",
"clusters":[{"name":"it","cluster":{"server":%q,"certificate-authority-data":%q}}],
"contexts":[{"name":"it","context":{"cluster":"it","user":"it"}}],"users":[{"name":"it","user":{"token":"local"}}]}`,
		s.URL, base64.StdEncoding.EncodeToString(ca))), kept
}

func TestAccess(t *testing.T) {
	admin, kept := apiServer(t)
	a := access{now: func() time.Time { return time.Unix(0, 0) }}
	carol := entra.Principal{ID: "11111111-1111-1111-1111-111111111111", Kind: entra.User, External: true, Name: "Carol",
		UPN: "carol_fabrikam.com#EXT#@contoso.com"}
	if bound, err := a.Bound(t.Context(), admin, carol); bound || err != nil {
		t.Fatalf("before: %v %v", bound, err)
	}
	if len(kept) > 0 {
		t.Fatalf("looking changed something: %v", kept)
	}
	if err := a.Bind(t.Context(), admin, carol); err != nil {
		t.Fatal(err)
	}
	if bound, err := a.Bound(t.Context(), admin, carol); !bound || err != nil {
		t.Errorf("after: %v %v", bound, err)
	}
	for _, text := range kept {
		if !strings.Contains(text, `"name":"cluster-admin"`) || !strings.Contains(text, `"kind":"User","name":"`+string(carol.ID)+`"`) {
			t.Errorf("a guest is bound by the object id: %s", text)
		}
	}
}
