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
	unknown  *prometheus.CounterVec
	answers  *prometheus.CounterVec
	refusals *prometheus.CounterVec
	panics   prometheus.Counter

	boundCalls    *boundSeries[callLabels]
	boundAttempts *boundSeries[attemptLabels]
	boundAnswers  *boundSeries[int]
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
		unknown: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sipfacade_upstream_unknown_members_total",
			Help: "Members in vendor answers that no field of the contract takes.",
		}, []string{"upstream", "operation"}),
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sipfacade_http_answers_total",
			Help: "Answers of the JSON API by HTTP status, refused requests included.",
		}, []string{"status"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sipfacade_auth_refusals_total",
			Help: "Calls that were refused because of their caller, by reason.",
		}, []string{"reason"}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sipfacade_panics_total", Help: "Panics that were answered as INTERNAL.",
		}),
	}
	m.boundCalls, m.boundAttempts = newBoundSeries(m.bindCall), newBoundSeries(m.bindAttempt)
	m.boundAnswers = newBoundSeries(m.bindAnswer)
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "sipfacade_build_info", Help: "Always 1; the version is the label.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	info.Set(1)
	m.registry.MustRegister(m.calls, m.seconds, m.attempts, m.waited, m.misread, m.unknown, m.answers, m.refusals, m.panics, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler serves the registry in the Prometheus text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Call counts a call that came over a protocol, grpc or http.
func (m *Metrics) Call(protocol, method, code, reason string, took time.Duration) {
	bound := m.boundCalls.of(callLabels{protocol, method, code, reason})
	bound.count.Inc()
	bound.seconds.Observe(took.Seconds())
}

func (m *Metrics) bindCall(l callLabels) series {
	return series{
		count:   m.calls.WithLabelValues(l.protocol, l.method, l.code, l.reason),
		seconds: m.seconds.WithLabelValues(l.protocol, l.method),
	}
}

// Upstream counts an exchange with a vendor.
func (m *Metrics) Upstream(o upstream.Observation) {
	bound := m.boundAttempts.of(attemptLabels{o.Vendor, o.Route.Operation, o.Outcome, statusLabelOf(o.Status)})
	bound.count.Inc()
	bound.seconds.Observe(o.Duration.Seconds())
}

func (m *Metrics) bindAttempt(l attemptLabels) series {
	return series{
		count:   m.attempts.WithLabelValues(l.vendor, l.operation, l.status.String(), l.outcome),
		seconds: m.waited.WithLabelValues(l.vendor, l.operation),
	}
}

// HTTPAnswer counts an answer of the JSON API.
func (m *Metrics) HTTPAnswer(status int) { m.boundAnswers.of(status).count.Inc() }

func (m *Metrics) bindAnswer(status int) series {
	return series{count: m.answers.WithLabelValues(strconv.Itoa(status))}
}

// AuthRefusal counts a call that was refused because of its caller.
func (m *Metrics) AuthRefusal(reason string) { m.refusals.WithLabelValues(reason).Inc() }

// Panic counts a panic.
func (m *Metrics) Panic() { m.panics.Inc() }

// LostLines registers the counter of log lines that were lost. Call it once.
func (m *Metrics) LostLines(lost func() int) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "sipfacade_log_lines_lost_total", Help: "Lines of the log that were lost, because its reader did not read.",
	}, func() float64 { return float64(lost()) }))
}
