package arm

import "net/http"

func (s *Server) userCredential(c *call) (*reply, error) {
	switch format := c.URL.Query().Get("format"); format {
	case "", "exec":
		return s.credential(c, false)
	case "azure":
		return nil, failure(http.StatusBadRequest, "BadRequest",
			"The kubeconfig format 'azure' is not supported by Kubernetes %s: the azure auth plugin was removed in 1.26. Use format 'exec'.", kubernetesVersion)
	default:
		return nil, invalid("format", "'"+format+"' is neither 'azure' nor 'exec'.")
	}
}

func (s *Server) adminCredential(c *call) (*reply, error) { return s.credential(c, true) }

func (s *Server) credential(c *call, admin bool) (*reply, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	cl, err := s.state.cluster(c)
	if err != nil {
		return nil, err
	}
	if !cl.ready {
		return nil, failure(http.StatusConflict, "OperationNotAllowed",
			"The credentials of the managed cluster '%s' are not available: its provisioning state is '%s'.", cl.spec.Name, cl.state)
	}
	local := admin || cl.spec.ServerAppID == ""
	if disabled, _ := cl.properties["disableLocalAccounts"].(bool); disabled && local {
		return nil, failure(http.StatusBadRequest, "BadRequest",
			"Getting static credential is not allowed because this cluster is set to disable local accounts.")
	}
	file, err := kubeconfig(cl.spec, cl.info, admin)
	if err != nil {
		return nil, err
	}
	name := "clusterUser"
	if admin {
		name = "clusterAdmin"
	}
	return ok(map[string]any{"kubeconfigs": []any{map[string]any{"name": name, "value": file}}}), nil
}
