package arm

import "net/http"

func (s *Server) userCredential(c *call) (*reply, error) {
	switch format := c.URL.Query().Get("format"); format {
	case "", "exec":
		return s.credential(c, execEntry)
	case "azure":
		return s.credential(c, providerEntry)
	default:
		return nil, invalid("format", "'"+format+"' is neither 'azure' nor 'exec'.")
	}
}

func (s *Server) adminCredential(c *call) (*reply, error) { return s.credential(c, certificateEntry) }

func (s *Server) credential(c *call, entry entry) (*reply, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	cl, err := s.state.cluster(c)
	if err != nil {
		return nil, err
	}
	if !cl.ready {
		return nil, aksFailure(http.StatusConflict, "OperationNotAllowed",
			"The credentials of the managed cluster '%s' are not available: its provisioning state is '%s'.", cl.spec.Name, cl.state)
	}
	admin := entry == certificateEntry
	local := admin || cl.spec.ServerAppID == ""
	if disabled, _ := cl.properties["disableLocalAccounts"].(bool); disabled && local {
		return nil, aksFailure(http.StatusBadRequest, "BadRequest",
			"Getting static credential is not allowed because this cluster is set to disable local accounts.")
	}
	file, err := kubeconfig(cl.spec, cl.info, entry)
	if err != nil {
		return nil, err
	}
	name := "clusterUser"
	if admin {
		name = "clusterAdmin"
	}
	return ok(map[string]any{"kubeconfigs": []any{map[string]any{"name": name, "value": file}}}), nil
}
