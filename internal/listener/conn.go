package listener

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// writePiece is the most that a caller must read within the write timeout. With TLS it is a
// record of at most 16 KiB.
const writePiece = 256 << 10

// renewShare is the share of the write timeout by which a deadline is later than needed, so
// that the writes until then need none of their own: each new deadline changes a timer of
// the runtime.
const renewShare = 8

// Conn is a caller's connection. Each piece that is written to it has a write timeout of its own,
// so that a slow caller gets its whole answer, and the connection of a caller that does not read is
// closed.
type Conn struct {
	net.Conn
	listener *Listener
	pending  *Pending
	closing  sync.Once
	opened   time.Time
	renewed  atomic.Int64 // when the write deadline was set, counted from opened; 0 if it was not
	limit    atomic.Int64 // the write deadline that was set from outside, counted from opened; 0 if none was
}

func newConn(accepted net.Conn, l *Listener) *Conn {
	return &Conn{Conn: accepted, listener: l, pending: newPending(l.options.MaxPending), opened: time.Now()}
}

// Pending counts the answers that wait to be read from the connection.
func (c *Conn) Pending() *Pending { return c.pending }

// Write writes piece by piece.
func (c *Conn) Write(p []byte) (written int, err error) {
	for {
		piece := p[written:min(len(p), written+writePiece)]
		if err := c.renewDeadline(); err != nil {
			return written, err
		}
		n, err := c.Conn.Write(piece)
		written += n
		if err != nil || written == len(p) {
			return written, err
		}
	}
}

// renewDeadline sets the deadline of a write, unless it was set a short time ago. An earlier
// one that was set from outside stays.
func (c *Conn) renewDeadline() error {
	timeout, now := c.listener.options.WriteTimeout, time.Since(c.opened)
	if limit := time.Duration(c.limit.Load()); limit != 0 {
		return c.Conn.SetWriteDeadline(c.opened.Add(min(limit, now+timeout+timeout/renewShare)))
	}
	if renewed := time.Duration(c.renewed.Load()); renewed > 0 && now-renewed < timeout/renewShare {
		return nil
	}
	err := c.Conn.SetWriteDeadline(time.Now().Add(timeout + timeout/renewShare))
	c.renewed.Store(int64(now))
	return err
}

// SetDeadline sets both deadlines, as gRPC does around a handshake.
func (c *Conn) SetDeadline(t time.Time) error {
	c.limitWrites(t)
	c.renewed.Store(0)
	return c.Conn.SetDeadline(t)
}

// SetWriteDeadline sets a deadline beside those that writes set themselves, as crypto/tls does for
// the alert with which it closes. Removing it, as net/http does before each request, needs nothing
// else: the next write sets its own deadline if it needs one.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.limitWrites(t)
	if t.IsZero() {
		return nil
	}
	c.renewed.Store(0)
	return c.Conn.SetWriteDeadline(t)
}

// limitWrites keeps a deadline from outside; the zero time means none.
func (c *Conn) limitWrites(t time.Time) {
	if t.IsZero() {
		c.limit.Store(0)
		return
	}
	limit := t.Sub(c.opened)
	if limit == 0 {
		limit = -1 // as good as now
	}
	c.limit.Store(int64(limit))
}

// CloseWrite closes the sending side, as net/http does before it gives a
// connection up.
func (c *Conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// Close closes the connection.
func (c *Conn) Close() error {
	c.closing.Do(func() {
		c.listener.forget(c)
		c.pending.close()
	})
	return c.Conn.Close()
}
