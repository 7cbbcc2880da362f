package kubetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

// collections are the plurals that can be listed.
var collections = []string{"namespaces", "pods", "roles", "clusterroles", "rolebindings", "clusterrolebindings"}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.Refuse != nil {
		if code, message := s.Refuse(r); code != 0 {
			fail(w, code, "%s", message)
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.Method == http.MethodPost && slices.Contains(collections, path.Base(r.URL.Path)):
		s.create(w, r)
	case r.Method == http.MethodPost:
		s.review(w, r)
	case r.Method == http.MethodPatch && r.Header.Get("Content-Type") == "application/json-patch+json":
		s.patch(w, r)
	case r.Method == http.MethodPatch:
		s.apply(w, r)
	case r.Method == http.MethodDelete:
		s.remove(w, r)
	case s.objects[r.URL.Path].content != nil:
		reply(w, http.StatusOK, s.objects[r.URL.Path].content)
	case slices.Contains(collections, r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]):
		s.list(w, r)
	default:
		fail(w, http.StatusNotFound, "%s not found", r.URL.Path)
	}
}

// list answers for a collection: in a namespace, or in all of them.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	var paths []string
	cut := strings.LastIndex(r.URL.Path, "/")
	parent, plural := r.URL.Path[:cut], r.URL.Path[cut+1:]
	for p := range s.objects {
		collection := p[:strings.LastIndex(p, "/")]
		inside := collection == r.URL.Path || strings.HasPrefix(p, parent+"/namespaces/") && strings.HasSuffix(collection, "/"+plural)
		if inside && s.labelled(p, r.URL.Query().Get("labelSelector")) {
			paths = append(paths, p)
		}
	}
	slices.Sort(paths)
	from, _ := strconv.Atoi(r.URL.Query().Get("continue"))
	to := len(paths)
	meta := map[string]any{}
	if limit, _ := strconv.Atoi(r.URL.Query().Get("limit")); limit > 0 && from+limit < to {
		to = from + limit
		meta["continue"] = strconv.Itoa(to)
	}
	items := []any{}
	for _, p := range paths[from:to] {
		items = append(items, s.objects[p].content)
	}
	reply(w, http.StatusOK, map[string]any{"metadata": meta, "items": items})
}

// labelled reports whether an object has the labels of a selector, of which
// only "key=value,..." is known.
func (s *Server) labelled(path, selector string) bool {
	meta, _ := s.objects[path].content["metadata"].(map[string]any)
	labels, _ := meta["labels"].(map[string]any)
	for _, term := range strings.FieldsFunc(selector, func(r rune) bool { return r == ',' }) {
		if key, value, _ := strings.Cut(term, "="); labels[key] != value {
			return false
		}
	}
	return true
}

// apply is server-side apply, as far as whole objects go.
func (s *Server) apply(w http.ResponseWriter, r *http.Request) {
	path, query := r.URL.Path, r.URL.Query()
	var content map[string]any
	if err := json.NewDecoder(r.Body).Decode(&content); err != nil || r.Header.Get("Content-Type") != "application/apply-patch+yaml" {
		fail(w, http.StatusUnsupportedMediaType, "%q: %v", r.Header.Get("Content-Type"), err)
		return
	}
	if namespace, _, ok := strings.Cut(path[strings.Index(path, "/v1/"):], "/rolebindings/"); ok {
		if name := strings.TrimPrefix(namespace, "/v1/namespaces/"); s.objects["/api/v1/namespaces/"+name].content == nil {
			fail(w, http.StatusNotFound, "namespaces %q not found", name)
			return
		}
	}
	old, exists := s.objects[path]
	wanted, _ := content["metadata"].(map[string]any)["resourceVersion"].(string)
	switch {
	case wanted != "" && (!exists || wanted != old.content["metadata"].(map[string]any)["resourceVersion"]):
		fail(w, http.StatusConflict, "the object has been modified")
		return
	case exists && old.manager != query.Get("fieldManager") && query.Get("force") != "true":
		fail(w, http.StatusConflict, "Apply failed with 1 conflict: conflict with %q", old.manager)
		return
	}
	code := http.StatusOK
	if !exists {
		code = http.StatusCreated
	}
	if query.Get("dryRun") != "All" {
		s.put(path, content, query.Get("fieldManager"))
		s.writes = append(s.writes, r.Method+" "+path)
	}
	reply(w, code, content)
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	var options struct {
		Preconditions struct{ ResourceVersion string }
		DryRun        []string
	}
	json.NewDecoder(r.Body).Decode(&options)
	old, exists := s.objects[r.URL.Path]
	wanted := options.Preconditions.ResourceVersion
	switch {
	case !exists:
		fail(w, http.StatusNotFound, "%s not found", r.URL.Path)
	case wanted != "" && wanted != old.content["metadata"].(map[string]any)["resourceVersion"]:
		fail(w, http.StatusConflict, "the object has been modified")
	default:
		if len(options.DryRun) == 0 {
			delete(s.objects, r.URL.Path)
			s.writes = append(s.writes, r.Method+" "+r.URL.Path)
		}
		reply(w, http.StatusOK, map[string]any{"kind": "Status", "status": "Success"})
	}
}

// review answers the three reviews.
func (s *Server) review(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Kind string
		Spec struct {
			User               string
			Groups             []string
			Extra              map[string][]string
			ResourceAttributes Attributes
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || !strings.HasSuffix(r.URL.Path, "/"+strings.ToLower(body.Kind)+"s") {
		fail(w, http.StatusBadRequest, "%s at %s: %v", body.Kind, r.URL.Path, err)
		return
	}
	if body.Kind == "SelfSubjectReview" {
		user := s.User
		if user == nil {
			user = map[string]any{"username": Username, "groups": []string{"system:authenticated"}, "extra": map[string]any{"oid": []string{"0"}}}
		}
		reply(w, http.StatusCreated, map[string]any{"status": map[string]any{"userInfo": user}})
		return
	}
	s.reviews = append(s.reviews, Review{body.Spec.User, body.Spec.Groups, body.Spec.Extra, body.Spec.ResourceAttributes})
	reason := ""
	if s.Deny != nil {
		reason = s.Deny(body.Spec.User, body.Spec.ResourceAttributes)
	}
	reply(w, http.StatusCreated, map[string]any{"status": map[string]any{"allowed": reason == "",
		"reason": fmt.Sprint(reason)}})
}
