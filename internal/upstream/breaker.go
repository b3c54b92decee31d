package upstream

import (
	"cmp"
	"sync"
	"time"
)

// Breaker says when calls to a vendor that fails are stopped, and for how long. A
// zero field has its default.
type Breaker struct {
	// Volume is how many calls must have ended in the window before the breaker may
	// open; 0 means 20.
	Volume int
	// Ratio is the share of failures from which on it opens; 0 means 0.5.
	Ratio float64
	// Window is how far back calls count; 0 means 10 s.
	Window time.Duration
	// Pause is how long it stays open before one call probes the vendor; 0 means 5 s.
	Pause time.Duration
}

// withDefaults returns the settings with every field set.
func (b Breaker) withDefaults() Breaker {
	return Breaker{
		Volume: cmp.Or(b.Volume, 20), Ratio: cmp.Or(b.Ratio, 0.5),
		Window: cmp.Or(b.Window, 10*time.Second), Pause: cmp.Or(b.Pause, 5*time.Second),
	}
}

// outcome is what a call says about the vendor's health.
type outcome int

const (
	healthy outcome = iota
	failing
	// neutral says nothing: the vendor refused, or the caller cancelled.
	neutral
)

// BreakerState is the state of a circuit breaker.
type BreakerState int

// The states.
const (
	// BreakerClosed: calls are made.
	BreakerClosed BreakerState = iota
	// BreakerOpen: calls are refused.
	BreakerOpen
	// BreakerHalfOpen: the pause is over, and one call may find out whether the vendor
	// works again.
	BreakerHalfOpen
)

// breakerStates are the names of the states.
var breakerStates = [...]string{BreakerClosed: "closed", BreakerOpen: "open", BreakerHalfOpen: "half_open"}

// String is the name of the state for operators.
func (s BreakerState) String() string { return breakerStates[s] }

// circuit is the circuit breaker of one vendor. It is not that of sony/gobreaker,
// which drops the results of calls that last longer than its window: it would never
// open for a vendor that does not answer until the cap of 30 s has passed. The test
// TestLibraryBreakerMissesSlowFailures shows that.
type circuit struct {
	settings Breaker
	changed  func(BreakerState)

	mu    sync.Mutex
	state BreakerState
	// generation counts the changes of state. A permit of an older one decides nothing.
	generation uint64
	recent     *window // its marked events are failures
	openUntil  time.Time
	probing    bool
}

// newCircuit returns a closed circuit. All fields of the settings must be set. It calls
// changed at each change of state, with its lock held.
func newCircuit(settings Breaker, changed func(BreakerState)) *circuit {
	return &circuit{settings: settings, changed: changed, recent: newWindow(settings.Window)}
}

// permit is the right to make one call. Its outcome must be recorded once.
type permit struct {
	circuit    *circuit
	generation uint64
}

// acquire returns a permit, or for how long there will be none.
func (c *circuit) acquire(now time.Time) (issued permit, wait time.Duration, admitted bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if wait := c.waitFor(now); wait > 0 {
		return permit{}, wait, false
	}
	if c.state == BreakerOpen {
		c.setState(BreakerHalfOpen)
	}
	c.probing = c.state == BreakerHalfOpen
	return permit{c, c.generation}, 0, true
}

// wait returns for how long no permit can be had; 0 means that there is one.
func (c *circuit) wait(now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waitFor(now)
}

// waitFor is wait with the lock held. How long a probe will take is not known: the
// breaker's pause is the guess.
func (c *circuit) waitFor(now time.Time) time.Duration {
	switch {
	case c.state == BreakerOpen:
		return max(c.openUntil.Sub(now), 0)
	case c.state == BreakerHalfOpen && c.probing:
		return c.settings.Pause
	default:
		return 0
	}
}

// current returns the state, and until when an open circuit refuses calls.
func (c *circuit) current() (state BreakerState, openUntil time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state, c.openUntil
}

// setState changes the state. The lock is held.
func (c *circuit) setState(next BreakerState) {
	before := c.state
	c.state, c.probing = next, false
	c.generation++
	if next != before {
		c.changed(next)
	}
}

// record takes in how the permit's call ended. A call that was admitted before the
// last change of state decides nothing.
func (p permit) record(now time.Time, seen outcome) {
	c := p.circuit
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case p.generation != c.generation:
	case c.state == BreakerHalfOpen:
		c.recordProbe(now, seen)
	case seen != neutral:
		c.recordCall(now, seen)
	}
}

// recordCall counts a call, and opens the circuit if too many have failed.
func (c *circuit) recordCall(now time.Time, seen outcome) {
	c.recent.count(now, seen == failing)
	calls, failures := c.recent.sum(now)
	if calls >= c.settings.Volume && float64(failures) >= c.settings.Ratio*float64(calls) {
		c.trip(now)
	}
}

// recordProbe closes the circuit, or opens it again. If the probe says nothing, the
// next call is the probe.
func (c *circuit) recordProbe(now time.Time, seen outcome) {
	c.probing = false
	switch seen {
	case healthy:
		c.setState(BreakerClosed)
		c.recent = newWindow(c.settings.Window)
	case failing:
		c.trip(now)
	case neutral:
	}
}

// trip opens the circuit for its pause. The pause ends by itself, not at the next call:
// clients that go by the health of a service would otherwise make none.
func (c *circuit) trip(now time.Time) {
	c.setState(BreakerOpen)
	c.openUntil = now.Add(c.settings.Pause)
	opened := c.generation
	time.AfterFunc(c.settings.Pause, func() { c.endPause(opened) })
}

// endPause lets one call through, unless that has happened since the circuit opened.
func (c *circuit) endPause(opened uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation == opened {
		c.setState(BreakerHalfOpen)
	}
}
