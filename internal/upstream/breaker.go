package upstream

import (
	"sync"
	"time"
)

// The breaker opens when half of at least so many calls failed in the window, and
// tries one call after a pause.
const (
	breakerWindow = 10 * time.Second
	breakerVolume = 20
	breakerPause  = 5 * time.Second
)

// verdict is what an exchange says about the vendor's health.
type verdict int

const (
	healthy verdict = iota
	failing
	// neutral says nothing: the vendor refused, or the caller gave up.
	neutral
)

// breaker stops calls to a vendor that fails. It is our own because a probe that
// says nothing, such as one that its caller cancels, has to give its place to the
// next, which the libraries at hand cannot do.
type breaker struct {
	mu      sync.Mutex
	recent  *window // marks are failures
	until   time.Time
	open    bool
	probing bool
}

func newBreaker() *breaker { return &breaker{recent: newWindow(breakerWindow)} }

// admit lets a call through, or says for how long the breaker stays open. Every
// admitted call must be recorded.
func (b *breaker) admit(now time.Time) (wait time.Duration, admitted bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case !b.open:
		return 0, true
	case now.Before(b.until):
		return b.until.Sub(now), false
	case b.probing:
		return breakerPause, false
	default:
		b.probing = true
		return 0, true
	}
}

// record takes in how an admitted call went.
func (b *breaker) record(now time.Time, seen verdict) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open {
		b.recordProbe(now, seen)
		return
	}
	if seen == neutral {
		return
	}
	slot := b.recent.at(now)
	slot.all++
	if seen == failing {
		slot.marks++
	}
	if calls, failures := b.recent.sum(now); calls >= breakerVolume && 2*failures >= calls {
		b.open, b.until = true, now.Add(breakerPause)
	}
}

// recordProbe closes the breaker, or leaves it open for another pause. Calls that
// were admitted before it opened end here as well: only the probe decides.
func (b *breaker) recordProbe(now time.Time, seen verdict) {
	if !b.probing {
		return
	}
	b.probing = false
	switch seen {
	case healthy:
		b.open, b.recent = false, newWindow(breakerWindow)
	case failing:
		b.until = now.Add(breakerPause)
	case neutral: // the next call is the probe
	}
}
