package ledger

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"
)

// store keeps records. Every method is atomic, durable when it returns nil, and ends when its
// context does if it waits; operations in memory and reads of the file do not wait.
type store interface {
	// claim stores and returns what claim.decide says.
	claim(ctx context.Context, wanted claim) (verdict, error)
	// replace stores a record in place of the one with its id and token. It returns
	// ErrClaimLost if there is none, ErrResourceClaimed if its resource is another's.
	replace(ctx context.Context, next record) error
	// remove deletes the record of a claim that may send, or returns ErrClaimLost.
	remove(ctx context.Context, of held) error
	// claimed reports whether a record has the resource.
	claimed(ctx context.Context, resource hash) (bool, error)
	// beat renews claims and returns those that still exist.
	beat(ctx context.Context, claims []held) ([]held, error)
	// purge deletes expired records.
	purge(ctx context.Context) error
	// check returns why the store cannot be used.
	check(ctx context.Context) error
	close() error
}

// held identifies a claim: an entry, and the token without which it cannot be changed.
type held struct {
	id    hash
	token token
}

// storeOptions are what all stores need.
type storeOptions struct {
	clock    func() time.Time // may be nil
	timeout  time.Duration    // of an operation
	keyCheck hash
}

// now returns the time in the precision that every store can keep.
func (o storeOptions) now() time.Time {
	clock := o.clock
	if clock == nil {
		clock = time.Now
	}
	return clock().UTC().Truncate(time.Microsecond)
}

// targetKind is where entries are kept.
type targetKind int

// The kinds of targets.
const (
	inMemory targetKind = iota
	inFile
	inPostgres
)

// splitTarget reads a target. The error does not repeat it.
func splitTarget(target string) (kind targetKind, location string, err error) {
	path, isFile := strings.CutPrefix(target, "file:")
	switch {
	case target == "memory":
		return inMemory, "", nil
	case isFile && path != "":
		return inFile, path, nil
	case strings.HasPrefix(target, "postgres://"), strings.HasPrefix(target, "postgresql://"):
		return inPostgres, target, nil
	}
	return 0, "", errors.New("the target must be memory, file:PATH or postgres://…")
}

// Place returns a target without what it can hold in secret: a PostgreSQL URL without its user,
// password and parameters. A text that is not a target may be a secret as a whole.
func Place(target string) string {
	kind, location, err := splitTarget(target)
	switch {
	case err != nil:
		return "unknown"
	case kind != inPostgres:
		return target
	}
	at, err := url.Parse(location)
	if err != nil {
		return "postgres"
	}
	return (&url.URL{Scheme: at.Scheme, Host: at.Host, Path: at.Path}).String()
}

// openStore opens the store of a target.
func openStore(ctx context.Context, kind targetKind, location string, options storeOptions) (store, error) {
	switch kind {
	case inFile:
		return openFile(location, options)
	case inPostgres:
		return openPostgres(ctx, location, options)
	default:
		return newMemory(options, maxMemoryEntries, maxMemoryBytes), nil
	}
}
