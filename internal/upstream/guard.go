package upstream

import (
	"context"
	"crypto/sha256"
	"net/http"
	"sync"
	"time"
)

// MaxConcurrent is how many calls to one vendor may be under way. More are refused
// at once: they would only wait for a connection and then for their deadline.
const MaxConcurrent = 2 * MaxConnections

// maxGuards bounds how many credentials are watched at a time.
const maxGuards = 4096

// guard is what is known about one credential at the vendor.
type guard struct {
	breaker *breaker
	mu      sync.Mutex
	quiet   time.Time // no call before
}

// throttled is how long the vendor wants no call.
func (g *guard) throttled(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return max(g.quiet.Sub(now), 0)
}

// hush keeps calls back for a while.
func (g *guard) hush(now time.Time, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until := now.Add(wait); until.After(g.quiet) {
		g.quiet = until
	}
}

// guards are the credentials' guards, and the vendor's own limits.
type guards struct {
	budget *budget
	places chan struct{}
	mu     sync.Mutex
	known  map[[sha256.Size]byte]*guard
}

func newGuards() *guards {
	return &guards{
		budget: newBudget(), places: make(chan struct{}, MaxConcurrent),
		known: map[[sha256.Size]byte]*guard{},
	}
}

// of is the guard of the call's credential: one for the service's own, one for each
// that callers bring.
func (g *guards) of(ctx context.Context, vendor string) *guard {
	key := sha256.Sum256([]byte(CallerCredential(ctx, vendor)))
	g.mu.Lock()
	defer g.mu.Unlock()
	if found, ok := g.known[key]; ok {
		return found
	}
	if len(g.known) >= maxGuards {
		for other := range g.known { // any: the one dropped begins afresh
			delete(g.known, other)
			break
		}
	}
	made := &guard{breaker: newBreaker()}
	g.known[key] = made
	return made
}

// enter takes a place among the calls under way.
func (g *guards) enter() (leave func(), ok bool) {
	select {
	case g.places <- struct{}{}:
		return func() { <-g.places }, true
	default:
		return nil, false
	}
}

// health is what an exchange says about the vendor.
func health(err *Error) verdict {
	if err == nil {
		return healthy
	}
	switch err.Kind {
	case KindUnreachable, KindReset, KindTimeout, KindTruncated:
		return failing
	case KindStatus:
		if err.Status >= http.StatusInternalServerError {
			return failing
		}
		return neutral
	default:
		return neutral
	}
}
