package listener

import (
	"context"
	"net"
	"sync"
	"time"
)

// Pending counts the bytes of answers that were handed to a connection and that
// its caller has not taken yet. HTTP/2 flow control lets a caller hold answers
// back without leaving the socket unread, so no write deadline sees that.
type Pending struct {
	limit int64

	mu       sync.Mutex
	bytes    int64
	progress time.Time              // when bytes was last 0, or fell
	changed  chan struct{}          // closed when bytes falls; nil when nobody waits
	held     map[*Delivery]struct{} // those with something to release
	closed   bool
}

func newPending(limit int64) *Pending {
	return &Pending{limit: limit, held: map[*Delivery]struct{}{}}
}

// Delivery is one answer on its way to the caller.
type Delivery struct {
	pending *Pending
	left    int64
	release func()
}

// Begin waits until an answer of so many bytes may be handed over, and counts it. An
// answer that is larger than the limit is let through when nothing else waits.
// Release, which may be nil, is called once: when the caller has taken everything,
// or the connection is closed.
func (p *Pending) Begin(ctx context.Context, bytes int64, release func()) (*Delivery, error) {
	begun := &Delivery{pending: p, left: bytes, release: release}
	for {
		wait, err := p.tryBegin(begun)
		if wait == nil {
			return begun, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-wait:
		}
	}
}

// tryBegin counts the answer, or returns what to wait for.
func (p *Pending) tryBegin(begun *Delivery) (wait <-chan struct{}, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return nil, net.ErrClosed
	case p.bytes == 0:
		p.progress = time.Now()
	case p.bytes+begun.left > p.limit:
		if p.changed == nil {
			p.changed = make(chan struct{})
		}
		return p.changed, nil
	}
	p.bytes += begun.left
	if begun.release != nil {
		p.held[begun] = struct{}{}
	}
	return nil, nil
}

// Taken counts bytes of the answer that the caller has taken, or that are not sent
// after all.
func (d *Delivery) Taken(bytes int64) {
	if release := d.taken(bytes); release != nil {
		release()
	}
}

// taken counts the bytes and returns what is left to release.
func (d *Delivery) taken(bytes int64) (release func()) {
	p := d.pending
	p.mu.Lock()
	defer p.mu.Unlock()
	d.left -= bytes
	p.bytes -= bytes
	p.progress = time.Now()
	p.wake()
	if d.left > 0 {
		return nil
	}
	delete(p.held, d)
	release, d.release = d.release, nil
	return release
}

// close releases every answer that the caller will not take any more.
func (p *Pending) close() {
	p.mu.Lock()
	p.closed = true
	p.wake()
	releases := make([]func(), 0, len(p.held))
	for d := range p.held {
		releases = append(releases, d.release)
		d.release = nil
	}
	clear(p.held)
	p.mu.Unlock()
	for _, release := range releases {
		release()
	}
}

// wake lets the calls that wait check again.
func (p *Pending) wake() {
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
}

// stalled reports whether answers wait and none was taken for the time.
func (p *Pending) stalled(now time.Time, timeout time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bytes > 0 && now.Sub(p.progress) > timeout
}
