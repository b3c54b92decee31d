package auth

import (
	"context"
	"net"
	"time"

	"golang.org/x/time/rate"
	"google.golang.org/grpc/peer"
)

// limits hold each caller to the same rate.
type limits struct {
	rate    rate.Limit
	burst   int
	callers *lru[string, *rate.Limiter]
}

func newLimits(to rate.Limit, burst int) *limits {
	return &limits{rate: to, burst: max(burst, 1), callers: newLRU[string, *rate.Limiter](maxRemembered)}
}

// take counts a call. If the caller has none left, it returns how long it must wait, and
// the call does not count.
func (l *limits) take(caller string, now time.Time) (wait time.Duration) {
	limiter, known := l.callers.get(caller)
	if !known {
		limiter = l.callers.put(caller, rate.NewLimiter(l.rate, l.burst))
	}
	reserved := limiter.ReserveN(now, 1)
	if wait = reserved.DelayFrom(now); wait > 0 {
		reserved.CancelAt(now)
	}
	return wait
}

// limitKey returns what a limit counts by: the caller, or the address of an anonymous one.
func limitKey(ctx context.Context, caller Caller) string {
	if !caller.Anonymous() {
		return caller.ID
	}
	from, ok := peer.FromContext(ctx)
	if !ok || from.Addr == nil {
		return ""
	}
	if host, _, err := net.SplitHostPort(from.Addr.String()); err == nil {
		return host
	}
	return from.Addr.String()
}
