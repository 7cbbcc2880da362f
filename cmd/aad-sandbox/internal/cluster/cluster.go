// Package cluster is one Kubernetes cluster in one process: a real etcd, a real
// kube-apiserver, the three controllers without which RBAC and namespaces do
// not work, and aad-webhook beside it. It has no kubelet: pods are objects only.
package cluster

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Spec is what the parent process writes to stdin, one JSON object a line. The
// first starts the cluster; each later one changes the webhook's settings, the
// admin groups and whether Azure is asked what is allowed. Each is answered by one Answer.
type Spec struct {
	Dir             string   // the cluster's own folder, 0700
	Webhook         string   // path of the aad-webhook executable
	CloudFile       string   // where the webhook finds Entra ID and Graph
	Tenant          string   //
	ServerAppID     string   // empty: no Entra sign-in, so no webhook
	ServerAppSecret string   // reaches the webhook as a 0600 file
	AdminGroups     []string // object ids bound to cluster-admin
	ID              string   // ARM id, the scope of role assignments
	AzureRBAC       bool     // role assignments allow too

	// AuthenticationConfig is the path of an AuthenticationConfiguration that
	// takes the webhook's place; only the first spec's counts.
	AuthenticationConfig string
}

// Answer is what the child writes to stdout when a spec is in force, or why it
// could not be.
type Answer struct {
	Error string `json:",omitempty"`

	Server    string // https://127.0.0.1:port
	CA        []byte // PEM
	AdminCert []byte // PEM, O=system:masters
	AdminKey  []byte // PEM
}

// grace is how long a shutdown may take before the process ends itself.
const grace = 5 * time.Second

// Main runs a cluster until stdin closes or ctx ends. It is the body of the
// child process; the parent's death closes stdin, so no cluster outlives it.
func Main(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	specs := json.NewDecoder(bufio.NewReader(stdin))
	var spec Spec
	if err := specs.Decode(&spec); err != nil {
		return fmt.Errorf("read cluster spec: %w", err)
	}
	if err := os.MkdirAll(spec.Dir, 0o700); err != nil {
		return fmt.Errorf("cluster folder: %w", err)
	}
	pki, err := newPKI(filepath.Join(spec.Dir, "pki"))
	if err != nil {
		return fmt.Errorf("cluster certificates: %w", err)
	}
	hook := &webhook{dir: spec.Dir, pki: pki}
	updates := make(chan Spec)
	go func() {
		defer cancel()
		for {
			var next Spec
			if specs.Decode(&next) != nil {
				return
			}
			updates <- next
		}
	}()
	return run(ctx, spec, pki, hook, updates, stdout)
}

// run starts the parts in the order of their needs and stops them in reverse:
// an API server that lost its etcd ignores every request to stop.
func run(ctx context.Context, spec Spec, pki *pki, hook *webhook, updates <-chan Spec, stdout io.Writer) error {
	etcd, err := startEtcd(filepath.Join(spec.Dir, "etcd"), pki)
	if err != nil {
		return err
	}
	defer etcd.Close()
	if err := hook.writeConfig(); err != nil {
		return err
	}
	defer hook.stop()
	rules, err := startAuthorizer(spec.Dir, pki)
	if err != nil {
		return err
	}
	defer rules.stop()
	if err := rules.use(ctx, spec, nil); err != nil {
		return err
	}

	api, err := startAPIServer(ctx, spec, pki, etcd, hook, rules)
	if err != nil {
		return err
	}
	defer api.stop()
	defer watchdog()
	if err := api.wait(ctx, 60*time.Second); err != nil {
		return err
	}
	if err := startControllers(ctx, api.config()); err != nil {
		return err
	}
	if err := seed(ctx, api.config()); err != nil {
		return err
	}
	return serve(ctx, spec, parts{api, hook, rules}, updates, stdout)
}

// parts are what a spec changes.
type parts struct {
	api   *apiserver
	hook  *webhook
	rules *authorizer
}

func (p parts) use(ctx context.Context, spec Spec) error {
	if err := bindAdmins(ctx, p.api.config(), spec.AdminGroups); err != nil {
		return err
	}
	if err := p.hook.use(ctx, spec); err != nil {
		return err
	}
	return p.rules.use(ctx, spec, p.api.config)
}

// serve puts one spec after the other in force until the cluster is to stop.
func serve(ctx context.Context, spec Spec, p parts, updates <-chan Spec, stdout io.Writer) error {
	answers, api := json.NewEncoder(stdout), p.api
	for {
		answer := Answer{Server: api.url, CA: api.pki.caPEM, AdminCert: api.pki.admin.cert, AdminKey: api.pki.admin.key}
		if err := p.use(ctx, spec); err != nil {
			answer.Error = err.Error()
		}
		if err := answers.Encode(answer); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case spec = <-updates:
		case err := <-api.ended:
			return errors.Join(errors.New("kube-apiserver ended by itself"), err)
		}
	}
}

// watchdog ends the process when a part does not stop in time. Deferred calls
// run last to first, so it is armed before the parts are asked to stop.
func watchdog() {
	time.AfterFunc(grace, func() { os.Exit(1) })
}
