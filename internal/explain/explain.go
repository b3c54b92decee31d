// Package explain records what a call sends to the vendors, and writes it as values of a
// response header. It is for calls that ask for it: all others have no recorder.
package explain

import (
	"context"
	"sync"
	"time"
)

// Exchange is one request to a vendor and the status of its answer. It holds no secret:
// whoever records it has redacted its texts.
type Exchange struct {
	// Vendor and Operation name the vendor and its operation.
	Vendor, Operation string
	// Method, Path, Query and Body are the request as it is sent, Path and Query escaped.
	Method, Path, Query, Body string
	// Status is the HTTP status of the answer; 0 if there is none.
	Status int
	// Took is the time from the sending of the request to the end of its answer.
	Took time.Duration
	// Attempt counts the requests that the operation took, from 1. It is 0 if Planned.
	Attempt int
	// Planned says that the request was not sent, because the call only validates.
	Planned bool
}

// maxExchanges is how many exchanges of one call are recorded; of all others it is only
// known how many there were.
const maxExchanges = 20

// Recorder records the exchanges of one call, in the order in which they begin. It is safe
// for concurrent use.
type Recorder struct {
	mu        sync.Mutex
	exchanges []*Running
	more      int // exchanges that began when maxExchanges were recorded
}

// Running is an exchange whose answer may still come.
type Running struct {
	recorder *Recorder
	started  time.Time
	ended    bool
	exchange Exchange
}

// recorderKey is the context key of a Recorder.
type recorderKey struct{}

// NewContext returns a context whose calls to the vendors are recorded, and the recorder.
func NewContext(ctx context.Context) (context.Context, *Recorder) {
	recorder := &Recorder{}
	return context.WithValue(ctx, recorderKey{}, recorder), recorder
}

// FromContext returns the recorder of a context, or nil if its calls are not recorded.
func FromContext(ctx context.Context) *Recorder {
	recorder, _ := ctx.Value(recorderKey{}).(*Recorder)
	return recorder
}

// Begin records an exchange whose request is sent now, or one that is planned. It returns
// nil if no more are recorded.
func (r *Recorder) Begin(exchange Exchange) *Running {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.exchanges) == maxExchanges {
		r.more++
		return nil
	}
	begun := &Running{recorder: r, started: time.Now(), ended: exchange.Planned, exchange: exchange}
	begun.exchange.Body, begun.exchange.Query = cut(exchange.Body, maxTextBytes), cut(exchange.Query, maxTextBytes)
	begun.exchange.Path = cut(exchange.Path, maxTextBytes)
	r.exchanges = append(r.exchanges, begun)
	return begun
}

// End completes an exchange with the status of its answer; 0 if there was none. On nil it
// does nothing.
func (e *Running) End(status int) {
	if e == nil {
		return
	}
	e.recorder.mu.Lock()
	defer e.recorder.mu.Unlock()
	e.ended, e.exchange.Status, e.exchange.Took = true, status, time.Since(e.started)
}

// Exchanges returns what was recorded, and how many exchanges more there were. One that
// has not ended has status 0 and took the time until now.
func (r *Recorder) Exchanges() (recorded []Exchange, more int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	recorded = make([]Exchange, len(r.exchanges))
	for i, running := range r.exchanges {
		recorded[i] = running.exchange
		if !running.ended {
			recorded[i].Took = time.Since(running.started)
		}
	}
	return recorded, r.more
}
