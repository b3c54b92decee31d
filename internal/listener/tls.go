package listener

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
)

// net/http knows TLS only if it is the outermost layer of a connection. Here it is below
// the layer that knows HTTP/1, so that refusals and half-closed connections are the same
// with and without TLS.

// TLSState returns the TLS state of a request's connection, or nil if it has no TLS.
func TLSState(r *http.Request) *tls.ConnectionState {
	conn, ok := r.Context().Value(connKey{}).(*httpConn)
	if !ok || conn.secured == nil {
		return nil
	}
	state := conn.secured.ConnectionState()
	return &state
}

// CloseWrite closes the sending side, as net/http does before it gives a connection up.
func (c *httpConn) CloseWrite() error {
	if half, ok := c.stream.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// handshakeError reports an error that comes from a failed handshake, and returns it in a
// form to which net/http does not write an answer by itself.
func (c *httpConn) handshakeError(err error) error {
	if c.secured == nil || c.secured.ConnectionState().HandshakeComplete {
		return err
	}
	c.handshake.Do(func() {
		if plain := (tls.RecordHeaderError{}); errors.As(err, &plain) && isHTTP(plain.RecordHeader) {
			c.answerPlain()
		}
		if !errors.Is(err, io.EOF) { // a load balancer that only looks whether the port is open
			c.options.HandshakeFailed(c.RemoteAddr(), err)
		}
	})
	return &net.OpError{Op: "read", Net: "tcp", Err: err}
}

// isHTTP reports whether the first bytes are those of a request without TLS.
func isHTTP(first [5]byte) bool {
	for _, letter := range first[:3] {
		if letter < 'A' || letter > 'Z' {
			return false
		}
	}
	return true
}

// answerPlain tells a caller that speaks HTTP without TLS what to do.
func (c *httpConn) answerPlain() {
	header, body := c.options.Refuse(Refusal{
		Status: http.StatusBadRequest, Text: "the server speaks TLS here: use https", Remote: c.RemoteAddr(),
	})
	_, _ = c.Conn.Write(encodeRefusal(http.StatusBadRequest, header, body)) // the caller may have gone
}
