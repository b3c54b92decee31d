package listener

import (
	"errors"
	"net"
	"sync"
	"time"

	"github.com/sipfacade/sipfacade/internal/firstfailure"
)

// Options are the limits of a listener's connections.
type Options struct {
	// WriteTimeout is how long a caller may take to read a part of an answer, or, of
	// answers that its flow control holds back, to take anything at all. It may be an
	// eighth longer.
	WriteTimeout time.Duration
	// MaxPending is how many bytes of answers may wait for one caller.
	MaxPending int64
	// Failing is called with the error if the listener cannot accept, once until it can again; it may
	// be nil.
	Failing func(err error)
}

// Listener accepts connections that keep to the limits.
type Listener struct {
	net.Listener
	options Options
	accepts *firstfailure.Reporter

	mu     sync.Mutex
	open   map[*Conn]struct{}
	byAddr map[string]*Conn
	stop   chan struct{}
	closed bool
}

// New wraps a listener. Closing it leaves the connections open.
func New(inner net.Listener, options Options) *Listener {
	l := &Listener{
		Listener: inner, options: options, accepts: firstfailure.NewReporter(options.Failing), stop: make(chan struct{}),
		open: map[*Conn]struct{}{}, byAddr: map[string]*Conn{},
	}
	go l.watch()
	return l
}

// Accept returns the next connection, a *Conn. It reports the first of several errors: servers
// try again after most, up to once a second, and that of gRPC does not say so.
func (l *Listener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if !errors.Is(err, net.ErrClosed) {
		l.accepts.Note(err)
	}
	if err != nil {
		return nil, err
	}
	conn := newConn(accepted, l)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[conn] = struct{}{}
	l.byAddr[accepted.RemoteAddr().String()] = conn
	return conn, nil
}

// Close stops accepting.
func (l *Listener) Close() error {
	err := l.Listener.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.stopWhenIdle()
	return err
}

// Conn returns the open connection of a remote address, or nil.
func (l *Listener) Conn(remote net.Addr) *Conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.byAddr[remote.String()]
}

// forget drops a connection that was closed.
func (l *Listener) forget(conn *Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.open[conn]; !ok {
		return
	}
	delete(l.open, conn)
	if remote := conn.RemoteAddr().String(); l.byAddr[remote] == conn {
		delete(l.byAddr, remote)
	}
	l.stopWhenIdle()
}

// stopWhenIdle ends the watch over a closed listener's connections with the last
// of them.
func (l *Listener) stopWhenIdle() {
	if !l.closed || len(l.open) > 0 {
		return
	}
	select {
	case <-l.stop:
	default:
		close(l.stop)
	}
}

// watch closes connections whose callers have stopped reading.
func (l *Listener) watch() {
	ticker := time.NewTicker(l.options.WriteTimeout / 8)
	defer ticker.Stop()
	for {
		select {
		case <-l.stop:
			return
		case now := <-ticker.C:
			for _, conn := range l.stalled(now) {
				_ = conn.Close() // the caller does not read: there is nobody to report to
			}
		}
	}
}

// stalled returns the connections with answers that nobody has read from for too
// long.
func (l *Listener) stalled(now time.Time) (found []*Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for conn := range l.open {
		if conn.pending.stalled(now, l.options.WriteTimeout) {
			found = append(found, conn)
		}
	}
	return found
}
