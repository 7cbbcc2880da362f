package doctor

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

const (
	tenant    = "11111111-1111-1111-1111-111111111111"
	serverApp = "22222222-2222-2222-2222-222222222222"
	clientApp = "33333333-3333-3333-3333-333333333333"
	carolID   = "cccccccc-cccc-cccc-cccc-cccccccccccc"
)

// world is a cluster and a cloud on loopback, a kubeconfig for them, and carol,
// a guest who is bound by her mail address.
type world struct {
	server   *httptest.Server
	jwt      string
	refuse   bool // 401 for every token
	mu       sync.Mutex
	seen     []string
	signedIn bool
	dir      string
}

func newWorld(t *testing.T) *world {
	w := &world{dir: t.TempDir(), signedIn: true}
	claims, err := json.Marshal(map[string]any{"iss": "https://sts.windows.net/" + tenant + "/", "aud": serverApp, "tid": tenant, "oid": carolID,
		"ver": "1.0", "unique_name": "carol@fabrikam.com", "idp": "https://sts.windows.net/other/", "scp": "user_impersonation",
		"appid": clientApp, "exp": time.Now().Add(time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	w.jwt = "e30." + base64.RawURLEncoding.EncodeToString(claims) + ".c2ln"
	w.server = httptest.NewUnstartedServer(w)
	w.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	w.server.StartTLS()
	t.Cleanup(w.server.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.server.Certificate().Raw})
	w.write(t, "ca.pem", string(ca))
	w.write(t, "cloud.json", fmt.Sprintf(`{"name":"test","activeDirectoryEndpoint":%q,"microsoftGraphEndpoint":%q,"caFile":"ca.pem"}`, w.server.URL, w.server.URL))
	w.write(t, "config", fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"prod",
"clusters":[{"name":"prod","cluster":{"server":%q,"certificate-authority-data":%q}}],
"contexts":[{"name":"prod","context":{"cluster":"prod","user":"carol","namespace":"dev"}},{"name":"prod-admin","context":{"cluster":"prod","user":"admin"}}],
"users":[{"name":"admin","user":{"token":"admin"}},{"name":"carol","user":{"exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"kubectl-aad","interactiveMode":"IfAvailable",
"args":["get-token","--server-id",%q,"--client-id",%q,"--tenant-id",%q,"--cloud",%q,"--login","clientsecret","--client-secret","x"]}}}]}`,
		w.server.URL, base64.StdEncoding.EncodeToString(ca), serverApp, clientApp, tenant, filepath.Join(w.dir, "cloud.json")))
	return w
}

func (w *world) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// ServeHTTP is the API server, as carol's token and the administrator's meet it.
func (w *world) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	as := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	w.mu.Lock()
	w.seen = append(w.seen, r.URL.Path)
	w.mu.Unlock()
	out.Header().Set("Content-Type", "application/json")
	switch carol := as == w.jwt; {
	case as == "":
		fmt.Fprint(out, `{}`) // probes
	case w.refuse || !carol && as != "admin":
		out.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(out, `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}`)
	case strings.HasSuffix(r.URL.Path, "/selfsubjectreviews"):
		fmt.Fprintf(out, `{"status":{"userInfo":{"username":%q,"groups":["system:authenticated"]}}}`, carolID)
	case strings.HasSuffix(r.URL.Path, "accessreviews"):
		fmt.Fprint(out, `{"status":{"allowed":false}}`)
	case carol:
		out.WriteHeader(http.StatusForbidden)
		fmt.Fprint(out, `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"forbidden","reason":"Forbidden","code":403}`)
	case strings.HasSuffix(r.URL.Path, "/rolebindings"):
		fmt.Fprint(out, `{"items":[{"metadata":{"name":"carol-view","namespace":"dev"},"roleRef":{"kind":"ClusterRole","name":"view"},`+
			`"subjects":[{"kind":"User","name":"carol@fabrikam.com"}]}]}`)
	default:
		fmt.Fprint(out, `{"items":[]}`)
	}
}

// Silent makes world a login method that has, or has not, signed in before.
func (w *world) Silent(context.Context, login.Session) (login.Grant, error) {
	if !w.signedIn {
		return login.Grant{}, fault.New(fault.SignIn, "sign-in needed")
	}
	return login.Grant{Token: token.Token{Access: safetext.Secret(w.jwt), Expires: time.Now().Add(time.Hour)}}, nil
}

// graph is a directory that knows carol.
type graph struct{ factory.Directory }

func (graph) Find(_ context.Context, ref directory.Ref) ([]entra.Principal, error) {
	if ref.Text != "carol@fabrikam.com" {
		return nil, nil
	}
	return []entra.Principal{{ID: carolID, Kind: entra.User, Name: "Carol", Mail: ref.Text, External: true, UPN: "carol_fabrikam.com#EXT#@contoso.onmicrosoft.com"}}, nil
}
func (g graph) Principal(ctx context.Context, _ entra.ObjectID) (entra.Principal, error) {
	p, err := g.Find(ctx, directory.Ref{Text: "carol@fabrikam.com"})
	return p[0], err
}
func (graph) Organization(context.Context) (entra.Organization, error) {
	return entra.Organization{Tenant: tenant, Domains: []string{"contoso.com"}}, nil
}
func (graph) MemberGroups(context.Context, entra.Principal, bool) ([]entra.ObjectID, error) {
	return nil, nil
}
func (graph) Application(context.Context, entra.ClientID) (entra.Application, error) {
	return entra.Application{}, fault.New(fault.Forbidden, "no permission to read applications")
}
