package server

import (
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	grpcproto "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/listener"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// A large answer outlives the vendor's that it was made of: over gRPC it waits in the
// transport, over HTTP in the connection, until its caller has read it. What vendor
// answers take while they are read, and what answers to callers take while they wait,
// have budgets of their own, so that slow callers do not keep the vendors waiting.

const (
	// piece is how many bytes of an answer are counted as taken at a time.
	piece = 64 << 10
	// freeAnswerBytes is the size up to which an answer takes none of the budget.
	freeAnswerBytes = 64 << 10
	// jsonGrowth is how many times the size of a message its JSON takes: up to two and a half
	// times for rows whose fields are set. Rows with few fields take more, and there are fewer
	// bytes of them. The message itself is needed no longer when its JSON waits for the caller.
	jsonGrowth = 3
)

// answers is the budget of large answers that wait for their callers.
type answers struct {
	limit  int64
	budget *semaphore.Weighted
}

func newAnswers(limit int64) *answers {
	return &answers{limit: limit, budget: semaphore.NewWeighted(limit)}
}

// take waits until the budget has enough for an answer, and returns what gives it back;
// nil if there is nothing to give back. An answer that is larger than the budget takes
// all of it. One that must reach its caller, since it tells what a write did, does not
// wait.
func (a *answers) take(ctx context.Context, size int64, must bool) (release func(), err error) {
	if size <= freeAnswerBytes {
		return nil, nil
	}
	size = min(size, a.limit)
	if must {
		if !a.budget.TryAcquire(size) {
			return nil, nil
		}
	} else if a.budget.Acquire(ctx, size) != nil {
		return nil, waitedTooLong(ctx)
	}
	return sync.OnceFunc(func() { a.budget.Release(size) }), nil
}

// waitedTooLong is the error of a read whose answer waited for other answers to be read until
// its time was over.
func waitedTooLong(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return status.WithCause(ctx, ctx.Err())
	}
	return status.New(codes.Unavailable, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_SATURATED,
		"too many large answers wait to be read by their callers")
}

// answer is a response on its way to the codec of gRPC.
type answer struct {
	message  proto.Message
	size     int
	delivery *listener.Delivery
}

// keeper counts the response of a call until its caller has taken it. A response that must
// reach its caller is counted only if that is possible at once. The lease is that of the
// vendor's answers.
type keeper func(ctx context.Context, response proto.Message, must bool, lease *upstream.Lease) (any, error)

// kept passes responses to a keeper, and gives the memory of the vendor's answers back after
// that.
func (s *Server) kept(keep keeper) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		vendorCtx, lease := s.memory.Lease(ctx)
		defer lease.Release()
		response, err := handler(vendorCtx, request)
		message, ok := response.(proto.Message)
		if err != nil || !ok {
			return response, err
		}
		return keep(ctx, message, !s.reads[info.FullMethod], lease)
	}
}

// deliver is the keeper of gRPC calls.
func (s *Server) deliver(ctx context.Context, response proto.Message, must bool, _ *upstream.Lease) (any, error) {
	conn := callOf(ctx).conn
	if conn == nil {
		return response, nil
	}
	size := encodedSize(response)
	release, err := s.answers.take(ctx, int64(size), must)
	if err != nil {
		return nil, err
	}
	delivery, err := conn.Pending().Begin(ctx, int64(size), release)
	switch {
	case err == nil:
		return &answer{message: response, size: size, delivery: delivery}, nil
	case release != nil:
		release()
	}
	if must {
		return response, nil
	}
	return nil, waitedTooLong(ctx)
}

// retain is the keeper of calls of the JSON gateway: it counts a response until the HTTP
// request has been answered.
func (s *Server) retain(ctx context.Context, response proto.Message, must bool, lease *upstream.Lease) (_ any, err error) {
	exchange := httpExchangeOf(ctx)
	if exchange == nil || lease.Held() == 0 { // the vendor's answer was small, so the response is
		return response, nil
	}
	exchange.release, err = s.answers.take(ctx, jsonGrowth*int64(encodedSize(response)), must)
	if err != nil {
		return nil, err
	}
	return response, nil
}

// answerCodec encodes answers and learns when they are taken.
type answerCodec struct{ encoding.CodecV2 }

func newAnswerCodec() answerCodec { return answerCodec{encoding.GetCodecV2(grpcproto.Name)} }

// Marshal encodes a message.
func (c answerCodec) Marshal(value any) (mem.BufferSlice, error) {
	response, ok := value.(*answer)
	if !ok {
		return c.CodecV2.Marshal(value)
	}
	buffer := response.buffer()
	encoded, err := encodeInto(*buffer, response.message)
	if err != nil {
		response.delivery.Taken(int64(response.size))
		return nil, err
	}
	*buffer = encoded
	if mem.IsBelowBufferPoolingThreshold(cap(*buffer)) {
		response.delivery.Taken(int64(response.size)) // such buffers do not tell when they are taken
		return mem.BufferSlice{mem.SliceBuffer(encoded)}, nil
	}
	if response.size <= piece {
		return mem.BufferSlice{mem.NewBuffer(buffer, countingPool{response.delivery, mem.DefaultBufferPool()})}, nil
	}
	return response.pieces(encoded), nil
}

// buffer returns what to encode the answer into: one of the pool's if it is small.
func (a *answer) buffer() *[]byte {
	if a.size <= piece && !mem.IsBelowBufferPoolingThreshold(a.size) {
		return mem.DefaultBufferPool().Get(a.size)
	}
	made := make([]byte, a.size)
	return &made
}

// pieces cuts a large answer, so that what the caller takes is seen as it is taken.
func (a *answer) pieces(encoded []byte) (cut mem.BufferSlice) {
	for part := range slices.Chunk(encoded, piece) {
		if mem.IsBelowBufferPoolingThreshold(cap(part)) {
			a.delivery.Taken(int64(len(part)))
			cut = append(cut, mem.SliceBuffer(part))
			continue
		}
		cut = append(cut, mem.NewBuffer(&part, countingPool{a.delivery, mem.NopBufferPool{}}))
	}
	return cut
}

// countingPool is the pool that the buffers of an answer return to.
type countingPool struct {
	delivery *listener.Delivery
	mem.BufferPool
}

// Put counts the buffer as taken.
func (p countingPool) Put(buffer *[]byte) {
	p.delivery.Taken(int64(len(*buffer)))
	p.BufferPool.Put(buffer)
}
