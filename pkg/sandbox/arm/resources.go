package arm

import "strings"

// listResources lists what is in a group, or in the subscription, whatever its
// type: here that is clusters.
func (s *Server) listResources(c *call) (*reply, error) {
	f, err := parseFilter(c, "resourceType", "resourceGroup", "name", "location")
	if err != nil {
		return nil, err
	}
	all, err := s.clustersIn(c)
	if err != nil {
		return nil, err
	}
	var list []map[string]any
	for _, r := range all {
		short := map[string]any{}
		for _, name := range []string{"id", "name", "type", "location", "tags", "sku", "identity"} {
			if v, has := r[name]; has {
				short[name] = v
			}
		}
		group, _, _ := strings.Cut(strings.SplitAfterN(text(r, "id"), "/", 5)[4], "/")
		if f.equal("resourceType", text(r, "type")) && f.equal("resourceGroup", group) && f.equal("name", text(r, "name")) && f.equal("location", text(r, "location")) {
			list = append(list, short)
		}
	}
	return s.visible(c, clusters+"/read", list), nil
}
