package server

import (
	"io"
	"sync"
	"sync/atomic"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip" // requests and answers may be compressed with it

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/status"
)

// encodings makes grpc-go accept a call in an encoding that nobody registered, so
// that it is refused by the service and in its form. grpc-go asks one decompressor
// for its name, in the goroutine of the call and right after it reported the call's
// beginning; the name of the unknown encoding is lent to it for that moment.
type encodings struct {
	lent sync.Mutex
	name atomic.Pointer[string]
}

// none is a name that no encoding has.
var none = "-"

func newEncodings() *encodings {
	e := &encodings{}
	e.name.Store(&none)
	return e
}

// accept lends the name until the returned function is called.
func (e *encodings) accept(name string) (release func()) {
	e.lent.Lock()
	e.name.Store(&name)
	return func() {
		e.name.Store(&none)
		e.lent.Unlock()
	}
}

// Type is the encoding that is accepted at the moment.
func (e *encodings) Type() string { return *e.name.Load() }

// Do is never reached: such a call is refused before its message is read.
func (*encodings) Do(io.Reader) ([]byte, error) {
	return nil, status.New(codes.Unimplemented, sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_INVALID, "unknown encoding")
}

// admit returns the error of a call in an encoding that the server does not have.
func (c *call) admit() error {
	c.releaseEncodings()
	if c.unknown == "" {
		return nil
	}
	violation := status.Violation("grpc-encoding", "the server reads gzip and identity, not %q", c.unknown)
	return status.New(codes.Unimplemented, sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_INVALID,
		violation.GetDescription(), &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{violation}})
}

func (c *call) releaseEncodings() {
	if c.release != nil {
		c.release()
		c.release = nil
	}
}
