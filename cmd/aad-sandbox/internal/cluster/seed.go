package cluster

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// pods are what a young AKS cluster shows in kube-system. Nothing runs them:
// their status is written once.
var pods = []struct {
	name, image string
}{
	{"coredns-7d8c6b5f9-4kx2m", "mcr.microsoft.com/oss/kubernetes/coredns:v1.12.1"},
	{"coredns-7d8c6b5f9-p7h5t", "mcr.microsoft.com/oss/kubernetes/coredns:v1.12.1"},
	{"coredns-autoscaler-6b9f8d7c5-zq8nl", "mcr.microsoft.com/oss/kubernetes/autoscaler/cluster-proportional-autoscaler:v1.9.0"},
	{"konnectivity-agent-5f7d9c8b6-2mvwr", "mcr.microsoft.com/oss/kubernetes/apiserver-network-proxy/agent:v0.31.2"},
	{"kube-proxy-9wd4s", "mcr.microsoft.com/oss/kubernetes/kube-proxy:v1.37.2"},
	{"metrics-server-58cd4b97d6-j6xqk", "mcr.microsoft.com/oss/kubernetes/metrics-server:v0.7.2"},
}

const nodeName = "aks-nodepool1-00000000-vmss000000"

// seed puts the sample pods in place.
func seed(ctx context.Context, config *rest.Config) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("seed cluster: %w", err)
	}
	if err := waitForAccount(ctx, client); err != nil {
		return err
	}
	for _, p := range pods {
		err := createPod(ctx, client, p.name, p.image)
		if err != nil && !apierrors.IsAlreadyExists(err) { // there after a stop and a start
			return fmt.Errorf("seed pod %s: %w", p.name, err)
		}
	}
	return nil
}

// bindAdmins makes the groups, and no others, administrators, as AKS does.
func bindAdmins(ctx context.Context, config *rest.Config, groups []string) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("bind admin groups: %w", err)
	}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "aks-cluster-admin-binding-aad"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
	}
	for _, g := range groups {
		binding.Subjects = append(binding.Subjects, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: g})
	}
	api := client.RbacV1().ClusterRoleBindings()
	_, err = api.Update(ctx, binding, metav1.UpdateOptions{})
	if apierrors.IsNotFound(err) && len(groups) > 0 {
		_, err = api.Create(ctx, binding, metav1.CreateOptions{})
	}
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("bind admin groups: %w", err)
	}
	return nil
}

// waitForAccount waits for the service account that admission puts into pods.
func waitForAccount(ctx context.Context, client kubernetes.Interface) error {
	for range 200 {
		_, err := client.CoreV1().ServiceAccounts(metav1.NamespaceSystem).Get(ctx, "default", metav1.GetOptions{})
		if err == nil {
			return nil
		}
		if !apierrors.IsNotFound(err) {
			return fmt.Errorf("seed cluster: %w", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("seed cluster: the default service account of %s did not appear", metav1.NamespaceSystem)
}

func createPod(ctx context.Context, client kubernetes.Interface, name, image string) error {
	api := client.CoreV1().Pods(metav1.NamespaceSystem)
	pod, err := api.Create(ctx, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: metav1.NamespaceSystem},
		Spec: corev1.PodSpec{
			NodeName: nodeName, Tolerations: []corev1.Toleration{{Operator: corev1.TolerationOpExists}},
			Containers: []corev1.Container{{Name: "main", Image: image}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	now := metav1.Now()
	pod.Status = corev1.PodStatus{
		Phase: corev1.PodRunning, StartTime: &now, HostIP: "10.224.0.4", PodIP: "10.224.0.5",
		PodIPs:     []corev1.PodIP{{IP: "10.224.0.5"}},
		Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
		ContainerStatuses: []corev1.ContainerStatus{{
			Name: "main", Image: image, ImageID: image, Ready: true,
			State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}},
		}},
	}
	_, err = api.UpdateStatus(ctx, pod, metav1.UpdateOptions{})
	return err
}
