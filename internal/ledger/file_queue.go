package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.etcd.io/bbolt"
)

// maxQueued is how many operations on the file may wait, and maxBatch how many of them
// share one transaction.
const (
	maxQueued = 4096
	maxBatch  = 256
)

// queue executes all operations on the file one after the other. Those that come while the
// disk is busy share the next transaction, so that many calls cost few syncs. Only its
// goroutine uses the file, so a file that turns out to be damaged blocks nobody.
type queue struct {
	path    string
	db      *bbolt.DB
	damage  error // errDamaged, if the file was found to be; only for the goroutine of run
	waiting chan *queued
	done    chan struct{} // closed by run
	closing sync.RWMutex
	closed  bool
}

// queued is an operation that waits. Its result is sent when it is durable.
type queued struct {
	ctx    context.Context
	do     func(*bbolt.Tx) error
	err    error
	result chan error
}

func newQueue(path string, db *bbolt.DB) *queue {
	q := &queue{path: path, db: db, waiting: make(chan *queued, maxQueued), done: make(chan struct{})}
	go q.run()
	return q
}

// do executes the operation and waits until it is durable. If the context ends before,
// it may still take place. An operation that returns ErrClaimLost or ErrResourceClaimed
// must not have written.
func (q *queue) do(ctx context.Context, operation func(*bbolt.Tx) error) error {
	waiting := &queued{ctx: ctx, do: operation, result: make(chan error, 1)}
	if err := q.add(waiting); err != nil {
		return err
	}
	select {
	case err := <-waiting.result:
		return err
	case <-ctx.Done():
		return fmt.Errorf("wait for the disk: %w", ctx.Err())
	}
}

// queuedResult executes an operation that has a result.
func queuedResult[Result any](ctx context.Context, q *queue, operation func(*bbolt.Tx) (Result, error)) (Result, error) {
	var result, none Result
	err := q.do(ctx, func(tx *bbolt.Tx) (err error) {
		result, err = operation(tx)
		return err
	})
	if err != nil {
		return none, err // the operation may still be at work on the result
	}
	return result, nil
}

// add appends an operation without waiting.
func (q *queue) add(waiting *queued) error {
	q.closing.RLock()
	defer q.closing.RUnlock()
	if q.closed {
		return errors.New("the file is closed")
	}
	select {
	case q.waiting <- waiting:
		return nil
	default:
		return errors.New("too many operations wait for the disk")
	}
}

// close waits until all operations have ended, and closes the file. A damaged one stays open
// until the process ends.
func (q *queue) close() error {
	q.closing.Lock()
	closed := q.closed
	q.closed = true
	q.closing.Unlock()
	if !closed {
		close(q.waiting)
	}
	<-q.done
	if q.damage != nil {
		return nil
	}
	return guarded(q.db.Close)
}

// run executes what waits until the queue is closed.
func (q *queue) run() {
	defer close(q.done)
	for first := range q.waiting {
		q.commit(q.batch(first))
	}
}

// batch returns the operations that share the next transaction.
func (q *queue) batch(first *queued) []*queued {
	batch := []*queued{first}
	for len(batch) < maxBatch {
		select {
		case next, ok := <-q.waiting:
			if !ok {
				return batch
			}
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

// commit executes the operations in one transaction and syncs the file. Operations whose
// callers have given up are left out. If one cannot read or write the file, none of them
// takes place.
func (q *queue) commit(batch []*queued) {
	failed := q.update(func(tx *bbolt.Tx) error {
		for _, operation := range batch {
			if operation.err = operation.ctx.Err(); operation.err != nil {
				continue
			}
			operation.err = operation.do(tx)
			if operation.err != nil && !refused(operation.err) {
				return operation.err
			}
		}
		return nil
	})
	for _, operation := range batch {
		if failed != nil {
			operation.err = failed
		}
		operation.result <- operation.err
	}
}

// update executes a transaction, unless the file is damaged.
func (q *queue) update(transaction func(*bbolt.Tx) error) error {
	if q.damage != nil {
		return q.damage
	}
	err := guarded(func() error { return q.db.Update(transaction) })
	if errors.Is(err, errDamaged) {
		q.damage = fmt.Errorf("%s: %w", q.path, err)
		return q.damage
	}
	return err
}

// refused reports whether an operation did nothing, because it may not.
func refused(err error) bool {
	return errors.Is(err, ErrClaimLost) || errors.Is(err, ErrResourceClaimed)
}
