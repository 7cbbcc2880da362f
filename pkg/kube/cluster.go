// Package kube talks to one API server over client-go: it asks who we are, what
// is allowed and what exists, and carries the requests of its subrooms. It
// writes no object of its own and hands out none of client-go's types.
package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/version"
)

// Cluster is one API server and one identity to it. It is safe for concurrent
// use and sends as fast as the server takes it: client-go's own limit of five
// requests a second is off, the server's Retry-After is obeyed.
type Cluster struct {
	client    *rest.RESTClient
	server    string
	namespace string
}

// Connect reads the kubeconfig and flags behind getter. It sends no request and
// starts no credential plugin yet. Its errors are of kind fault.Config.
func Connect(getter genericclioptions.RESTClientGetter) (*Cluster, error) {
	loader := getter.ToRawKubeConfigLoader()
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, configFault(err)
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		return nil, configFault(err)
	}
	return connect(config, namespace)
}

// FromKubeconfig connects by the current context of a kubeconfig that somebody
// else wrote, such as the one that ARM hands out to administrators. Credential
// plugins in it are refused: a downloaded file does not choose what runs here.
func FromKubeconfig(data []byte) (*Cluster, error) {
	loader, err := clientcmd.NewClientConfigFromBytes(data)
	if err != nil {
		return nil, configFault(err)
	}
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, configFault(err)
	}
	if config.ExecProvider != nil || config.AuthProvider != nil {
		return nil, fault.New(fault.Config, "read kubeconfig: it names a program for its credentials, which is not run from a downloaded file")
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		return nil, configFault(err)
	}
	return connect(config, namespace)
}

func configFault(err error) error {
	if clientcmd.IsEmptyConfig(err) {
		return fault.New(fault.Config, "no kubeconfig names a cluster",
			"kubectl aad kubeconfig -g RESOURCE_GROUP -n CLUSTER")
	}
	return fault.Wrap(fault.Config, "read kubeconfig", err, "kubectl config get-contexts")
}

func connect(config *rest.Config, namespace string) (*Cluster, error) {
	config = rest.CopyConfig(config)
	config.QPS = -1
	config.UserAgent = version.UserAgent()
	config.WarningHandler = rest.NoWarnings{}
	config.ContentType = runtime.ContentTypeJSON
	scheme := runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"}) // Status: the body of errors
	config.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	client, err := rest.UnversionedRESTClientFor(config)
	if err != nil {
		return nil, configFault(err)
	}
	return &Cluster{client: client, server: config.Host, namespace: namespace}, nil
}

// Server returns the API server's URL.
func (c *Cluster) Server() string { return c.server }

// CurrentNamespace returns the namespace of the context or of --namespace, else
// "default".
func (c *Cluster) CurrentNamespace() string { return c.namespace }

// Call is one request to the API server.
type Call struct {
	Op          string   // for errors: "list cluster roles"
	Method      string   // "" is GET
	Path        []string // segments: "apis", "rbac.authorization.k8s.io", ...
	Query       url.Values
	Accept      string // "" is application/json
	ContentType string // "" is application/json
	Body        any    // marshalled as JSON; nil is none
}

// Do sends call and decodes the JSON answer into into, unless that is nil. The
// error is a fault of the kind that the answer means.
func (c *Cluster) Do(ctx context.Context, call Call, into any) error {
	if call.Method == "" {
		call.Method = http.MethodGet
	}
	for _, segment := range call.Path {
		if segment == "" || segment == "." || segment == ".." || strings.ContainsAny(segment, "/%") {
			return fault.Newf(fault.Usage, "%s: %q is not a name that Kubernetes knows", call.Op, segment)
		}
	}
	req := c.client.Verb(call.Method).AbsPath(call.Path...)
	for key, values := range call.Query {
		for _, v := range values {
			req.Param(key, v)
		}
	}
	if call.Accept != "" {
		req.SetHeader("Accept", call.Accept)
	}
	if call.Body != nil {
		body, err := json.Marshal(call.Body)
		if err != nil {
			return fmt.Errorf("%s: %w", call.Op, err)
		}
		if call.ContentType == "" {
			call.ContentType = runtime.ContentTypeJSON
		}
		req.Body(body).SetHeader("Content-Type", call.ContentType)
	}
	result := req.Do(ctx)
	if err := result.Error(); err != nil { // Raw's error lacks the server's message
		return apiFault(ctx, call.Op, err)
	}
	data, err := result.Raw()
	if err != nil {
		return apiFault(ctx, call.Op, err)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fault.Newf(fault.Failure, "%s: the API server's answer cannot be read: %w", call.Op, err)
	}
	return nil
}
