package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"strings"
	"sync"
	"testing"
	"time"
)

// capturedLog keeps what a server logs. It is safe for concurrent use.
type capturedLog struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{} // closed and replaced at each line
}

func newCapturedLog() *capturedLog { return &capturedLog{grown: make(chan struct{})} }

// Write implements io.Writer.
func (l *capturedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.grown)
	l.grown = make(chan struct{})
	return l.text.Write(p)
}

// String is everything that was logged.
func (l *capturedLog) String() string {
	text, _ := l.read()
	return text
}

// read returns everything, and a channel that is closed when there is more.
func (l *capturedLog) read() (text string, grown <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String(), l.grown
}

// forget drops what was logged so far.
func (l *capturedLog) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Reset()
}

// waitLimit is how long a test waits for what must happen; only a failing test
// waits that long.
const waitLimit = 30 * time.Second

// call waits for the line of a finished call and returns it. The protocol is `grpc` or
// `http`, as the server names them.
func (l *capturedLog) call(t *testing.T, protocol, method string) map[string]any {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
	defer cancel()
	for {
		text, grown := l.read()
		for line := range strings.Lines(text) {
			var entry map[string]any
			if json.Unmarshal([]byte(line), &entry) == nil && entry["protocol"] == protocol && entry["method"] == method {
				return entry
			}
		}
		select {
		case <-grown:
		case <-ctx.Done():
			t.Errorf("the log has no finished call of %s through %s:\n%s", method, protocol, text)
			return nil
		}
	}
}

// wait waits until a text was logged, or the test ends.
func (l *capturedLog) wait(t *testing.T, wanted string) {
	for {
		text, grown := l.read()
		if strings.Contains(text, wanted) {
			return
		}
		select {
		case <-grown:
		case <-t.Context().Done():
			return
		}
	}
}

// discardingLogger returns a logger without output.
func discardingLogger() *log.Logger { return log.New(io.Discard, "", 0) }
