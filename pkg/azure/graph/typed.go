package graph

import (
	"bytes"
	"encoding/json"
	"strings"
)

// odataTypes are the types of a collection's objects. Graph names them only
// where a collection is mixed; the SDK's models need the name.
var odataTypes = map[string]string{
	"/users":             "#microsoft.graph.user",
	"/groups":            "#microsoft.graph.group",
	"/servicePrincipals": "#microsoft.graph.servicePrincipal",
	"/applications":      "#microsoft.graph.application",
}

// typed writes each object's type into a list that has only one, unless it is
// there.
func typed(q call, body []byte) []byte {
	name, known := odataTypes[q.path]
	if cast := strings.LastIndex(q.path, "/microsoft.graph."); cast >= 0 {
		name, known = "#"+q.path[cast+1:], true
	}
	if !known {
		return body
	}
	var list struct {
		Next  string                       `json:"@odata.nextLink,omitempty"`
		Value []map[string]json.RawMessage `json:"value"`
	}
	if json.Unmarshal(body, &list) != nil {
		return body // decode says what is wrong with it
	}
	for _, o := range list.Value {
		if o != nil && o["@odata.type"] == nil {
			o["@odata.type"], _ = json.Marshal(name)
		}
	}
	var b bytes.Buffer
	if json.NewEncoder(&b).Encode(list) != nil {
		return body
	}
	return b.Bytes()
}
