package gateway

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"reflect"

	"golang.org/x/sync/semaphore"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/gateway/codec"
	"github.com/sipfacade/sipfacade/internal/limits"
	"github.com/sipfacade/sipfacade/internal/received"
	"github.com/sipfacade/sipfacade/internal/status"
)

// requestBody is the body of a request. The generated handler gives it to the marshaler
// to decode: it reads up to the limit, and what is wrong is collected with everything
// else that is wrong with the request.
type requestBody struct {
	io.ReadCloser
	request  *http.Request
	response http.ResponseWriter
	codec    *codec.Codec
	in       *received.Request

	decompressing *semaphore.Weighted
}

var errNoMessageField = errors.New("the generated handler does not read a message")

// Decode reads the body into the request message, or into the field of it that the
// generated handler passes. It returns EOF, which leaves the field unset, if there is
// nothing to decode.
func (b *requestBody) Decode(into any) error {
	data, release := b.plain(b.content())
	defer release()
	if len(data) == 0 {
		return io.EOF
	}
	if !isJSONType(b.request.Header.Get("Content-Type")) {
		b.in.Refuse("content-type", "CONTENT_TYPE", "want application/json")
		b.in.Partial = true
		return io.EOF
	}
	message, prefix, err := b.target(into)
	if err != nil {
		return err
	}
	report := b.codec.Decode(data, message, prefix)
	b.in.Violations = append(b.in.Violations, report.Violations...)
	b.in.Members, b.in.Nulls, b.in.SnakeCase, b.in.Partial = report.Members, report.Nulls, report.SnakeCase, report.Partial
	b.in.KeepIDs(message.ProtoReflect())
	return nil
}

// target returns the message to read into: the whole request, or its body field, to
// which the generated handler passes a pointer to a pointer.
func (b *requestBody) target(into any) (proto.Message, string, error) {
	if message, ok := into.(proto.Message); ok {
		return message, "", nil
	}
	field := reflect.ValueOf(into)
	if field.Kind() != reflect.Pointer || field.Elem().Kind() != reflect.Pointer {
		return nil, "", errNoMessageField
	}
	made := reflect.New(field.Type().Elem().Elem())
	message, ok := made.Interface().(proto.Message)
	if !ok {
		return nil, "", errNoMessageField
	}
	field.Elem().Set(made)
	return message, b.in.Body, nil
}

// refuseContent refuses any body: the call takes none.
func (b *requestBody) refuseContent() {
	if len(b.content()) > 0 {
		b.in.Refuse("body", "NO_BODY", "this call takes no body")
	}
}

// firstRead is how many bytes are allocated at most for a Content-Length before any
// byte has come.
const firstRead = 64 << 10

// content reads the body; it returns nil if the body has only white space. If it cannot be read,
// the interceptors refuse the call.
func (b *requestBody) content() []byte {
	length := b.request.ContentLength
	if b.ReadCloser == nil || length == 0 {
		return nil
	}
	if length > limits.MaxBytes {
		b.discard()
		b.in.Unread = status.TooLarge(limits.TooManyBytes)
		return nil
	}
	var data bytes.Buffer
	data.Grow(int(min(max(length, 0), firstRead)) + bytes.MinRead)
	_, err := data.ReadFrom(http.MaxBytesReader(b.response, b.ReadCloser, limits.MaxBytes))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		b.discard()
		b.in.Unread = status.TooLarge(limits.TooManyBytes)
		return nil
	}
	if err != nil {
		b.in.Unread = unreadBody(b.request.Context(), err)
		return nil
	}
	if len(bytes.TrimSpace(data.Bytes())) == 0 {
		return nil
	}
	return data.Bytes()
}

// Read reports the end of the body. Generated handlers read what is left of it, but all
// that may be read has been read.
func (*requestBody) Read([]byte) (int, error) { return 0, io.EOF }

// discarded is how many times the limit is read of a body that is too large.
const discarded = 4

// discard reads on, so that a caller that sends its whole body before it reads sees
// the answer, and not a connection that was reset. A caller that asked before sending
// has sent nothing.
func (b *requestBody) discard() {
	if b.request.Header.Get("Expect") == "" {
		_, _ = io.CopyN(io.Discard, b.ReadCloser, discarded*limits.MaxBytes) // the refusal is known already
	}
}

// unreadBody returns the error of a body that was not read to its end: its own if that is a
// status error, such as that of a server without memory for it. The context of a request ends
// with its body, also if the caller only closed its sending side and waits for the answer: so
// a body that ends early is a mistake of the request, and what else ends it a cancellation.
func unreadBody(ctx context.Context, err error) error {
	switch _, known := grpcstatus.FromError(err); {
	case known:
		return err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return status.New(codes.DeadlineExceeded, sipfacadev1.ErrorReason_ERROR_REASON_CALLER_DEADLINE, "the body did not arrive in time")
	case errors.Is(err, io.ErrUnexpectedEOF) || ctx.Err() == nil:
		return status.Invalid(status.BrokenRule("body", "INCOMPLETE", "broke off before its end"))
	default:
		return ctx.Err()
	}
}
