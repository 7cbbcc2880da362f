package webhook_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/webhook"
)

func TestBadBodies(t *testing.T) {
	b := newBench(t)
	good := tokenReview("v1", b.sign(nil))
	for name, c := range map[string]struct {
		body string
		code int
	}{
		"empty":            {"", 400},
		"not JSON":         {"token", 400},
		"two documents":    {good + good, 400},
		"list":             {"[" + good + "]", 400},
		"other kind":       {strings.Replace(good, "TokenReview", "SubjectAccessReview", 1), 400},
		"no kind":          {strings.Replace(good, `"kind"`, `"knid"`, 1), 400},
		"no version":       {strings.Replace(good, `"apiVersion"`, `"x"`, 1), 400},
		"v2":               {strings.Replace(good, "io/v1", "io/v2", 1), 400},
		"other group":      {strings.Replace(good, "authentication", "authorization", 1), 400},
		"token twice":      {strings.Replace(good, `"spec":{`, `"spec":{"token":"x",`, 1), 400},
		"escaped twice":    {strings.Replace(good, `"spec":{`, `"spec":{"\u0074oken":"x",`, 1), 400},
		"spec twice":       {strings.Replace(good, `"spec":`, `"spec":{},"spec":`, 1), 400},
		"twice below":      {strings.Replace(good, `"metadata":{`, `"metadata":{"a":{"b":1,"b":2},`, 1), 400},
		"spec is a string": {strings.Replace(good, `"spec":{`, `"spec":"x","y":{`, 1), 400},
		"token is a list":  {strings.Replace(good, `"token":"`, `"token":[],"y":"`, 1), 400},
		"trailing comma":   {strings.TrimSuffix(good, "}") + ",}", 400},
		"not UTF-8":        {strings.Replace(good, "null", "\"\xff\"", 1), 400},
		"deep":             {strings.Replace(good, "null", strings.Repeat("[", 1000)+strings.Repeat("]", 1000), 1), 400},
		"many keys":        {`{` + strings.Join(numbered(300), ",") + `}`, 400},
		"large":            {strings.Repeat(" ", 1<<20) + good, 413},
	} {
		t.Run(name, func(t *testing.T) {
			if w := b.post(c.body); w.Code != c.code {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, c.code)
			}
		})
	}
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, webhook.Path, strings.NewReader(strings.Repeat(" ", 1<<20)+good))
	r.ContentLength = -1 // length not announced
	if b.h.ServeHTTP(w, r); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("large, in chunks: %d", w.Code)
	}
	if b.looked != 0 {
		t.Error("a token in a bad body was looked at")
	}
	for _, r := range b.reviews {
		if r.Result != webhook.Malformed {
			t.Errorf("counted as %s", r.Result)
		}
	}
}

func numbered(n int) (members []string) {
	for i := range n {
		members = append(members, fmt.Sprintf(`"k%d":1`, i))
	}
	return members
}

func TestOtherRequests(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct {
		method, path string
		code         int
	}{
		{"GET", webhook.Path, 405}, {"PUT", webhook.Path, 405}, {"POST", "/", 404}, {"GET", "/healthz", 404}, {"GET", "/metrics", 404},
	} {
		w := httptest.NewRecorder()
		b.h.ServeHTTP(w, httptest.NewRequest(c.method, c.path, strings.NewReader(tokenReview("v1", b.sign(nil)))))
		if w.Code != c.code {
			t.Errorf("%s %s: got %d, want %d", c.method, c.path, w.Code, c.code)
		}
	}
}
