package webhook

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Server is the two listeners: TokenReviews over TLS, and health over plain
// HTTP, which probes reach without a client certificate.
type Server struct {
	Listen, HealthListen string // host:port; port 0 takes a free one
	TLS                  *tls.Config
	Reviews, Health      http.Handler
	Log                  *slog.Logger
}

// drain is how long requests under way may take when the server stops.
const drain = Limit + 2*time.Second

// Run serves until ctx ends, then lets what is under way finish. announce is
// called once with both URLs when both listeners accept connections.
func (s *Server) Run(ctx context.Context, announce func(reviews, health string)) error {
	reviews, err := net.Listen("tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("listen for TokenReviews: %w", err)
	}
	health, err := net.Listen("tcp", s.HealthListen)
	if err != nil {
		_ = reviews.Close()
		return fmt.Errorf("listen for health: %w", err)
	}
	servers := [2]*http.Server{s.server(s.Reviews), s.server(s.Health)}
	servers[0].TLSConfig = s.TLS
	ended := make(chan error, len(servers))
	go func() { ended <- servers[0].ServeTLS(reviews, "", "") }()
	go func() { ended <- servers[1].Serve(health) }()
	announce("https://"+reviews.Addr().String()+Path, "http://"+health.Addr().String())

	select {
	case <-ctx.Done():
		err = nil
	case err = <-ended:
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	for _, server := range servers {
		err = errors.Join(err, server.Shutdown(ctx))
	}
	return err
}

func (s *Server) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       Limit,
		WriteTimeout:      drain,
		IdleTimeout:       5 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn),
	}
}
