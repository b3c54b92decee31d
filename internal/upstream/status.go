package upstream

import (
	"net/http"
	"sync"
	"time"

	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// Finding is a difference between the answers to an operation and what the service knows
// of the vendor.
type Finding struct {
	tolerant.Finding
	Vendor, Operation string
	Count             int
}

// Report reports the differences of one answer.
func (p *Pipeline) Report(route *Route, drift tolerant.Drift) {
	for found, count := range drift {
		p.options.Found(Finding{Finding: found, Vendor: p.dialect.Vendor(), Operation: route.Operation, Count: count})
	}
}

// Exchange is an exchange with a vendor that has ended.
type Exchange struct {
	// Time is when it ended; zero if there was none.
	Time time.Time
	// Operation is the vendor's.
	Operation string
	// Outcome is `ok`, or how it failed.
	Outcome string
	// Status is the HTTP status of the answer, or of the login's if that failed; 0 if there
	// was none.
	Status int
}

// Status is how a vendor does, as its pipeline sees it.
type Status struct {
	Breaker BreakerState
	// BreakerOpenUntil is when an open breaker lets one call through.
	BreakerOpenUntil time.Time
	// PausedUntil is when the pause of the service's own credential ends that the vendor
	// asked for; zero if there is none.
	PausedUntil time.Time
	// PausedCredentials is for how many credentials of callers there is such a pause.
	PausedCredentials int
	// UnderWay is how many calls are being made, and Waiting how many wait for their turn.
	UnderWay, Waiting int
	// LastSuccess is the last exchange that succeeded, LastFailure the last one that the
	// vendor, its credential or the network made fail.
	LastSuccess, LastFailure Exchange
	// CredentialExpires is when the service's token for the vendor ends; zero if it has
	// none, or if that is not known.
	CredentialExpires time.Time
}

// Status returns how the vendor does.
func (p *Pipeline) Status() Status {
	now := time.Now()
	status := Status{UnderWay: int(p.queue.underWay.Load()), Waiting: int(p.queue.waiting.Load())}
	status.Breaker, status.BreakerOpenUntil = p.circuit.current()
	if status.Breaker != BreakerOpen {
		status.BreakerOpenUntil = time.Time{}
	}
	status.PausedUntil, status.PausedCredentials = p.pauses.current(now)
	status.LastSuccess, status.LastFailure = p.recent.both()
	return status
}

// lastExchanges remembers the last exchange of each kind.
type lastExchanges struct {
	mu               sync.Mutex
	success, failure Exchange
}

// note takes in an exchange that has ended.
func (l *lastExchanges) note(ended Exchange, failure *Error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case failure == nil:
		l.success = ended
	case blamesVendor(failure):
		l.failure = ended
	}
}

// both returns the last success and the last failure.
func (l *lastExchanges) both() (success, failure Exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.success, l.failure
}

// blamesVendor reports whether a failure tells an operator something of the vendor: most
// refusals of a request say that the caller was wrong, and a call that its caller ended
// says nothing.
func blamesVendor(failure *Error) bool {
	switch failure.Kind {
	case KindCallerCancelled, KindCallerDeadline, KindShuttingDown, KindCredentialMissing, KindRejected:
		return false
	case KindStatus:
		return failure.Status >= http.StatusInternalServerError || failure.Status == http.StatusTooManyRequests ||
			failure.Status == http.StatusUnauthorized || failure.Status == http.StatusForbidden
	default:
		return true
	}
}
