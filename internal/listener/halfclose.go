package listener

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// A caller that has closed its sending side looks, at first, like one that has gone: both end the
// connection's input. Only sending something distinguishes them, since the system of a caller that
// has gone answers with a reset.
const (
	// probeDelay is how long an answer may take before the caller is probed.
	probeDelay = time.Second
	// probePause is how often the effect of the probe is looked for.
	probePause = 100 * time.Millisecond
	// interim is the probe: an interim answer without content, which every HTTP/1.1 client skips.
	interim = "HTTP/1.1 100 Continue\r\n\r\n"
)

// halfClose is the state of a connection whose input may have ended.
type halfClose struct {
	mu        sync.Mutex
	interrupt chan struct{} // closed when net/http wants its background read back
	aborted   bool
	noInterim bool
}

// forbidInterim says that the caller may not be probed.
func (h *halfClose) forbidInterim() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.noInterim = true
}

// abort ends a wait, and every later one until resume.
func (h *halfClose) abort() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.aborted = true
	if h.interrupt != nil {
		close(h.interrupt)
		h.interrupt = nil
	}
}

// resume allows waits again.
func (h *halfClose) resume() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.aborted = false
}

// mayProbe reports whether the caller may be probed.
func (h *halfClose) mayProbe() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.noInterim
}

// wait returns what ends the wait that begins now, or false if it is over already.
func (h *halfClose) wait() (interrupt <-chan struct{}, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.aborted {
		return nil, false
	}
	if h.interrupt == nil {
		h.interrupt = make(chan struct{})
	}
	return h.interrupt, true
}

// Read reads for net/http. A read of a single byte is how net/http watches for the
// caller's end while a handler runs; an end of input found by it is not passed on
// until the caller is known to have gone.
func (c *httpConn) Read(p []byte) (int, error) {
	watching := len(p) == 1
	if watching {
		c.beginAnswer()
	}
	n, err := c.stream.Read(p)
	if err != nil {
		err = c.handshakeError(err)
	}
	if !watching || n > 0 || !errors.Is(err, io.EOF) {
		return n, err
	}
	return 0, c.untilGone()
}

// beginAnswer marks the beginning of a request's handling.
func (c *httpConn) beginAnswer() {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.answering = false
}

// untilGone returns when the caller has gone, or net/http needs its read back.
func (c *httpConn) untilGone() error {
	interrupt, ok := c.input.wait()
	if !ok {
		return os.ErrDeadlineExceeded
	}
	timer := time.NewTimer(probeDelay)
	defer timer.Stop()
	for {
		select {
		case <-interrupt:
			return os.ErrDeadlineExceeded
		case <-timer.C:
		}
		if !c.input.mayProbe() { // asked now: the wait may begin before the handler
			return io.EOF
		}
		if err := c.probe(); err != nil {
			return err
		}
		timer.Reset(probePause)
	}
}

// probe sends an interim answer, unless the real one has begun, and reports whether
// the caller has gone.
func (c *httpConn) probe() error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if !c.answering {
		c.answering = true
		if _, err := c.stream.Write([]byte(interim)); err != nil {
			return err
		}
	}
	return socketError(c.Conn.Conn)
}

// socketError returns the error that the system holds for a connection, such as a
// reset. Reading does not show it after the end of the input.
func socketError(conn net.Conn) error {
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	code := 0
	controlled := raw.Control(func(fd uintptr) {
		code, err = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_ERROR)
	})
	if err = errors.Join(controlled, err); err == nil && code != 0 {
		err = syscall.Errno(code)
	}
	return err
}

// SetReadDeadline also ends the wait for a caller: net/http sets a deadline that has
// passed when the handler has answered.
func (c *httpConn) SetReadDeadline(t time.Time) error {
	err := c.Conn.SetReadDeadline(t)
	if !t.IsZero() && t.Before(time.Now()) {
		c.input.abort()
	} else {
		c.input.resume()
	}
	return err
}

// SetDeadline sets both deadlines.
func (c *httpConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// Close closes the connection and ends the wait.
func (c *httpConn) Close() error {
	c.input.abort()
	return c.stream.Close()
}
