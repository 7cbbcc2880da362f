// Command aad-webhook tells a self-managed Kubernetes API server who the bearer
// of an Entra ID token is (TokenReview). It signs nobody in and authorizes
// nothing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/version"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook/entraid"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "aad: error:", err)
		for _, hint := range fault.Hints(err) {
			fmt.Fprintln(os.Stderr, "aad: hint:", hint)
		}
	}
	os.Exit(fault.ExitCode(err))
}

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, getenv, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	case o.version:
		fmt.Fprintln(stdout, "aad-webhook", version.Version)
		return nil
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	server, keys, err := build(o, log)
	if err != nil {
		return err
	}
	go keys.Run(ctx, httpx.Sleep)
	return server.Run(ctx, func(reviews, health string) {
		fmt.Fprintf(stdout, "serving %s health %s\n", reviews, health)
		log.Info("serving", "version", version.Version, "tenant", o.tenant, "cloud", o.cloud.Name, "reviews", reviews, "health", health)
	})
}

// build introduces the rooms to each other.
func build(o options, log *slog.Logger) (*webhook.Server, *entraid.Keys, error) {
	client, err := httpx.NewClient(httpx.Options{CAFile: o.cloud.CAFile, Timeout: upstreamTimeout})
	if err != nil {
		return nil, nil, fault.Wrap(fault.Config, "cloud "+o.cloud.Name, err)
	}
	certs := &webhook.Certificates{CertFile: o.cert, KeyFile: o.key, ClientCAFile: o.clientCA, Log: log}
	tlsConfig, err := certs.TLS()
	if err != nil {
		return nil, nil, fault.Wrap(fault.Config, "read certificates", err)
	}
	m := newMetrics()
	up := entraid.Upstream{Cloud: o.cloud, Tenant: o.tenant, Client: client, Now: time.Now, Log: log, Observe: m.asked}
	keys := entraid.NewKeys(up, o.acceptV2)
	m.keysRead(keys.Read)
	reviews := webhook.NewHandler(webhook.Options{
		Tenant:    o.tenant,
		Audiences: o.audiences,
		Keys:      keys,
		Groups: entraid.NewGroups(up, entraid.GroupOptions{
			Client: o.client, SecretFile: o.secretFile, OnBehalf: o.onBehalf, SecurityOnly: o.securityOnly,
		}),
		Log:     log,
		Observe: m.reviewed,
	})
	return &webhook.Server{
		Listen: o.listen, HealthListen: o.healthListen, TLS: tlsConfig,
		Reviews: reviews, Health: health(keys, m.handler()), Log: log,
	}, keys, nil
}

// upstreamTimeout is for one request to Entra ID or Graph; a review needs at
// most two in a row, within webhook.Limit.
const upstreamTimeout = 3500 * time.Millisecond

// health is the plain listener: alive, ready (there are keys to verify with),
// and the metrics.
func health(keys *entraid.Keys, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok\n")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if keys.Read().IsZero() {
			http.Error(w, "the tenant's signing keys were not read yet", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "ok\n")
	})
	mux.Handle("GET /metrics", metrics)
	return mux
}
