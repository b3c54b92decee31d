package server

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/limits"
	"github.com/sipfacade/sipfacade/internal/status"
)

// grpc-go answers a request that it cannot read by itself, below every interceptor:
// without reason, request id, log line or count. So the message is read here, and
// one that cannot be read is an error of the call like any other.

const (
	// bodyTimeout is how long the message of a call, or the body of a request, may take to
	// arrive.
	bodyTimeout = 30 * time.Second
	// freeRequestBytes is the size up to which a message takes none of the budget;
	// HTTP/2 flow control lets that much arrive anyway.
	freeRequestBytes = 64 << 10
	// uncheckedBytes is the size up to which no content can take much memory.
	uncheckedBytes = 4 << 10
	// arrivingBytes is how much of larger messages may be on its way at a time.
	arrivingBytes = 256 << 20
)

// incoming is the part of grpc-go's transport stream that messages are read from.
type incoming interface {
	ReadMessageHeader(header []byte) error
	Read(n int) (mem.BufferSlice, error)
	RecvCompress() string
	answerable
}

// answerable is the part of grpc-go's transport stream by which a call is ended with a status,
// whatever its handler does.
type answerable interface {
	SetTrailer(metadata.MD) error
	WriteStatus(*grpcstatus.Status) error
}

// answerWith ends a call with an error and its request id.
func answerWith(stream answerable, err error, requestID string) {
	trailer := metadata.Join(metadata.Pairs(requestIDHeader, requestID), status.Trailer(err))
	_ = stream.SetTrailer(trailer) // what fails here fails because the caller has gone
	_ = stream.WriteStatus(grpcstatus.Convert(err))
}

// receiver reads the messages of unary calls.
type receiver struct {
	arriving      *semaphore.Weighted
	decompressing *semaphore.Weighted
	waiting       *callLimit
	final         func(method string, err error) error // the error that callers are shown
}

func newReceiver(final func(method string, err error) error) *receiver {
	return &receiver{
		arriving: semaphore.NewWeighted(arrivingBytes), decompressing: semaphore.NewWeighted(limits.MaxDecompressions),
		waiting: newCallLimit(maxWaiting), final: final,
	}
}

// receiving registers services whose requests are read by the receiver.
type receiving struct {
	grpc.ServiceRegistrar
	receiver *receiver
}

// RegisterService registers the service.
func (r receiving) RegisterService(desc *grpc.ServiceDesc, service any) {
	own := *desc
	own.Methods = make([]grpc.MethodDesc, len(desc.Methods))
	for i, method := range desc.Methods {
		own.Methods[i] = grpc.MethodDesc{MethodName: method.MethodName, Handler: r.receiver.handler(method.Handler)}
	}
	r.ServiceRegistrar.RegisterService(&own, service)
}

// handler wraps a generated handler, which gives up on a message that it cannot decode
// before the interceptors run. So the error is kept with the call.
func (r *receiver) handler(generated grpc.MethodHandler) grpc.MethodHandler {
	return func(service any, ctx context.Context, decode func(any) error, chain grpc.UnaryServerInterceptor) (any, error) {
		ctx, current := withCall(ctx)
		return generated(service, ctx, func(request any) error {
			current.readErr = r.read(ctx, current, decode, request)
			return nil
		}, chain)
	}
}

// readable ends calls whose message could not be read.
func readable(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if err := callOf(ctx).readErr; err != nil {
		return nil, err
	}
	return handler(ctx, request)
}

// read reads the one message of a call into the request.
func (r *receiver) read(ctx context.Context, current *call, decode func(any) error, request any) error {
	if refused := current.admit(); refused != nil {
		return refused
	}
	stream, ok := grpc.ServerTransportStreamFromContext(ctx).(incoming)
	message, isMessage := request.(proto.Message)
	if !ok || !isMessage { // another grpc-go: it reads, and words its refusals itself
		return decode(request)
	}
	if stream.RecvCompress() != "" {
		// The answer is not compressed in return: grpc-go gives up its uncompressed form as soon
		// as there is a compressed one, which no budget would count while it waits for its caller.
		_ = grpc.SetSendCompressor(ctx, encoding.Identity) // it fails only for unknown encodings
	}
	awaited := &awaited{stream: stream}
	end := func(err error) { awaited.end(r.final(current.method, err), current.requestID(ctx)) }
	late := time.AfterFunc(bodyTimeout, func() { end(errLate()) })
	defer late.Stop()
	place := r.waiting.enter(current.conn, func() { end(errTooMany("calls wait for their messages")) })
	defer r.waiting.leave(place)
	err := r.readMessage(ctx, stream, message)
	if ended := awaited.arrived(); ended != nil {
		return ended
	}
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// awaited is a call whose message is awaited, until it has arrived or the call is ended.
type awaited struct {
	stream incoming
	over   atomic.Pointer[error]
}

// end ends the call, unless its message has arrived. The reading of the message fails then.
func (a *awaited) end(err error, requestID string) {
	if !a.over.CompareAndSwap(nil, &err) {
		return
	}
	answerWith(a.stream, err, requestID)
}

// arrived returns the error that the call was ended with. If there is none, the call cannot be
// ended from then on.
func (a *awaited) arrived() error {
	var none error
	if a.over.CompareAndSwap(nil, &none) {
		return nil
	}
	return *a.over.Load()
}

// errLate is the error of a call whose message did not arrive.
func errLate() error {
	return status.New(codes.DeadlineExceeded, sipfacadev1.ErrorReason_ERROR_REASON_CALLER_DEADLINE,
		fmt.Sprintf("the request did not arrive within %s", bodyTimeout))
}

// readMessage reads the message and that it is the only one.
func (r *receiver) readMessage(ctx context.Context, stream incoming, into proto.Message) error {
	var prefix [5]byte
	if err := stream.ReadMessageHeader(prefix[:]); err != nil {
		return invalidRequest(errNoMessage)
	}
	data, err := r.readBody(ctx, stream, prefix)
	if err == nil && prefix[0] != 0 {
		if err := r.decompressing.Acquire(ctx, 1); err != nil {
			data.Free()
			return err
		}
		defer r.decompressing.Release(1)
		data, err = decompress(stream.RecvCompress(), data)
	}
	if err != nil {
		return err
	}
	defer data.Free()
	flat := data.MaterializeToBuffer(mem.DefaultBufferPool())
	defer flat.Free()
	if err := unmarshal(flat.ReadOnlyData(), into); err != nil {
		return err
	}
	if err := stream.ReadMessageHeader(prefix[:]); !errors.Is(err, io.EOF) {
		return invalidRequest(errManyMessages)
	}
	return nil
}

// unmarshal reads a message that keeps to the limits of its content: a few bytes can
// stand for messages that take many more in memory.
func unmarshal(data []byte, into proto.Message) error {
	if len(data) > uncheckedBytes {
		if excess := limits.CheckWire(into.ProtoReflect().Descriptor(), data); excess != nil {
			return status.Invalid(status.BrokenRule(excess.Field, excess.Rule(), "%s", excess.Problem))
		}
	}
	if proto.Unmarshal(data, into) != nil {
		return invalidRequest(errOtherMessage)
	}
	return nil
}

// What can be wrong with a message before its content is looked at. The words of protobuf, gzip
// and grpc-go are not repeated: they differ between builds.
var (
	errNoMessage    = errors.New("the request holds no message")
	errManyMessages = errors.New("the request holds more than one message")
	errIncomplete   = errors.New("the request ends before its message does")
	errCompressed   = errors.New("the message cannot be decompressed")
	errOtherMessage = errors.New("the message is not one that the call takes, or has a text that is not UTF-8")
	errFlag         = errors.New("the message is compressed in an encoding that the request does not name")
)

// readBody reads the message behind its prefix, one flag and four bytes of length.
func (r *receiver) readBody(ctx context.Context, stream incoming, prefix [5]byte) (mem.BufferSlice, error) {
	length := binary.BigEndian.Uint32(prefix[1:])
	if length > limits.MaxBytes {
		return nil, status.TooLarge(limits.TooManyBytes)
	}
	if length > freeRequestBytes {
		if err := r.arriving.Acquire(ctx, int64(length)); err != nil {
			return nil, err
		}
		defer r.arriving.Release(int64(length))
	}
	data, err := stream.Read(int(length))
	if err != nil {
		return nil, invalidRequest(errIncomplete)
	}
	return data, nil
}

// decompress reads a compressed message, no further than a request may be long.
func decompress(name string, data mem.BufferSlice) (mem.BufferSlice, error) {
	defer data.Free()
	compressor := encoding.GetCompressor(name)
	if compressor == nil {
		return nil, invalidRequest(errFlag)
	}
	plain, err := compressor.Decompress(data.Reader())
	if err != nil {
		return nil, invalidRequest(errCompressed)
	}
	read, err := mem.ReadAll(io.LimitReader(plain, limits.MaxBytes+1), mem.DefaultBufferPool())
	if err == nil && read.Len() <= limits.MaxBytes {
		return read, nil
	}
	read.Free()
	if err == nil {
		return nil, status.TooLarge(limits.TooManyBytes)
	}
	return nil, invalidRequest(errCompressed)
}

// invalidRequest is the error of a message that is not what the call takes.
func invalidRequest(cause error) error {
	return status.Invalid(status.Violation("request", "%s", cause))
}
