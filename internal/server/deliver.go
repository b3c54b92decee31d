package server

import (
	"context"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	grpcproto "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"

	"github.com/sipfacade/sipfacade/internal/listener"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// An answer over gRPC outlives its call: it waits in the transport until its caller
// takes it. Until then it counts as held, for its connection and, if the vendor's
// answer was large, for all calls together.

// piece is how many bytes of an answer are counted as taken at a time.
const piece = 64 << 10

// answer is a response on its way to the codec.
type answer struct {
	message  proto.Message
	size     int
	delivery *listener.Delivery
}

// deliver takes the memory of a call's vendor answers, and keeps of it what the
// response needs until the caller has taken that.
func (s *Server) deliver(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	conn := connOf(ctx)
	ctx, lease := s.memory.Lease(ctx)
	response, err := handler(ctx, request)
	message, ok := response.(proto.Message)
	if err != nil || !ok || conn == nil {
		lease.Release()
		return response, err
	}
	size := proto.Size(message)
	delivery, err := conn.Pending().Begin(ctx, int64(size), keep(lease, size))
	if err != nil {
		lease.Release()
		return nil, err
	}
	return &answer{message: message, size: size, delivery: delivery}, nil
}

// keep shrinks the lease to the response, and returns what releases it; nil if there
// is nothing left to release.
func keep(lease *upstream.Lease, size int) (release func()) {
	if lease.Held() == 0 {
		return nil
	}
	lease.Keep(int64(size))
	return lease.Release
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
	// The size was computed just now, and nobody changes a response after its handler.
	encoded, err := proto.MarshalOptions{UseCachedSize: true}.MarshalAppend((*buffer)[:0], response.message)
	if err != nil {
		response.delivery.Taken(int64(response.size))
		return nil, err
	}
	if mem.IsBelowBufferPoolingThreshold(cap(*buffer)) {
		response.delivery.Taken(int64(response.size)) // such buffers do not tell when they are taken
		return mem.BufferSlice{mem.SliceBuffer(encoded)}, nil
	}
	if response.size <= piece {
		return mem.BufferSlice{mem.NewBuffer(buffer, taken{response.delivery, mem.DefaultBufferPool()})}, nil
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
		cut = append(cut, mem.NewBuffer(&part, taken{a.delivery, mem.NopBufferPool{}}))
	}
	return cut
}

// taken is the pool that the buffers of an answer return to.
type taken struct {
	delivery *listener.Delivery
	mem.BufferPool
}

// Put counts the buffer as taken.
func (t taken) Put(buffer *[]byte) {
	t.delivery.Taken(int64(len(*buffer)))
	t.BufferPool.Put(buffer)
}
