package entraid_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook/entraid"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook/issuertest"
)

func secretFile(t *testing.T, secret string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(name, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func (w *world) groups(t *testing.T, change func(*entraid.GroupOptions)) *entraid.Groups {
	t.Helper()
	o := entraid.GroupOptions{Client: issuertest.Client, SecretFile: secretFile(t, issuertest.Secret), SecurityOnly: true}
	if change != nil {
		change(&o)
	}
	return entraid.NewGroups(w.up, o)
}

func TestGroupRequests(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		app, onBehalf, all bool
		path, body, grant  string
	}{
		"user":                         {false, false, false, "users", `{"securityEnabledOnly":true}`, "client_credentials"},
		"user, all groups":             {false, false, true, "users", `{"securityEnabledOnly":false}`, "client_credentials"},
		"service principal":            {true, false, false, "servicePrincipals", `{"securityEnabledOnly":true}`, "client_credentials"},
		"on behalf":                    {false, true, false, "users", `{"securityEnabledOnly":true}`, "urn:ietf:params:oauth:grant-type:jwt-bearer"},
		"service principal, on behalf": {true, true, false, "servicePrincipals", `{"securityEnabledOnly":true}`, "client_credentials"},
	} {
		t.Run(name, func(t *testing.T) {
			g := w.groups(t, func(o *entraid.GroupOptions) { o.OnBehalf, o.SecurityOnly = c.onBehalf, !c.all })
			ids, err := g.Groups(background(), person(c.app), "bearer")
			if err != nil || !slices.Equal(ids, []entra.ObjectID{issuertest.Group}) {
				t.Fatalf("got %q, %v", ids, err)
			}
			req, body := w.Last(issuertest.Graph)
			if want := "/v1.0/" + c.path + "/" + issuertest.Alice + "/getMemberGroups"; req.URL.Path != want || body != c.body {
				t.Errorf("asked %s %s", req.URL.Path, body)
			}
			req, _ = w.Last(issuertest.Token)
			if req.PostForm.Get("grant_type") != c.grant || req.PostForm.Get("scope") != w.Server.URL+"/.default" {
				t.Errorf("signed in with %v", req.PostForm)
			}
			if onBehalf := c.onBehalf && !c.app; onBehalf != (req.PostForm.Get("assertion") == "bearer") {
				t.Errorf("assertion %q", req.PostForm.Get("assertion"))
			}
		})
	}
}

func TestPages(t *testing.T) {
	w := newWorld(t)
	id := func(n int) string { return fmt.Sprintf("cccccccc-0000-4000-8000-%012d", n) }
	w.Instead(issuertest.Graph, func(rw http.ResponseWriter, r *http.Request) {
		n := len(r.URL.Query().Get("skip"))
		next := ""
		if n < 2 {
			next = fmt.Sprintf(`,"@odata.nextLink":"%s%s?skip=%s"`, w.Server.URL, r.URL.Path, strings.Repeat("x", n+1))
		}
		fmt.Fprintf(rw, `{"value":[%q]%s}`, id(n), next)
	})
	ids, err := w.groups(t, nil).Groups(background(), person(false), "")
	if err != nil || !slices.Equal(ids, []entra.ObjectID{entra.ObjectID(id(0)), entra.ObjectID(id(1)), entra.ObjectID(id(2))}) {
		t.Errorf("got %q, %v", ids, err)
	}
}

// TestGraphAnswers: which of them are a verdict, which a failure to be retried.
func TestGraphAnswers(t *testing.T) {
	w := newWorld(t)
	reached := false
	stranger := issuertest.New(t)
	stranger.Instead(issuertest.Graph, func(http.ResponseWriter, *http.Request) { reached = true })
	for name, c := range map[string]struct {
		status int
		body   string
		denied bool
		says   string
	}{
		"no list":           {200, `{}`, false, "no list"},
		"list null":         {200, `{"value":null}`, false, "no list"},
		"list of objects":   {200, `{"value":[{}]}`, false, "JSON"},
		"a name":            {200, `{"value":["admins"]}`, false, "object id"},
		"a null":            {200, `{"value":[null]}`, false, "object id"},
		"HTML":              {200, `<html>`, false, "JSON"},
		"next elsewhere":    {200, `{"value":[],"@odata.nextLink":"` + stranger.Server.URL + `/getMemberGroups"}`, false, "another host"},
		"next by http":      {200, `{"value":[],"@odata.nextLink":"` + strings.Replace(w.Server.URL, "https", "http", 1) + `/x"}`, false, "another host"},
		"next for ever":     {200, `{"value":[],"@odata.nextLink":"` + w.Server.URL + `/getMemberGroups"}`, false, "pages"},
		"no content":        {204, ``, false, "204"},
		"throttled":         {429, `{}`, false, "429"},
		"down":              {503, ``, false, "503"},
		"bad gateway":       {502, ``, false, "502"},
		"forbidden":         {403, `{"error":{"code":"Authorization_RequestDenied"}}`, true, "GroupMember.Read.All"},
		"gone":              {404, `{"error":{"code":"Request_ResourceNotFound"}}`, true, "not in the directory"},
		"some proxy's 404":  {404, `nothing here`, false, "404"},
		"too many":          {400, `{"error":{"code":"Directory_ResultSizeLimitExceeded"}}`, true, "11,000"},
		"token not taken":   {401, `{}`, false, "not accepted"},
		"redirect to other": {307, ``, false, "redirect"},
	} {
		w.Instead(issuertest.Graph, func(rw http.ResponseWriter, r *http.Request) {
			if c.status == 307 {
				rw.Header().Set("Location", stranger.Server.URL+r.URL.Path)
			}
			issuertest.Answer(c.status, c.body)(rw, r)
		})
		w.up.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return fmt.Errorf("redirect refused") }
		ids, err := w.groups(t, nil).Groups(background(), person(false), "")
		if err == nil || denied(err) != c.denied || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %q, %v", name, ids, err)
		}
		if !c.denied && fault.KindOf(err) != fault.Network {
			t.Errorf("%s: kind %v", name, fault.KindOf(err))
		}
	}
	if reached {
		t.Error("the token went to a stranger")
	}
}

func TestNoWayToAsk(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		file, graph, object, says string
	}{
		"no file":      {"", w.Server.URL, issuertest.Alice, "--client-secret-file"},
		"missing file": {"/nonexistent/secret", w.Server.URL, issuertest.Alice, "/nonexistent/secret"},
		"empty file":   {secretFile(t, ""), w.Server.URL, issuertest.Alice, "empty"},
		"no Graph":     {secretFile(t, "x"), "", issuertest.Alice, "no Microsoft Graph"},
		"no object id": {secretFile(t, "x"), w.Server.URL, "../me", "object id"},
	} {
		w.up.Cloud.Graph = c.graph
		g := w.groups(t, func(o *entraid.GroupOptions) { o.SecretFile = c.file })
		_, err := g.Groups(background(), entra.Claims{Object: entra.ObjectID(c.object)}, "")
		if !denied(err) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := w.Count(issuertest.Token) + w.Count(issuertest.Graph); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// TestHangingGraph ends with the request's limit, as a timeout.
func TestHangingGraph(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(background())
	w.Instead(issuertest.Graph, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := w.groups(t, nil).Groups(ctx, person(false), ""); err == nil || denied(err) {
		t.Errorf("got %v", err)
	}
}
