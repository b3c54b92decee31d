package server

import (
	"container/list"
	"sync"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/listener"
	"github.com/sipfacade/sipfacade/internal/status"
)

const (
	// maxWaiting is how many gRPC calls may wait for their messages, over all connections.
	// Each of them can hold its metadata and a part of its message.
	maxWaiting = 1000
	// maxOpenStreams is how many streams may be open, over all connections.
	maxOpenStreams = 1000
	// tooManyPause is when a call that was ended for others may be repeated.
	tooManyPause = time.Second
)

// callLimit bounds how many calls wait for their callers. A caller needs few bytes for many such
// calls, so one more ends another: the oldest one of the connection that has the most. So a
// caller that opens many takes nothing from the others.
type callLimit struct {
	limit int

	mu    sync.Mutex
	size  int
	calls map[*listener.Conn]*list.List // of *limitedCall, the oldest first
}

// limitedCall is a call that counts.
type limitedCall struct {
	conn  *listener.Conn
	end   func()
	place *list.Element // nil when the call has left
}

func newCallLimit(limit int) *callLimit {
	return &callLimit{limit: limit, calls: map[*listener.Conn]*list.List{}}
}

// enter adds a call, which must leave. The function is called, once at most, if the call
// must end.
func (c *callLimit) enter(conn *listener.Conn, end func()) *limitedCall {
	entered, ended := c.add(&limitedCall{conn: conn, end: end})
	if ended != nil {
		ended.end()
	}
	return entered
}

// add adds a call, and takes out the one that must end, if there is one.
func (c *callLimit) add(entered *limitedCall) (_, ended *limitedCall) {
	c.mu.Lock()
	defer c.mu.Unlock()
	queue := c.calls[entered.conn]
	if queue == nil {
		queue = list.New()
		c.calls[entered.conn] = queue
	}
	entered.place = queue.PushBack(entered)
	if c.size++; c.size <= c.limit {
		return entered, nil
	}
	for _, other := range c.calls {
		if other.Len() > queue.Len() {
			queue = other
		}
	}
	ended, _ = queue.Front().Value.(*limitedCall)
	c.remove(ended)
	return entered, ended
}

// leave takes out a call, unless it was ended.
func (c *callLimit) leave(left *limitedCall) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if left.place != nil {
		c.remove(left)
	}
}

func (c *callLimit) remove(gone *limitedCall) {
	queue := c.calls[gone.conn]
	queue.Remove(gone.place)
	gone.place = nil
	c.size--
	if queue.Len() == 0 {
		delete(c.calls, gone.conn)
	}
}

// errTooMany is the error of a call that was ended for others.
func errTooMany(waitFor string) error {
	return status.New(codes.ResourceExhausted, sipfacadev1.ErrorReason_ERROR_REASON_CALLER_RATE_LIMITED,
		"too many "+waitFor+" at once", &errdetails.RetryInfo{RetryDelay: durationpb.New(tooManyPause)})
}
