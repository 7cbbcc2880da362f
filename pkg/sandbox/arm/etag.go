package arm

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// etag names the state of a document: two with the same content have the same.
func etag(document map[string]any) string {
	raw, err := json.Marshal(document)
	if err != nil {
		return ""
	}
	return directory.ID("eTag", string(raw))
}

// precondition applies AKS's rules for If-Match and If-None-Match (AKS docs,
// use-etags); there is the cluster of the call, or nil.
func precondition(c *call, there *cluster) error {
	match, none := c.Header.Get("If-Match"), c.Header.Get("If-None-Match")
	switch {
	case none != "" && none != "*":
		return aksFailure(http.StatusBadRequest, "BadRequest", "The header If-None-Match can only be empty or '*'.")
	case none != "" && match != "":
		return aksFailure(http.StatusBadRequest, "BadRequest", "The headers If-Match and If-None-Match cannot be used together.")
	case none != "" && there != nil:
		return unmet("the resource exists already")
	case match == "":
		return nil
	case there == nil:
		return unmet("the resource does not exist")
	case match != "*" && strings.Trim(match, `"`) != there.answer()["eTag"]:
		return unmet("the resource has another eTag by now")
	}
	return nil
}

func unmet(why string) *Error {
	return aksFailure(http.StatusPreconditionFailed, "PreConditionFailed", "The precondition given in the request header is not met: %s.", why)
}
