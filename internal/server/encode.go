package server

import (
	"google.golang.org/protobuf/proto"
)

// encodable is a message with an encoder that protoc-gen-go-vtproto generated, as all of the
// contract are. The encoder of package proto takes three times as long, and for a map several
// allocations for each member. Unlike that one, the generated one does not look whether texts
// are UTF-8: what is read from vendors and callers is, as fuzz targets show.
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

// encodeInto encodes a message whose encodedSize is that of the buffer. Nobody may change the
// message between the two.
func encodeInto(buffer []byte, message proto.Message) ([]byte, error) {
	if generated, ok := message.(encodable); ok {
		_, err := generated.MarshalToSizedBufferVT(buffer)
		return buffer, err
	}
	return proto.MarshalOptions{UseCachedSize: true}.MarshalAppend(buffer[:0], message)
}
