package sweep

import (
	"io"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

// job is what --cronjob prints: a job in the cluster that sweeps.
type job struct{ image, schedule string }

// jobName names everything that belongs to the job.
const jobName = "kubectl-aad-sweep"

// jobNamespace is a namespace that every cluster has and few may write to.
const jobNamespace = "kube-system"

type object = map[string]any

// print writes the manifests as one list for kubectl apply. There is no image
// of ours to name: whoever runs the job says which one has aad-core.
func (j job) print(w io.Writer) error {
	switch {
	case j.image == "":
		return fault.New(fault.Usage, "--cronjob needs --image, an image with aad-core on its PATH",
			"kubectl aad sweep --cronjob --image registry.example/kubectl-aad:v1 | kubectl apply -f -")
	case len(strings.Fields(j.schedule)) != 5:
		return fault.Hint(fault.Newf(fault.Usage, "--schedule %q is no schedule of five fields", j.schedule), `--schedule "*/15 * * * *"`)
	}
	return printer.Document(w, printer.YAML, object{"apiVersion": "v1", "kind": "List", "items": []object{
		j.named("v1", "ServiceAccount", jobNamespace, nil),
		j.named(binding.Group+"/v1", "ClusterRole", "", object{"rules": []object{{
			"apiGroups": []string{binding.Group}, "resources": []string{"rolebindings", "clusterrolebindings"},
			"verbs": []string{"get", "list", "delete"},
		}}}),
		j.named(binding.Group+"/v1", "ClusterRoleBinding", "", object{
			"roleRef":  object{"apiGroup": binding.Group, "kind": "ClusterRole", "name": jobName},
			"subjects": []object{{"kind": "ServiceAccount", "name": jobName, "namespace": jobNamespace}},
		}),
		j.named("batch/v1", "CronJob", jobNamespace, object{"spec": object{
			"schedule": j.schedule, "concurrencyPolicy": "Forbid",
			"jobTemplate": object{"spec": object{"backoffLimit": 1, "template": object{"spec": j.pod()}}},
		}}),
	}})
}

// pod sweeps once, as nobody, and can write nowhere.
func (j job) pod() object {
	return object{
		"serviceAccountName": jobName, "restartPolicy": "Never",
		"securityContext": object{"runAsNonRoot": true, "runAsUser": 65532, "seccompProfile": object{"type": "RuntimeDefault"}},
		"containers": []object{{
			"name": "sweep", "image": j.image, "command": []string{"aad-core", "sweep", "--yes"},
			"securityContext": object{"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": object{"drop": []string{"ALL"}}},
			"resources":       object{"requests": object{"cpu": "10m", "memory": "64Mi"}},
		}},
	}
}

// named returns an object with what all of them have in common. They are not
// labelled as ours: that label is for grants.
func (j job) named(version, kind, namespace string, rest object) object {
	meta := object{"name": jobName, "labels": object{"app.kubernetes.io/name": jobName}}
	if namespace != "" {
		meta["namespace"] = namespace
	}
	o := object{"apiVersion": version, "kind": kind, "metadata": meta}
	for k, v := range rest {
		o[k] = v
	}
	return o
}
