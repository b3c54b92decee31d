// Package ledger remembers request ids and what became of their writes, so that a
// repeat is answered instead of executed again. It stores entries in memory, in a file
// or in PostgreSQL, and knows neither vendors nor protocols.
package ledger

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"
)

// The times of the ledger.
const (
	// operationTimeout ends an operation on a ledger that cannot be reached.
	operationTimeout = 900 * time.Millisecond
	// lease is how long a claim outlives its last heartbeat.
	lease = 15 * time.Second
	// beatInterval is the time between two heartbeats.
	beatInterval = 3 * time.Second
	// leaseMargin is how long before its end a claim that cannot be renewed counts as
	// lost: the time that its process has to stop.
	leaseMargin = 5 * time.Second
	// purgeInterval is the time between two removals of expired entries.
	purgeInterval = time.Minute
)

// defaultTTL is how long entries live if Options does not say.
const defaultTTL = 24 * time.Hour

// minKeyBytes is the least length of Options.Key.
const minKeyBytes = 32

// The errors of the ledger. Claim returns only those that wrap ErrUnavailable.
var (
	// ErrUnavailable means that the ledger cannot be reached, cannot be read, or is
	// full. Nothing may be sent.
	ErrUnavailable = errors.New("the ledger is unavailable")
	// ErrClaimLost means that another process has taken over the claim, because its heartbeats did not
	// arrive.
	ErrClaimLost = errors.New("the claim of the request id was lost")
	// ErrResourceClaimed means that the resource belongs to another entry. The attempt
	// is still open.
	ErrResourceClaimed = errors.New("the resource belongs to another request id")
	// ErrResent means that the write was already sent a second time.
	ErrResent = errors.New("the write was already sent again")
	// ErrKey means that the entries were written with another key.
	ErrKey = errors.New("the ledger was written with another key")
	// ErrInUse means that another process has the file open.
	ErrInUse = errors.New("the ledger file is in use by another process")
)

// Options configure a ledger. The zero value suits a ledger in memory.
type Options struct {
	// Key is the secret that all other keys are derived from, at least minKeyBytes. A
	// ledger in memory needs none.
	Key []byte
	// TTL is how long an entry lives after its intent; 0 means defaultTTL.
	TTL time.Duration
	// Clock returns the time. If it is nil, PostgreSQL uses the clock of the database
	// and the other stores use that of the machine.
	Clock func() time.Time
	// Observe counts an operation; nil counts nothing. Both labels are from closed sets.
	Observe func(operation, outcome string)

	timeout time.Duration // of an operation; 0 means operationTimeout
}

// Key identifies an entry. No part of it is stored in the clear.
type Key struct {
	// Caller is the name of the caller, "" if callers are anonymous.
	Caller string
	// Credential is a hash of what authenticates the vendor call.
	Credential string
	// Method is the full name of the method.
	Method string
	// RequestID is what the caller chose.
	RequestID string
}

// Resource identifies what a write created; the zero value means that it created nothing.
type Resource struct {
	// Scope separates kinds of resources and vendor accounts.
	Scope string
	// ID is the vendor's id.
	ID string
}

// Ledger keeps entries in a store. All methods may be called concurrently.
type Ledger struct {
	store   store
	keys    *keys
	ttl     time.Duration
	timeout time.Duration
	clock   func() time.Time
	observe func(operation, outcome string)

	mu     sync.Mutex
	live   map[held]*Attempt  // the claims that get heartbeats
	unsent map[held]time.Time // claims to remove because nothing was sent, and until when to try

	stop    context.CancelFunc
	stopped sync.WaitGroup
}

// Open opens the ledger of a target: memory, file:PATH or postgres://…. A database that
// cannot be reached is no error: operations fail with ErrUnavailable until it can be.
// Errors never repeat the target, which can hold a password.
func Open(ctx context.Context, target string, options Options) (*Ledger, error) {
	kind, location, err := splitTarget(target)
	if err != nil {
		return nil, err
	}
	derived, err := keysFor(kind, options.Key)
	if err != nil {
		return nil, err
	}
	options.timeout = cmp.Or(options.timeout, operationTimeout)
	opened, err := openStore(ctx, kind, location, storeOptions{
		clock: options.Clock, timeout: options.timeout, keyCheck: derived.check,
	})
	if err != nil {
		return nil, err
	}
	return start(opened, derived, options), nil
}

// start returns a ledger on the store and sends its heartbeats.
func start(on store, derived *keys, options Options) *Ledger {
	l := &Ledger{
		store: on, keys: derived, ttl: cmp.Or(options.TTL, defaultTTL), timeout: cmp.Or(options.timeout, operationTimeout),
		clock: options.Clock, observe: options.Observe,
		live: map[held]*Attempt{}, unsent: map[held]time.Time{},
	}
	if l.clock == nil {
		l.clock = time.Now
	}
	if l.observe == nil {
		l.observe = func(string, string) {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	l.stop = cancel
	l.stopped.Go(func() { l.beatUntil(ctx) })
	return l
}

// Close ends the heartbeats and closes the store. Attempts that are still open end as
// those of a dead process do.
func (l *Ledger) Close() error {
	l.stop()
	l.stopped.Wait()
	return l.store.close()
}

// Check returns why the ledger cannot be used now, or nil.
func (l *Ledger) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	return l.report("check", l.store.check(ctx))
}

// Claim decides what a call with a request id has to do, see Outcome. If the outcome is
// Fresh or Reconcile, the entry belongs to the returned attempt, durably, until that is
// finished. Content is the request in a canonical form without its request id.
func (l *Ledger) Claim(ctx context.Context, key Key, content []byte) (*Attempt, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("claim a request id: %w", err)
	}
	wanted := claim{id: l.keys.entry(key), content: l.keys.content(key, content), ttl: l.ttl}
	_, _ = rand.Read(wanted.token[:]) // never fails
	began := l.clock()
	// A caller that goes away must not leave it open whether the entry was written.
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.timeout)
	defer cancel()
	decided, err := l.store.claim(bounded, wanted)
	if err != nil {
		l.removeLater(held{wanted.id, wanted.token})
		return nil, l.report("claim", err)
	}
	attempt, err := l.attempt(decided, began)
	if err != nil {
		return nil, l.report("claim", err)
	}
	l.observe("claim", decided.outcome.String())
	return attempt, nil
}

// Claimed reports whether the resource belongs to an entry.
func (l *Ledger) Claimed(ctx context.Context, resource Resource) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	claimed, err := l.store.claimed(ctx, l.keys.resource(resource))
	return claimed, l.report("claimed", err)
}

// report counts an operation and returns its error in the form that callers get.
func (l *Ledger) report(operation string, err error) error {
	outcome := "ok"
	switch {
	case errors.Is(err, ErrClaimLost):
		outcome = "lost"
	case errors.Is(err, ErrResourceClaimed):
		outcome = "resource_claimed"
	case err != nil:
		outcome = "unavailable"
		if !errors.Is(err, ErrUnavailable) {
			err = fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
	}
	l.observe(operation, outcome)
	return err
}
