package listener

import (
	"net"
	"sync"
	"time"
)

// writePiece is how many bytes a caller must read within the write timeout.
const writePiece = 256 << 10

// Conn is a caller's connection. Each piece of what is written to it has a
// deadline of its own, so that a slow caller gets its whole answer, and one that
// does not read is cut off.
type Conn struct {
	net.Conn
	listener *Listener
	pending  *Pending
	closing  sync.Once
}

func newConn(accepted net.Conn, l *Listener) *Conn {
	return &Conn{Conn: accepted, listener: l, pending: newPending(l.options.MaxPending)}
}

// Pending counts the answers that wait to be read from the connection.
func (c *Conn) Pending() *Pending { return c.pending }

// Write writes piece by piece.
func (c *Conn) Write(p []byte) (written int, err error) {
	for {
		piece := p[written:min(len(p), written+writePiece)]
		if err := c.SetWriteDeadline(time.Now().Add(c.listener.options.WriteTimeout)); err != nil {
			return written, err
		}
		n, err := c.Conn.Write(piece)
		written += n
		if err != nil || written == len(p) {
			return written, err
		}
	}
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
