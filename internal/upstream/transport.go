package upstream

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// idleTimeout closes a connection that no call uses, before the vendor does. Node.js
// and Apache close idle connections after 5 s, a load balancer of AWS after 60 s and
// nginx after 75 s. A create that is written while the vendor closes the connection is
// answered OUTCOME_UNKNOWN, which costs a person's time; a new connection costs a TLS
// handshake, and only a service with less than one call in 4 s pays it for each call.
const idleTimeout = 4 * time.Second

// NewTransport returns the pooled transport to one vendor, with at most so many
// connections; 0 means DefaultConnections. It speaks HTTP/1.1, so that the bytes
// written on a connection belong to one request, and asks for no compression, so that
// caps count what is read.
func NewTransport(connections int) *http.Transport {
	connections = cmp.Or(connections, DefaultConnections)
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &countingConn{Conn: conn}, nil
		},
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{},
		MaxConnsPerHost:        connections,
		MaxIdleConns:           connections,
		MaxIdleConnsPerHost:    connections,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
	}
}

// countingConn counts the bytes written, which tells a request of which nothing was
// sent from one that may have arrived.
type countingConn struct {
	net.Conn
	written atomic.Int64
}

// Write counts what the network took. The bytes count from the beginning of the
// write, so that a call that ends during the write never counts as unsent.
func (c *countingConn) Write(p []byte) (int, error) {
	c.written.Add(int64(len(p)))
	n, err := c.Conn.Write(p)
	c.written.Add(int64(n - len(p)))
	return n, err
}

// counterOf finds the counting connection below TLS.
func counterOf(conn net.Conn) *countingConn {
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	counter, _ := conn.(*countingConn)
	return counter
}

// connectionWatch observes whether any byte of a request was sent.
type connectionWatch struct {
	hooks   httptrace.ClientTrace
	counter atomic.Pointer[countingConn]
	before  atomic.Int64
	unknown atomic.Bool
}

// trace returns a context that tells the watch which connection the transport uses.
func (w *connectionWatch) trace(ctx context.Context) context.Context {
	w.hooks.GotConn = w.gotConn
	return httptrace.WithClientTrace(ctx, &w.hooks)
}

func (w *connectionWatch) gotConn(info httptrace.GotConnInfo) {
	if w.sent() {
		w.unknown.Store(true) // bytes were sent on an earlier connection
	}
	counter := counterOf(info.Conn)
	if counter == nil {
		w.unknown.Store(true)
		return
	}
	w.before.Store(counter.written.Load())
	w.counter.Store(counter)
}

// sent reports whether a byte was sent. If that cannot be known, it counts as sent.
func (w *connectionWatch) sent() bool {
	if w.unknown.Load() {
		return true
	}
	counter := w.counter.Load()
	return counter != nil && counter.written.Load() > w.before.Load()
}
