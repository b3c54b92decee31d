package telemetry

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// statusLabel is an HTTP status that a vendor answered: 0 if there was no answer, and for a
// status that does not exist only its class, negative, since a vendor can make up hundreds.
type statusLabel int

// statusLabelOf returns the label of a status.
func statusLabelOf(status int) statusLabel {
	if status == 0 || http.StatusText(status) != "" {
		return statusLabel(status)
	}
	return statusLabel(-max(status/100, 1))
}

// String is the value of the label, such as 503 or, for 599, 5xx.
func (s statusLabel) String() string {
	if s < 0 {
		return strconv.Itoa(int(-s)) + "xx"
	}
	return strconv.Itoa(int(s))
}

// Found counts values that could not be read, and members that no field takes. The names
// of the former are the service's, those of the latter the vendor's, and so are no label.
func (m *Metrics) Found(f upstream.Finding) {
	switch f.Difference {
	case tolerant.Misread, tolerant.UnknownWord:
		m.misread.WithLabelValues(f.Vendor, f.Operation, f.Member).Add(float64(f.Count))
	case tolerant.UnknownMember:
		m.unknown.WithLabelValues(f.Vendor, f.Operation).Add(float64(f.Count))
	}
}

// Vendor registers what is read from a vendor's pipeline at each scrape. Call it once for
// each vendor.
func (m *Metrics) Vendor(name string, status func() upstream.Status) {
	labels := prometheus.Labels{"upstream": name}
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "sipfacade_upstream_breaker_open", ConstLabels: labels,
			Help: "1 from when the vendor's breaker opens until a call has succeeded again, else 0.",
		}, func() float64 { return flag(status().Breaker != upstream.BreakerClosed) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "sipfacade_upstream_calls_in_flight", ConstLabels: labels,
			Help: "Calls to the vendor that are being made.",
		}, func() float64 { return float64(status().UnderWay) }),
	)
}

// flag is a gauge of 0 or 1.
func flag(set bool) float64 {
	if set {
		return 1
	}
	return 0
}
