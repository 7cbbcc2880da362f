package cluster

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-aad/kubectl-aad/cmd/aad-sandbox/internal/guard"
)

// authorizer is what the API server asks besides RBAC on a cluster with Azure
// RBAC. The API server reads its list of authorizers again when the file
// changes, so that Azure RBAC comes and goes without a restart.
type authorizer struct {
	dir    string
	pki    *pki
	server *http.Server
	port   int

	mu      sync.Mutex
	handler http.Handler
	on      bool // what the file says
}

// startAuthorizer listens, and writes the file with RBAC alone.
func startAuthorizer(dir string, pki *pki) (*authorizer, error) {
	a := &authorizer{dir: dir, pki: pki}
	cert, err := tls.X509KeyPair(pki.hook.cert, pki.hook.key)
	if err != nil {
		return nil, fmt.Errorf("authorizer: %w", err)
	}
	clients := x509.NewCertPool()
	clients.AddCert(pki.ca)
	l, err := net.Listen("tcp", address(0))
	if err != nil {
		return nil, fmt.Errorf("authorizer: %w", err)
	}
	a.port = l.Addr().(*net.TCPAddr).Port
	a.server = &http.Server{Handler: http.HandlerFunc(a.serve), ReadHeaderTimeout: 10 * time.Second,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}}
	go func() { _ = a.server.ServeTLS(l, "", "") }()
	kubeconfig := webhookConfig(pki, "https://"+address(a.port)+"/")
	if err := clientcmd.WriteToFile(*kubeconfig, a.kubeconfigFile()); err != nil {
		return nil, err
	}
	return a, a.write(false)
}

func (a *authorizer) serve(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	h := a.handler
	a.mu.Unlock()
	if h == nil {
		http.Error(w, "this cluster has no Azure RBAC", http.StatusServiceUnavailable)
		return
	}
	h.ServeHTTP(w, r)
}

func (a *authorizer) stop() { _ = a.server.Close() }

func (a *authorizer) configFile() string     { return filepath.Join(a.dir, "authorization.yaml") }
func (a *authorizer) kubeconfigFile() string { return filepath.Join(a.dir, "authorizer.kubeconfig") }

// write puts the list of authorizers in place, in AKS' order. What the webhook
// says is kept for a second: guard keeps it for minutes, and so does Azure.
func (a *authorizer) write(azure bool) error {
	text := "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\nauthorizers:\n- {type: RBAC, name: rbac}\n"
	if azure {
		text += fmt.Sprintf(`- type: Webhook
  name: azure
  webhook:
    authorizedTTL: 1s
    unauthorizedTTL: 1s
    timeout: 10s
    subjectAccessReviewVersion: v1
    matchConditionSubjectAccessReviewVersion: v1
    failurePolicy: NoOpinion
    connectionInfo: {type: KubeConfigFile, kubeConfigFile: %q}
`, a.kubeconfigFile())
	}
	next := a.configFile() + ".next"
	if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
		return err
	}
	a.on = azure
	return os.Rename(next, a.configFile())
}

// use makes the API server ask Azure, or not any more, and waits until it does.
func (a *authorizer) use(ctx context.Context, spec Spec, config func() *rest.Config) error {
	var h http.Handler
	if spec.AzureRBAC {
		azure, err := guard.NewAzure(spec.CloudFile, spec.Tenant, spec.ServerAppSecret, spec.ID)
		if err != nil {
			return fmt.Errorf("authorizer: %w", err)
		}
		h = guard.Handler(spec.ID, azure)
	}
	a.mu.Lock()
	a.handler = h
	a.mu.Unlock()
	if a.on == spec.AzureRBAC {
		return nil
	}
	if err := a.write(spec.AzureRBAC); err != nil || config == nil {
		return err
	}
	return a.wait(ctx, config())
}

// reread is how long the API server may take to read its file again: it looks
// at once where the system tells of changes, else every minute.
const reread = 90 * time.Second

// wait asks on behalf of nobody whom Azure knows, whom only guard refuses with
// a reason, until the answer shows which authorizers are asked.
func (a *authorizer) wait(ctx context.Context, config *rest.Config) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("authorizer: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, reread)
	defer cancel()
	for {
		review, err := client.AuthorizationV1().SubjectAccessReviews().Create(ctx, &authorizationv1.SubjectAccessReview{
			Spec: authorizationv1.SubjectAccessReviewSpec{User: "nobody", ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: "get", Resource: "pods"}},
		}, metav1.CreateOptions{})
		if err == nil && review.Status.Denied == a.on {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("authorizer: the API server did not read %s again", a.configFile())
		case <-time.After(200 * time.Millisecond):
		}
	}
}
