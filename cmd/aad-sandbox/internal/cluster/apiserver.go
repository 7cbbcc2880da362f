package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/client-go/rest"
	basecompatibility "k8s.io/component-base/compatibility"
	logsapi "k8s.io/component-base/logs/api/v1"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"
)

// apiserver is the kube-apiserver that runs in this process.
type apiserver struct {
	url    string
	pki    *pki
	cancel context.CancelFunc
	ended  chan error
}

func startAPIServer(ctx context.Context, spec Spec, pki *pki, etcd *etcd, hook *webhook, rules *authorizer) (*apiserver, error) {
	ports, err := freePorts(1)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	opts := options.NewServerRunOptions()
	if err := parse(opts, append(apiServerFlags(spec.Dir, ports[0], pki, etcd, rules), authenticatorFlags(spec, hook)...)); err != nil {
		cancel()
		return nil, err
	}
	rest.SetDefaultWarningHandler(rest.NoWarnings{})
	completed, err := opts.Complete(ctx)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("kube-apiserver options: %w", err)
	}
	if errs := completed.Validate(); len(errs) != 0 {
		cancel()
		return nil, fmt.Errorf("kube-apiserver options: %w", utilerrors.NewAggregate(errs))
	}
	s := &apiserver{url: "https://" + address(ports[0]), pki: pki, cancel: cancel, ended: make(chan error, 1)}
	go func() {
		s.ended <- app.Run(ctx, completed)
		close(s.ended)
	}()
	return s, nil
}

// authenticatorFlags let an API server ask the token webhook, or read tokens by
// rules of its own. The webhook's cache is a second long: with the default of
// two minutes somebody who was refused would stay in.
func authenticatorFlags(spec Spec, hook *webhook) []string {
	if spec.AuthenticationConfig != "" {
		return []string{"--authentication-config=" + spec.AuthenticationConfig}
	}
	return []string{"--authentication-token-webhook-config-file=" + hook.configFile(),
		"--authentication-token-webhook-version=v1", "--authentication-token-webhook-cache-ttl=1s"}
}

// apiServerFlags are the flags that an administrator would give any
// kube-apiserver.
func apiServerFlags(dir string, port int, pki *pki, etcd *etcd, rules *authorizer) []string {
	return []string{
		"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", port),
		"--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.0.0.0/24",
		"--etcd-servers=" + etcd.client, "--etcd-cafile=" + pki.caFile,
		"--etcd-certfile=" + pki.etcdClient.certFile, "--etcd-keyfile=" + pki.etcdClient.keyFile,
		"--cert-dir=" + filepath.Join(dir, "pki"), "--client-ca-file=" + pki.caFile,
		"--tls-cert-file=" + pki.apiserver.certFile, "--tls-private-key-file=" + pki.apiserver.keyFile,
		"--authorization-config=" + rules.configFile(), "--profiling=false", "--shutdown-delay-duration=0s",
		"--service-account-issuer=https://kubernetes.default.svc", "--api-audiences=https://kubernetes.default.svc",
		"--service-account-key-file=" + pki.serviceAccountPublic, "--service-account-signing-key-file=" + pki.serviceAccountKey,
	}
}

func parse(opts *options.ServerRunOptions, args []string) error {
	fs := pflag.NewFlagSet("kube-apiserver", pflag.ContinueOnError)
	for _, set := range opts.Flags().FlagSets {
		fs.AddFlagSet(set)
	}
	if err := fs.Parse(args); err != nil {
		return fmt.Errorf("kube-apiserver flags: %w", err)
	}
	registry := opts.GenericServerRunOptions.ComponentGlobalsRegistry
	if err := registry.Set(); err != nil {
		return fmt.Errorf("kube-apiserver features: %w", err)
	}
	return logsapi.ValidateAndApply(opts.Logs, registry.FeatureGateFor(basecompatibility.DefaultKubeComponent))
}

// config returns the administrator's way in.
func (s *apiserver) config() *rest.Config {
	return &rest.Config{Host: s.url, QPS: -1, TLSClientConfig: rest.TLSClientConfig{
		CAData: s.pki.caPEM, CertData: s.pki.admin.cert, KeyData: s.pki.admin.key,
	}}
}

// wait returns when the API server says that it is ready.
func (s *apiserver) wait(ctx context.Context, limit time.Duration) error {
	client, err := rest.HTTPClientFor(s.config())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/readyz", nil)
		if err != nil {
			return err
		}
		if resp, err := client.Do(req); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return errors.New("kube-apiserver did not become ready")
		case err := <-s.ended:
			return errors.Join(errors.New("kube-apiserver ended while it started"), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *apiserver) stop() {
	s.cancel()
	for range s.ended {
	}
}
