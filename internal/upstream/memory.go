package upstream

import (
	"container/list"
	"context"
	"sync"
)

// Memory is the budget of bytes that vendor answers may take at once, over all calls
// to all vendors. A lease that needs more than is left waits in the order of arrival.
// The oldest that waits may go beyond the budget until it is released. So there is
// always one call that can go on, whatever the others hold while they wait, and the
// sum stays below the budget and what one lease takes.
type Memory struct {
	limit int64

	mu      sync.Mutex
	used    int64
	waiting list.List // of *memoryRequest, the oldest first
	// beyond is the lease that may go beyond the budget; nil if there is none.
	beyond *Lease
}

// NewMemory returns a budget of so many bytes.
func NewMemory(limit int64) *Memory { return &Memory{limit: limit} }

// memoryRequest is a lease that waits for bytes.
type memoryRequest struct {
	lease   *Lease
	bytes   int64
	granted chan struct{}
}

// Lease is what one call of the service holds of the budget. A nil lease holds
// nothing and never waits.
type Lease struct {
	memory *Memory
	held   int64 // guarded by the lock of memory
}

// leaseKey is the context key of the lease.
type leaseKey struct{}

// Lease returns a context whose vendor calls take the memory of their answers from
// one lease, which must be released when the answer to the caller has been written.
// A nil budget has no bound.
func (m *Memory) Lease(ctx context.Context) (context.Context, *Lease) {
	if m == nil {
		return ctx, nil
	}
	lease := &Lease{memory: m}
	return context.WithValue(ctx, leaseKey{}, lease), lease
}

// leaseFor returns the lease of the context. If there is none, it returns a lease for
// one vendor call, with the function that ends it.
func (m *Memory) leaseFor(ctx context.Context) (lease *Lease, end func()) {
	if lease, ok := ctx.Value(leaseKey{}).(*Lease); ok && lease != nil {
		return lease, func() {}
	}
	_, lease = m.Lease(ctx)
	return lease, lease.Release
}

// Held returns how many bytes the lease holds.
func (l *Lease) Held() int64 {
	if l == nil {
		return 0
	}
	l.memory.mu.Lock()
	defer l.memory.mu.Unlock()
	return l.held
}

// Release gives back all that the lease holds, and ends the right to go beyond the
// budget. It may be called more than once.
func (l *Lease) Release() {
	if l == nil {
		return
	}
	m := l.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.beyond == l {
		m.beyond = nil
	}
	l.shrink(0)
}

// giveBack gives back a number of bytes, such as what a failed attempt took.
func (l *Lease) giveBack(bytes int64) {
	if l == nil || bytes == 0 {
		return
	}
	l.memory.mu.Lock()
	defer l.memory.mu.Unlock()
	l.shrink(max(l.held-bytes, 0))
}

// shrink gives back all but a number of bytes, and grants what fits then. The lock of
// the memory is held.
func (l *Lease) shrink(bytes int64) {
	if bytes < l.held {
		l.memory.used -= l.held - bytes
		l.held = bytes
	}
	l.memory.grant()
}

// acquire takes bytes, and waits for them until the context ends. Its error is the
// cause of that end.
func (l *Lease) acquire(ctx context.Context, bytes int64) error {
	if l == nil {
		return nil
	}
	request, place := l.memory.request(l, bytes)
	select {
	case <-request.granted:
		return nil
	case <-ctx.Done():
		if l.memory.withdraw(request, place) {
			return nil
		}
		return context.Cause(ctx)
	}
}

// request puts a request at the end of the queue and grants what can be granted.
func (m *Memory) request(lease *Lease, bytes int64) (*memoryRequest, *list.Element) {
	m.mu.Lock()
	defer m.mu.Unlock()
	request := &memoryRequest{lease: lease, bytes: bytes, granted: make(chan struct{})}
	if lease == m.beyond { // it must not wait for those that wait for it
		m.take(request)
		return request, nil
	}
	place := m.waiting.PushBack(request)
	m.grant()
	return request, place
}

// withdraw takes a request out of the queue. It reports true if the request had been
// granted already.
func (m *Memory) withdraw(request *memoryRequest, place *list.Element) (granted bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	select {
	case <-request.granted:
		return true
	default:
		m.waiting.Remove(place)
		m.grant() // the next one may fit
		return false
	}
}

// grant serves the queue from its front, as far as the budget allows. The lock is held.
func (m *Memory) grant() {
	for m.waiting.Len() > 0 {
		front := m.waiting.Front()
		request, _ := front.Value.(*memoryRequest)
		if m.used+request.bytes > m.limit && !m.mayGoBeyond(request.lease) {
			return
		}
		m.waiting.Remove(front)
		m.take(request)
	}
}

// mayGoBeyond reports whether the lease may go beyond the budget. While an earlier
// one's bytes are still held there, none may.
func (m *Memory) mayGoBeyond(lease *Lease) bool {
	if m.beyond == nil && m.used <= m.limit {
		m.beyond = lease
	}
	return m.beyond == lease
}

// take grants a request. The lock is held.
func (m *Memory) take(request *memoryRequest) {
	m.used += request.bytes
	request.lease.held += request.bytes
	close(request.granted)
}
