package fault

import (
	"bytes"
	"maps"
	"net/http"
	"strconv"
)

// captured buffers a handler's answer, so that it can be changed.
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

// handled runs the handler and returns its answer.
func (s injection) handled(r *http.Request) *captured {
	answer := &captured{header: http.Header{}}
	s.next.ServeHTTP(answer, r)
	answer.WriteHeader(http.StatusOK)
	return answer
}

func (c *captured) replace(body []byte) {
	c.body = *bytes.NewBuffer(body)
}

// reshape does not change the answer if the shape cannot rewrite it.
func (c *captured) reshape(s injection) {
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

// write ignores the error: it means that the client has gone.
func write(w http.ResponseWriter, body []byte) {
	_, _ = w.Write(body)
}

// padding splits a JSON body at the place for filler. If the body is an object with
// members, that is a string in an additional first member; otherwise it is white
// space before the body.
func padding(body []byte) (opening, rest []byte) {
	if len(body) > 2 && body[0] == '{' && body[1] == '"' {
		return []byte(`{"padding":"`), append([]byte(`",`), body[1:]...)
	}
	return nil, body
}

// writeFiller writes spaces, which are valid inside a JSON string and around a JSON
// value, in chunks.
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

// lingerSetter is a TCP connection that can be closed with a reset.
type lingerSetter interface{ SetLinger(seconds int) error }

// closeConnection ends the call without an answer. Over TCP the client sees a reset.
// If the writer cannot be hijacked (HTTP/2, in memory), http.ErrAbortHandler makes
// net/http end the call.
func closeConnection(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := connection.(lingerSetter); ok {
		_ = tcp.SetLinger(0) // if this fails, the client sees a plain close
	}
	_ = connection.Close() // the connection is broken either way
}
