package upstream

import (
	"context"
	"sync"
	"time"
)

// Spent is how long one call of the service took for vendors.
type Spent struct {
	// Vendors is the time during which at least one exchange was under way, from the
	// request to the end of the answer, logins included.
	Vendors time.Duration
	// Waited is the time in the queue of calls to a vendor and between attempts.
	Waited time.Duration
}

// SpentOf returns what the vendor calls of a context of WithCap have taken so far.
func SpentOf(ctx context.Context) Spent {
	capped, ok := ctx.Value(capKey{}).(*cappedContext)
	if !ok {
		return Spent{}
	}
	capped.spent.mu.Lock()
	defer capped.spent.mu.Unlock()
	return capped.spent.sum
}

// stopwatch adds up what the vendor calls of one call take. Those that are made at the same
// time count once. A nil one counts nothing.
type stopwatch struct {
	mu      sync.Mutex
	sum     Spent
	running int       // exchanges
	since   time.Time // when the first of these began
}

// begin takes in that an exchange begins.
func (s *stopwatch) begin(now time.Time) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running++; s.running == 1 {
		s.since = now
	}
}

// end takes in that an exchange has ended.
func (s *stopwatch) end(now time.Time) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running--; s.running == 0 {
		s.sum.Vendors += now.Sub(s.since)
	}
}

// waited takes in that a call has waited since a time.
func (s *stopwatch) waited(since time.Time) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sum.Waited += time.Since(since)
}
