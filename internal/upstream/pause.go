package upstream

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"
)

// maxPauses bounds for how many credentials of callers a pause is remembered.
const maxPauses = 4096

// credentialID tells credentials apart without keeping them.
type credentialID [sha256.Size]byte

// serviceCredential is the service's own credential, whatever its value is.
var serviceCredential = credentialID{}

// credentialOf returns what authenticates the calls of a context: what the caller
// brought, if the vendor calls use that, and otherwise the service's own.
func credentialOf(ctx context.Context, dialect Dialect) credentialID {
	if !dialect.FromCaller() {
		return serviceCredential
	}
	return sha256.Sum256([]byte(CallerCredential(ctx, dialect.Vendor())))
}

// pauses are the pauses that the vendor has asked for, by the credential to which it
// answered.
type pauses struct {
	mu    sync.Mutex
	until map[credentialID]time.Time
}

func newPauses() *pauses { return &pauses{until: map[credentialID]time.Time{}} }

// remaining returns how much of the credential's pause is left.
func (p *pauses) remaining(credential credentialID, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.until) == 0 {
		return 0 // as nearly always: nothing needs to be hashed
	}
	until, known := p.until[credential]
	if known && !until.After(now) {
		delete(p.until, credential)
	}
	return max(until.Sub(now), 0)
}

// current returns until when the service's own credential is paused, and how many other
// credentials are.
func (p *pauses) current(now time.Time) (own time.Time, others int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for credential, until := range p.until {
		switch {
		case !until.After(now):
		case credential == serviceCredential:
			own = until
		default:
			others++
		}
	}
	return own, others
}

// start begins a pause, unless a longer one is running.
func (p *pauses) start(credential credentialID, now time.Time, length time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	end := now.Add(length)
	if length <= 0 || !end.After(p.until[credential]) {
		return
	}
	if _, known := p.until[credential]; !known && len(p.until) >= maxPauses {
		p.evict()
	}
	p.until[credential] = end
}

// evict forgets the pause that ended first, or will. The service's own is kept. The
// scan is linear: it happens only if thousands of credentials are paused at once.
func (p *pauses) evict() {
	var first credentialID
	for credential, until := range p.until {
		if credential != serviceCredential && (first == serviceCredential || until.Before(p.until[first])) {
			first = credential
		}
	}
	delete(p.until, first)
}
