package upstream

import (
	"context"
	"errors"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// The bounds on the calls to one vendor, if the options leave them out.
const (
	// DefaultConnections is how many calls to one vendor may be under way.
	DefaultConnections = 128
	// DefaultQueue is how many more may wait for one of these to end.
	DefaultQueue = 2000
)

// NoQueue lets no call wait.
const NoQueue = -1

// errQueueFull says that too many calls wait already.
var errQueueFull = errors.New("the queue of calls to the vendor is full")

// queue bounds the calls to one vendor. Calls beyond the bound wait in the order of
// their arrival.
type queue struct {
	slots      *semaphore.Weighted
	underWay   atomic.Int64
	waiting    atomic.Int64
	maxWaiting int64
}

func newQueue(connections, maxWaiting int) *queue {
	return &queue{slots: semaphore.NewWeighted(int64(connections)), maxWaiting: int64(max(maxWaiting, 0))}
}

// tryAcquire takes a slot if there is one and no call waits for it.
func (q *queue) tryAcquire() bool {
	taken := q.slots.TryAcquire(1)
	if taken {
		q.underWay.Add(1)
	}
	return taken
}

// acquire waits for a slot until the context ends. Its error is errQueueFull, or the
// cause of that end.
func (q *queue) acquire(ctx context.Context) error {
	defer q.waiting.Add(-1)
	if q.waiting.Add(1) > q.maxWaiting {
		return errQueueFull
	}
	if err := q.slots.Acquire(ctx, 1); err != nil {
		return context.Cause(ctx)
	}
	q.underWay.Add(1)
	return nil
}

// release gives a slot back.
func (q *queue) release() {
	q.underWay.Add(-1)
	q.slots.Release(1)
}
