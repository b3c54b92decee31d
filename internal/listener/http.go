package listener

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Refusal is an answer that net/http gives by itself, to bytes that do not become a request of a
// handler.
type Refusal struct {
	// Status is the HTTP status.
	Status int
	// Text is what net/http says about it.
	Text string
	// Remote is the caller's address.
	Remote net.Addr
}

// HTTPOptions are the options of a listener of HTTP/1.
type HTTPOptions struct {
	// Refuse returns the answer to what net/http refuses by itself.
	Refuse func(Refusal) (header http.Header, body []byte)
	// TLS encrypts the connections; nil if they are plain.
	TLS *tls.Config
	// HandshakeFailed is called with each connection on which TLS failed; nil if there is
	// no TLS.
	HandshakeFailed func(remote net.Addr, err error)
}

// HTTP serves connections of HTTP/1: it answers refusals of net/http with what
// Refuse returns, and keeps the answers of callers that half-close.
func HTTP(l *Listener, options HTTPOptions) net.Listener {
	return &httpListener{Listener: l, options: options}
}

type httpListener struct {
	*Listener
	options HTTPOptions
}

// Accept returns the next connection.
func (l *httpListener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	conn := &httpConn{Conn: accepted.(*Conn), options: &l.options}
	conn.stream = conn.Conn
	if l.options.TLS != nil {
		conn.secured = tls.Server(conn.Conn, l.options.TLS)
		conn.stream = conn.secured
	}
	return conn, nil
}

// httpConn is a connection of HTTP/1.
type httpConn struct {
	*Conn
	options *HTTPOptions
	stream  net.Conn  // what HTTP is read from and written to: the connection, or its TLS
	secured *tls.Conn // nil without TLS

	handshake sync.Once // reports its failure

	writing   sync.Mutex
	answering bool // the answer to the request under way has begun
	input     halfClose
}

// refusedPrefix begins every answer. An answer that net/http writes by itself has only the two
// headers of refusedHeaders.
const (
	refusedPrefix  = "HTTP/1.1 "
	refusedHeaders = "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
)

// Write passes answers on and puts the service's own form in place of net/http's
// refusals.
func (c *httpConn) Write(p []byte) (int, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.answering = true
	refusal, ok := parseRefusal(p)
	if !ok {
		return c.stream.Write(p)
	}
	refusal.Remote = c.RemoteAddr()
	header, body := c.options.Refuse(refusal)
	if _, err := c.stream.Write(encodeRefusal(refusal.Status, header, body)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// unmetPrefix begins the answer to an unknown Expect header, which has no body. No
// handler answers this status.
const unmetPrefix = "HTTP/1.1 417 "

// parseRefusal recognises a refusal by its form: a status line, the two headers,
// and a text.
func parseRefusal(p []byte) (Refusal, bool) {
	if bytes.HasPrefix(p, []byte(unmetPrefix)) {
		return Refusal{Status: http.StatusExpectationFailed, Text: "the server supports no expectation except 100-continue"}, true
	}
	rest, ok := bytes.CutPrefix(p, []byte(refusedPrefix))
	if !ok || len(rest) < 3 || rest[0] != '4' && rest[0] != '5' {
		return Refusal{}, false
	}
	line, text, ok := bytes.Cut(rest, []byte(refusedHeaders))
	if !ok || bytes.ContainsAny(line, "\r\n") {
		return Refusal{}, false
	}
	status, err := strconv.Atoi(string(line[:3]))
	return Refusal{Status: status, Text: string(text)}, err == nil
}

// encodeRefusal writes the answer.
func encodeRefusal(status int, header http.Header, body []byte) []byte {
	var out bytes.Buffer
	out.WriteString(refusedPrefix + strconv.Itoa(status) + " " + http.StatusText(status) + "\r\n")
	header = header.Clone()
	header.Set("Connection", "close")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	_ = header.Write(&out) // a buffer takes every write
	out.WriteString("\r\n")
	out.Write(body)
	return out.Bytes()
}

// connKey is the context key of a connection.
type connKey struct{}

// ConnContext is for http.Server: it lets NoteProtocol find the connection.
func ConnContext(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// NoteProtocol tells the connection of a request that its caller speaks HTTP/1.0,
// which has no interim answers.
func NoteProtocol(r *http.Request) {
	if conn, ok := r.Context().Value(connKey{}).(*httpConn); ok && !r.ProtoAtLeast(1, 1) {
		conn.input.forbidInterim()
	}
}
