package telemetry

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// Metrics are the counters and histograms of the service.
type Metrics struct {
	registry *prometheus.Registry
	calls    *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	attempts *prometheus.CounterVec
	waited   *prometheus.HistogramVec
	misread  *prometheus.CounterVec
	answers  *prometheus.CounterVec
	panics   prometheus.Counter
}

// buckets span what a call may take, from an answer without a vendor to the cap.
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// NewMetrics returns metrics in a registry of their own.
func NewMetrics(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sipfacade_calls_total",
			Help: "Calls by protocol (grpc, http), method, gRPC code and error reason.",
		}, []string{"protocol", "method", "code", "reason"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sipfacade_call_duration_seconds", Help: "Duration of calls by protocol and method.", Buckets: buckets,
		}, []string{"protocol", "method"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sipfacade_upstream_attempts_total",
			Help: "Exchanges with a vendor by operation, HTTP status (0: no answer) and outcome.",
		}, []string{"upstream", "operation", "status", "outcome"}),
		waited: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sipfacade_upstream_duration_seconds", Help: "Duration of exchanges with a vendor.", Buckets: buckets,
		}, []string{"upstream", "operation"}),
		misread: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sipfacade_upstream_misread_values_total",
			Help: "Values in vendor answers that could not be read and were left unset.",
		}, []string{"upstream", "operation", "member"}),
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sipfacade_http_answers_total",
			Help: "Answers of the JSON API by HTTP status, refused requests included.",
		}, []string{"status"}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sipfacade_panics_total", Help: "Panics that were answered as INTERNAL.",
		}),
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "sipfacade_build_info", Help: "Always 1; the version is the label.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	info.Set(1)
	m.registry.MustRegister(m.calls, m.seconds, m.attempts, m.waited, m.misread, m.answers, m.panics, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler serves the registry in the Prometheus text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Call counts a call that came over a protocol, grpc or http.
func (m *Metrics) Call(protocol, method, code, reason string, took time.Duration) {
	m.calls.WithLabelValues(protocol, method, code, reason).Inc()
	m.seconds.WithLabelValues(protocol, method).Observe(took.Seconds())
}

// Upstream counts an exchange with a vendor.
func (m *Metrics) Upstream(o upstream.Observation) {
	m.attempts.WithLabelValues(o.Vendor, o.Route.Operation, strconv.Itoa(o.Status), o.Outcome).Inc()
	m.waited.WithLabelValues(o.Vendor, o.Route.Operation).Observe(o.Duration.Seconds())
}

// Misread counts values that could not be read.
func (m *Metrics) Misread(vendor, operation, member string, count int) {
	m.misread.WithLabelValues(vendor, operation, member).Add(float64(count))
}

// HTTPAnswer counts an answer of the JSON API.
func (m *Metrics) HTTPAnswer(status int) { m.answers.WithLabelValues(strconv.Itoa(status)).Inc() }

// Panic counts a panic.
func (m *Metrics) Panic() { m.panics.Inc() }
