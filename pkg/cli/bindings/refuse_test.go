package bindings

import (
	"net/http"
	"strings"
)

// onlyNamespace refuses everything outside of a namespace.
func onlyNamespace(name string) func(*http.Request) (int, string) {
	return func(r *http.Request) (int, string) {
		if !strings.Contains(r.URL.Path, "/namespaces/"+name+"/") {
			return http.StatusForbidden, "no"
		}
		return 0, ""
	}
}
