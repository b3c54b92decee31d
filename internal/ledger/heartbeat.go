package ledger

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"
)

// beatUntil sends heartbeats and removes expired entries until the context ends.
func (l *Ledger) beatUntil(ctx context.Context) {
	beats, purges := time.NewTicker(beatInterval), time.NewTicker(purgeInterval)
	defer beats.Stop()
	defer purges.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beats.C:
			l.beat(ctx)
			l.removeUnsent(ctx)
		case <-purges.C:
			l.purge(ctx)
		}
	}
}

// beat renews the claims of this process, and ends the guards of those that are lost.
func (l *Ledger) beat(ctx context.Context) {
	began := l.clock()
	l.mu.Lock()
	claims := slices.Collect(maps.Keys(l.live))
	l.mu.Unlock()
	if len(claims) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	renewed, err := l.store.beat(ctx, claims)
	_ = l.report("heartbeat", err) // counted, and the guards below act on it
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, claimed := range claims {
		attempt, ok := l.live[claimed]
		switch {
		case !ok: // finished meanwhile
		case err == nil && slices.Contains(renewed, claimed):
			attempt.beaten = began
		case err == nil || l.clock().Sub(attempt.beaten) > lease-leaseMargin:
			attempt.lose()
		}
	}
}

// maxUnsent bounds the claims that are removed later.
const maxUnsent = 10_000

// removeLater removes an entry under which nothing was sent as soon as the ledger can be
// reached: otherwise its repeat would have to be reconciled, which not every write can
// be. It may not exist, or come to exist only when an operation that timed out ends.
func (l *Ledger) removeLater(of held) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.unsent) < maxUnsent {
		l.unsent[of] = l.clock().Add(lease)
	}
}

// removeUnsent removes what removeLater noted.
func (l *Ledger) removeUnsent(ctx context.Context) {
	l.mu.Lock()
	unsent := maps.Clone(l.unsent)
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	for of, until := range unsent {
		err := l.store.remove(ctx, of)
		if err != nil && !errors.Is(err, ErrClaimLost) {
			return // it cannot be reached yet
		}
		if err == nil || l.clock().After(until) {
			l.mu.Lock()
			delete(l.unsent, of)
			l.mu.Unlock()
		}
	}
}

// purge removes expired entries. What fails is counted, and tried again a minute later.
func (l *Ledger) purge(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	_ = l.report("purge", l.store.purge(ctx))
}
