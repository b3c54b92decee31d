// Package codec writes answers as proto3 JSON, by functions that are generated from the
// contract, and reads requests from it. Unlike protojson, it writes the same bytes in
// every build, and its errors name every field of the input that is wrong.
package codec

import (
	"fmt"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Codec writes answers by generated functions, and reads requests by a plan for each message
// type, which it compiles when it reads the type for the first time. It is safe for
// concurrent use.
type Codec struct {
	plans    sync.Map // protoreflect.MessageDescriptor → *plan
	mu       sync.Mutex
	encoders sync.Pool // of *encoder
	decoders sync.Pool // of *decoder
}

// New returns a codec that has no plans yet.
func New() *Codec {
	return &Codec{
		encoders: sync.Pool{New: func() any { return newEncoder() }},
		decoders: sync.Pool{New: func() any { return newDecoder() }},
	}
}

// maxPooledBuffer is the largest buffer, in bytes, that is kept for reuse. A large list
// should not stay in memory for ever.
const maxPooledBuffer = 1 << 20

// Marshal returns a message that an answer can hold as JSON: a response of the contract, or
// google.rpc.Status, or a part of them. Fields without presence are written with their
// default values, as protojson does with EmitDefaultValues, and a nil message is written as
// an empty one. Errors are other types, strings that are not UTF-8, and values that JSON
// cannot express.
func (c *Codec) Marshal(message proto.Message) ([]byte, error) {
	e, ok := c.encoders.Get().(*encoder)
	if !ok {
		e = newEncoder()
	}
	defer c.encoders.Put(e)
	e.reset()
	if !e.message(message) {
		return nil, fmt.Errorf("write %T as JSON: %w", message, errNoAnswer)
	}
	if e.err != nil {
		return nil, fmt.Errorf("write %T as JSON: %w", message, e.err)
	}
	return e.take(), nil
}

// plan returns the plan of a type. On first use it is compiled together with the plans of
// all types below it, so that a type that contains itself has one plan.
func (c *Codec) plan(desc protoreflect.MessageDescriptor) *plan {
	if known, ok := c.plans.Load(desc); ok {
		if p, ok := known.(*plan); ok {
			return p
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	fresh := compiler{made: map[protoreflect.MessageDescriptor]*plan{}}
	root := fresh.message(desc)
	for made, p := range fresh.made {
		c.plans.Store(made, p)
	}
	return root
}
