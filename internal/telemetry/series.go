package telemetry

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// boundSeries keeps what was looked up by labels, so that counting a call hashes no
// label. The sets of labels are closed, so it is bounded.
type boundSeries[Labels comparable] struct {
	bind func(Labels) series

	mu    sync.RWMutex
	known map[Labels]series
}

// series is the counter of some labels with the histogram that belongs to it; nil if
// there is none.
type series struct {
	count   prometheus.Counter
	seconds prometheus.Observer
}

func newBoundSeries[Labels comparable](bind func(Labels) series) *boundSeries[Labels] {
	return &boundSeries[Labels]{bind: bind, known: map[Labels]series{}}
}

// of returns the series of the labels.
func (b *boundSeries[Labels]) of(labels Labels) series {
	b.mu.RLock()
	found, ok := b.known[labels]
	b.mu.RUnlock()
	if ok {
		return found
	}
	bound := b.bind(labels)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known[labels] = bound
	return bound
}

// callLabels and attemptLabels are what calls and exchanges with vendors are counted
// by.
type (
	callLabels    struct{ protocol, method, code, reason string }
	attemptLabels struct {
		vendor, operation, outcome string
		status                     statusLabel
	}
)
