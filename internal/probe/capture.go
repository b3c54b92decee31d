package probe

import (
	"bytes"
	"io"
	"net/http"
	"sync"
)

// Capture is a transport that keeps the last answer, so that its form can be looked at
// beside what the service reads of it.
type Capture struct {
	// Next sends; Limit is how many bytes of an answer are kept.
	Next  http.RoundTripper
	Limit int64
	// Each is called with every exchange, unless it is nil.
	Each func(Exchange)

	mu   sync.Mutex
	last Exchange
}

// Exchange is a request and its answer.
type Exchange struct {
	Request *http.Request
	// Status is 0 if there was no answer.
	Status int
	Header http.Header
	Body   []byte
	// Broken says that reading the body failed.
	Broken bool
}

// RoundTrip sends the request and keeps the answer.
func (c *Capture) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := c.Next.RoundTrip(request)
	if err != nil {
		c.keep(Exchange{Request: request})
		return nil, err
	}
	kept, err := io.ReadAll(io.LimitReader(response.Body, c.Limit))
	rest := io.Reader(response.Body)
	if err != nil {
		rest = failingReader{err}
	}
	response.Body = &replayed{Reader: io.MultiReader(bytes.NewReader(kept), rest), Closer: response.Body}
	c.keep(Exchange{Request: request, Status: response.StatusCode, Header: response.Header, Body: kept, Broken: err != nil})
	return response, nil
}

// keep keeps an exchange.
func (c *Capture) keep(made Exchange) {
	c.mu.Lock()
	c.last = made
	c.mu.Unlock()
	if c.Each != nil {
		c.Each(made)
	}
}

// take returns the last answer and forgets it.
func (c *Capture) take() (status int, body []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	status, body, c.last = c.last.Status, c.last.Body, Exchange{}
	return status, body
}

// replayed is a body with the part that was already read put back.
type replayed struct {
	io.Reader
	io.Closer
}

// failingReader fails as the body did.
type failingReader struct{ err error }

// Read fails.
func (f failingReader) Read([]byte) (int, error) { return 0, f.err }
