package upstream

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// MaxConnections is how many connections to one vendor may be open at a time.
// Further calls wait for one within their deadline.
const MaxConnections = 128

// NewTransport returns the pooled transport to one vendor. It speaks HTTP/1.1, so
// that the bytes written on a connection belong to one request, and asks for no
// compression, so that caps count what is read.
func NewTransport() *http.Transport {
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
		MaxConnsPerHost:        MaxConnections,
		MaxIdleConns:           MaxConnections,
		MaxIdleConnsPerHost:    MaxConnections,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
	}
}

// countingConn counts the bytes written, which is how a request that never left is
// told from one that may have arrived.
type countingConn struct {
	net.Conn
	written atomic.Int64
}

// Write counts what the network took. The bytes count from the beginning of the
// write, so that a call given up in the midst of one is never taken for unsent.
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

// departure observes whether any byte of a request left.
type departure struct {
	counter atomic.Pointer[countingConn]
	before  atomic.Int64
	unknown atomic.Bool
}

// trace watches the connection that the transport picks.
func (d *departure) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: d.gotConn})
}

func (d *departure) gotConn(info httptrace.GotConnInfo) {
	if d.sent() {
		d.unknown.Store(true) // an earlier connection took bytes already
	}
	counter := counterOf(info.Conn)
	if counter == nil {
		d.unknown.Store(true)
		return
	}
	d.before.Store(counter.written.Load())
	d.counter.Store(counter)
}

// sent reports whether a byte left; what cannot be known counts as sent.
func (d *departure) sent() bool {
	if d.unknown.Load() {
		return true
	}
	counter := d.counter.Load()
	return counter != nil && counter.written.Load() > d.before.Load()
}
