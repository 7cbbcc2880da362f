package arm

import "strings"

// The data actions of "Azure Kubernetes Service RBAC Reader" and "… Writer", below
// inCluster, as the built-in roles reference has them (MicrosoftDocs/azure-docs,
// role-based-access-control/built-in-roles/containers.md).
const (
	readerActions = `apps/controllerrevisions/read apps/daemonsets/read apps/deployments/read apps/replicasets/read
		apps/statefulsets/read autoscaling/horizontalpodautoscalers/read batch/cronjobs/read batch/jobs/read configmaps/read
		discovery.k8s.io/endpointslices/read endpoints/read events.k8s.io/events/read events/read extensions/daemonsets/read
		extensions/deployments/read extensions/ingresses/read extensions/networkpolicies/read extensions/replicasets/read
		limitranges/read metrics.k8s.io/pods/read metrics.k8s.io/nodes/read namespaces/read networking.k8s.io/ingresses/read
		networking.k8s.io/networkpolicies/read persistentvolumeclaims/read pods/read policy/poddisruptionbudgets/read
		replicationcontrollers/read resourcequotas/read serviceaccounts/read services/read`

	writerActions = `apps/controllerrevisions/read apps/daemonsets/* apps/deployments/* apps/replicasets/* apps/statefulsets/*
		autoscaling/horizontalpodautoscalers/* batch/cronjobs/* coordination.k8s.io/leases/read coordination.k8s.io/leases/write
		coordination.k8s.io/leases/delete discovery.k8s.io/endpointslices/read batch/jobs/* configmaps/* endpoints/*
		events.k8s.io/events/read events/* extensions/daemonsets/* extensions/deployments/* extensions/ingresses/*
		extensions/networkpolicies/* extensions/replicasets/* limitranges/read metrics.k8s.io/pods/read metrics.k8s.io/nodes/read
		namespaces/read networking.k8s.io/ingresses/* networking.k8s.io/networkpolicies/* persistentvolumeclaims/* pods/*
		policy/poddisruptionbudgets/* replicationcontrollers/* resourcequotas/read secrets/* serviceaccounts/* services/*`
)

// inside returns the full names of data actions.
func inside(actions string) []string {
	list := strings.Fields(actions)
	for i := range list {
		list[i] = inCluster + "/" + list[i]
	}
	return list
}
