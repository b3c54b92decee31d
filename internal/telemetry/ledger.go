package telemetry

import "github.com/prometheus/client_golang/prometheus"

// Ledger registers the counter of ledger operations and returns what counts one. Call it
// once, if there is a ledger.
func (m *Metrics) Ledger() func(operation, outcome string) {
	operations := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "sipfacade_ledger_operations_total",
		Help: "Operations on the ledger of request ids by operation and outcome.",
	}, []string{"operation", "outcome"})
	m.registry.MustRegister(operations)
	return func(operation, outcome string) { operations.WithLabelValues(operation, outcome).Inc() }
}
