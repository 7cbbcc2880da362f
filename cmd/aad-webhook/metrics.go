package main

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/kubectl-aad/kubectl-aad/pkg/webhook"
)

// metrics count what the webhook does. No label holds a name or an id.
type metrics struct {
	registry *prometheus.Registry
	reviews  map[reviewKind]prometheus.Observer
	upstream *prometheus.CounterVec
}

type reviewKind struct {
	result webhook.Result
	cached bool
}

func newMetrics() *metrics {
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "aad_webhook_review_duration_seconds",
		Help:    "Time to answer a TokenReview, by result and whether the answer was kept from before.",
		Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .05, .1, .5, 1, 2, 4, 8},
	}, []string{"result", "cached"})
	m := &metrics{
		registry: prometheus.NewRegistry(),
		reviews:  map[reviewKind]prometheus.Observer{},
		upstream: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "aad_webhook_upstream_requests_total",
			Help: "Requests to Entra ID and Microsoft Graph, by service (keys, login, graph) and whether they were answered with 200.",
		}, []string{"service", "ok"}),
	}
	for _, result := range webhook.Results() {
		for _, cached := range []bool{false, true} {
			m.reviews[reviewKind{result, cached}] = took.WithLabelValues(string(result), strconv.FormatBool(cached))
		}
	}
	m.registry.MustRegister(took, m.upstream,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) reviewed(r webhook.Review) {
	m.reviews[reviewKind{r.Result, r.Cached}].Observe(r.Took.Seconds())
}

func (m *metrics) asked(service string, ok bool) {
	m.upstream.WithLabelValues(service, strconv.FormatBool(ok)).Inc()
}

// keysRead shows the age of the signing keys.
func (m *metrics) keysRead(read func() time.Time) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "aad_webhook_keys_read_timestamp_seconds",
		Help: "When the signing keys in use were read; 0 while there are none.",
	}, func() float64 {
		if at := read(); !at.IsZero() {
			return float64(at.Unix())
		}
		return 0
	}))
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
