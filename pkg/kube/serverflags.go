package kube

import (
	"context"
	"net/url"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// ServerFlags returns the command line of kube-apiserver where it is a static
// pod of the cluster (kubeadm, kind). Elsewhere it is fault.NotFound.
func (c *Cluster) ServerFlags(ctx context.Context) ([]string, error) {
	var pods struct {
		Items []struct {
			Spec struct {
				Containers []struct {
					Command []string `json:"command"`
					Args    []string `json:"args"`
				} `json:"containers"`
			} `json:"spec"`
		} `json:"items"`
	}
	err := c.Do(ctx, Call{Op: "look at kube-apiserver's pods", Path: Pods.Path("kube-system", ""),
		Query: url.Values{"labelSelector": {"component=kube-apiserver"}, "limit": {"1"}}}, &pods)
	if err != nil {
		return nil, err
	}
	for _, pod := range pods.Items {
		for _, container := range pod.Spec.Containers {
			return append(container.Command, container.Args...), nil
		}
	}
	return nil, fault.New(fault.NotFound, "kube-apiserver is no pod of this cluster")
}

// ConfigMap returns the data of a config map.
func (c *Cluster) ConfigMap(ctx context.Context, namespace, name string) (map[string]string, error) {
	var m struct {
		Data map[string]string `json:"data"`
	}
	err := c.Do(ctx, Call{Op: "read the config map " + name, Path: ConfigMaps.Path(namespace, name)}, &m)
	return m.Data, err
}
