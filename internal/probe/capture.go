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

	mu     sync.Mutex
	status int
	body   []byte
}

// RoundTrip sends the request and keeps the answer.
func (c *Capture) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := c.Next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	kept, err := io.ReadAll(io.LimitReader(response.Body, c.Limit))
	rest := io.Reader(response.Body)
	if err != nil {
		rest = failingReader{err}
	}
	response.Body = &replayed{Reader: io.MultiReader(bytes.NewReader(kept), rest), Closer: response.Body}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status, c.body = response.StatusCode, kept
	return response, nil
}

// take returns the last answer and forgets it.
func (c *Capture) take() (status int, body []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	status, body, c.status, c.body = c.status, c.body, 0, nil
	return status, body
}

// replayed is a body of which a part was read before.
type replayed struct {
	io.Reader
	io.Closer
}

// failingReader fails as the body did.
type failingReader struct{ err error }

// Read fails.
func (f failingReader) Read([]byte) (int, error) { return 0, f.err }
