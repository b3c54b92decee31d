package fault

import (
	"bytes"
	"maps"
	"net/http"
	"strconv"
)

// captured holds a handler's answer back, so that it can be changed.
type captured struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (c *captured) Header() http.Header { return c.header }

// WriteHeader implements http.ResponseWriter; the first status counts.
func (c *captured) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
}

// Write implements http.ResponseWriter.
func (c *captured) Write(p []byte) (int, error) {
	c.WriteHeader(http.StatusOK)
	return c.body.Write(p)
}

// handled runs the handler to its end and holds the answer back.
func (s strike) handled(r *http.Request) *captured {
	answer := &captured{header: http.Header{}}
	s.next.ServeHTTP(answer, r)
	answer.WriteHeader(http.StatusOK)
	return answer
}

func (c *captured) replace(body []byte) {
	c.body = *bytes.NewBuffer(body)
}

// reshape leaves the answer alone where the shape does not fit it.
func (c *captured) reshape(s strike) {
	for _, shape := range s.dialect.Shapes {
		if shape.Name != s.fault.Shape {
			continue
		}
		if body, err := shape.rewrite(s.operation, c.body.Bytes(), s.fault.Bytes); err == nil {
			c.replace(body)
		}
	}
}

func (c *captured) copyHeader(w http.ResponseWriter) {
	maps.Copy(w.Header(), c.header)
	w.Header().Del("Content-Length")
}

func (c *captured) sendTo(w http.ResponseWriter) {
	c.copyHeader(w)
	w.WriteHeader(c.status)
	write(w, c.body.Bytes())
}

func send(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	write(w, body)
}

// write drops the error: it means that the client has gone, and with it the
// only one who could be told.
func write(w http.ResponseWriter, body []byte) {
	_, _ = w.Write(body)
}

// padding splits a JSON body where filler may go: inside a string of an
// additional first member where the body is an object with members, else
// nowhere but in front, as white space.
func padding(body []byte) (opening, rest []byte) {
	if len(body) > 2 && body[0] == '{' && body[1] == '"' {
		return []byte(`{"padding":"`), append([]byte(`",`), body[1:]...)
	}
	return nil, body
}

// writeFiller writes spaces, which are valid inside a JSON string as well as
// around a JSON value, without ever holding all of them.
func writeFiller(w http.ResponseWriter, n int) {
	chunk := bytes.Repeat([]byte{' '}, min(n, 32<<10))
	for n > 0 {
		part := min(n, len(chunk))
		if _, err := w.Write(chunk[:part]); err != nil {
			return
		}
		n -= part
	}
}

// lingerer is a TCP connection that can be told to answer a close with a reset.
type lingerer interface{ SetLinger(seconds int) error }

// closeConnection ends the call without an answer. Over TCP the client sees a
// reset; where the writer has no connection to take over (HTTP/2, in memory)
// http.ErrAbortHandler is net/http's own way to say the same.
func closeConnection(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := connection.(lingerer); ok {
		_ = tcp.SetLinger(0) // a plain close is good enough where this fails
	}
	_ = connection.Close() // the client is to see a broken connection either way
}
