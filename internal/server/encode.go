package server

import (
	"errors"

	"google.golang.org/protobuf/proto"
)

// encodable is a message with an encoder that protoc-gen-go-vtproto generated, as all of the
// contract are. The encoder of package proto takes three times as long, and for a map several
// allocations for each member. Unlike that one, the generated one does not check that texts are
// UTF-8. Texts of vendors and callers are when they have been read; fuzz targets check that.
type encodable interface {
	SizeVT() int
	MarshalToSizedBufferVT(buffer []byte) (int, error)
}

// encodedSize is how many bytes a message takes in the wire format.
func encodedSize(message proto.Message) int {
	if generated, ok := message.(encodable); ok {
		return generated.SizeVT()
	}
	return proto.Size(message)
}

// errChanged says that a message was changed between encodedSize and encodeInto.
var errChanged = errors.New("the answer was changed while it was encoded")

// encodeInto encodes a message whose encodedSize is that of the buffer. Nobody may change the
// message between the two: one that has grown makes the generated encoder panic, below all that
// recovers.
func encodeInto(buffer []byte, message proto.Message) (encoded []byte, err error) {
	generated, ok := message.(encodable)
	if !ok {
		return proto.MarshalOptions{UseCachedSize: true}.MarshalAppend(buffer[:0], message)
	}
	defer func() {
		if recover() != nil {
			err = errChanged
		}
	}()
	n, err := generated.MarshalToSizedBufferVT(buffer)
	if err == nil && n != len(buffer) {
		err = errChanged
	}
	return buffer, err
}
