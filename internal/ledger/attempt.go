package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Attempt has the decision of Claim. If its outcome is Fresh or Reconcile, it holds the claim of
// the entry until Succeeded, Failed or Unknown is called. Only the first of these calls has an
// effect, so `defer attempt.Unknown(ctx)` covers a panic. With every other outcome these methods do
// nothing. They work although their context was cancelled, because the outcome of the write must be
// stored even if the caller has gone.
type Attempt struct {
	// Outcome says what to do.
	Outcome Outcome
	// Answer is what Succeeded stored; only with Replay.
	Answer []byte
	// Intent is the time at which the first attempt was stored, by the clock of the ledger; only with
	// Fresh, Replay and Reconcile.
	Intent time.Time
	// Ended is the time at which the last attempt that sent the write ended, and SinceEnd the time
	// from then until the entry was claimed; only with Reconcile.
	Ended    time.Time
	SinceEnd time.Duration
	// Resent says that the write was sent a second time already; only with Reconcile.
	Resent bool

	ledger *Ledger
	now    time.Time // of the store, when the entry was claimed
	began  time.Time // just before that, by the ledger's clock
	lost   context.Context
	lose   context.CancelFunc
	beaten time.Time // start of the last heartbeat that arrived; guarded by Ledger.mu

	mu    sync.Mutex
	open  bool
	prior record // the entry before this attempt; with Reconcile
	entry record
}

// attempt returns what the verdict means to the caller.
func (l *Ledger) attempt(decided verdict, began time.Time) (*Attempt, error) {
	entry := decided.entry
	a := &Attempt{
		Outcome: decided.outcome, Intent: entry.Intent, ledger: l, now: decided.now, began: began,
		beaten: began, entry: entry, open: decided.writes(),
	}
	a.lost, a.lose = context.WithCancel(context.Background())
	switch decided.outcome {
	case Replay:
		answer, err := l.keys.open(entry)
		if err != nil {
			return nil, err
		}
		a.Answer = answer
	case Reconcile:
		a.Ended, a.SinceEnd, a.Resent = entry.Ended, decided.now.Sub(entry.Ended), entry.Resent
		a.prior = entry.ended(entry.Ended)
	}
	if a.open {
		l.mu.Lock()
		l.live[a.held()] = a
		l.mu.Unlock()
	}
	return a, nil
}

// Guard returns a context that also ends, with the cause ErrClaimLost, when heartbeats
// do not arrive and another process could take the claim. Send the write under it.
func (a *Attempt) Guard(ctx context.Context) (context.Context, context.CancelFunc) {
	guarded, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(a.lost, func() { cancel(ErrClaimLost) })
	return guarded, func() {
		stop()
		cancel(nil)
	}
}

// Resend writes down, durably, that the write is about to be sent a second time. It
// returns ErrResent if that has happened before; with any error nothing may be sent.
func (a *Attempt) Resend(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.Outcome != Reconcile || !a.open:
		return fmt.Errorf("resend: %w", ErrClaimLost)
	case a.entry.Resent:
		return ErrResent
	}
	next := a.entry
	next.Phase, next.Resent = sending, true
	if err := a.write(ctx, "resend", next); err != nil {
		// The entry may have been written, so its claim is not renewed: it ends as that of a dead process
		// does.
		a.close()
		return err
	}
	a.entry = next
	return nil
}

// Succeeded stores the answer, encrypted, and the resource that the write created, so
// that no other entry takes it. If this attempt found the resource and another entry has
// it already, Succeeded returns ErrResourceClaimed and the attempt stays open. With any
// other error a repeat reconciles.
func (a *Attempt) Succeeded(ctx context.Context, answer []byte, resource Resource) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.open {
		return nil
	}
	next := a.entry
	next.Phase, next.Resource = succeeded, a.ledger.keys.resource(resource)
	next.Answer = a.ledger.keys.seal(next, answer)
	err := a.write(ctx, "succeeded", next)
	if errors.Is(err, ErrResourceClaimed) {
		if a.entry.Phase == reconciling {
			return err
		}
		// The vendor said that this attempt created it, which counts more than the
		// search that gave it to another entry.
		next.Resource = hash{}
		err = a.write(ctx, "succeeded", next)
	}
	a.close()
	return err
}

// Failed says that the write had no effect: it was not sent, or the vendor refused it.
// A repeat of a fresh attempt is a fresh attempt; otherwise the entry is again as it was
// before this attempt, since that knows nothing about the effect of the one before it.
func (a *Attempt) Failed(ctx context.Context) error {
	return a.finish("failed", func() error {
		if a.Outcome == Fresh {
			bounded, cancel := a.bounded(ctx)
			defer cancel()
			err := a.ledger.store.remove(bounded, a.held())
			if err != nil {
				a.ledger.removeLater(a.held())
			}
			return a.ledger.report("failed", err)
		}
		return a.write(ctx, "failed", a.prior)
	})
}

// Unknown says that it is not known whether the write had an effect. A repeat
// reconciles. If this attempt has not sent the write, the entry is again as it was
// before.
func (a *Attempt) Unknown(ctx context.Context) error {
	return a.finish("unknown", func() error {
		return a.write(ctx, "unknown", a.entry.ended(a.time()))
	})
}

// finish ends the attempt with a change of its entry, once.
func (a *Attempt) finish(operation string, change func() error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.open {
		return nil
	}
	a.close()
	if err := change(); err != nil {
		return fmt.Errorf("note that the attempt ended as %s: %w", operation, err)
	}
	return nil
}

// write replaces the entry, also when its caller has gone.
func (a *Attempt) write(ctx context.Context, operation string, next record) error {
	bounded, cancel := a.bounded(ctx)
	defer cancel()
	next.Token, next.Beat = a.entry.Token, a.time()
	return a.ledger.report(operation, a.ledger.store.replace(bounded, next))
}

// bounded returns the context of one operation.
func (a *Attempt) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), a.ledger.timeout)
}

// held identifies the claim.
func (a *Attempt) held() held { return held{a.entry.ID, a.entry.Token} }

// time returns the time by the clock of the store.
func (a *Attempt) time() time.Time {
	return a.now.Add(a.ledger.clock().Sub(a.began)).Truncate(time.Microsecond)
}

// close ends the heartbeats. If the last write fails, the claim then ends by itself.
func (a *Attempt) close() {
	a.open = false
	a.ledger.mu.Lock()
	defer a.ledger.mu.Unlock()
	delete(a.ledger.live, a.held())
}
