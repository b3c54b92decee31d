// Package codec writes and reads proto3 JSON. Its output has the same bytes in every
// build, and its input errors name every field that is wrong; protojson offers neither.
package codec

import (
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Codec compiles a plan for each message type when it first reads or writes one. It is
// safe for concurrent use.
type Codec struct {
	plans    sync.Map // protoreflect.MessageDescriptor → *plan
	mu       sync.Mutex
	buffers  sync.Pool // of *[]byte
	decoders sync.Pool // of *decoder
}

// New returns a codec that has compiled no type yet.
func New() *Codec {
	return &Codec{
		buffers:  sync.Pool{New: func() any { return new([]byte) }},
		decoders: sync.Pool{New: func() any { return newDecoder() }},
	}
}

// maxPooledBuffer is the largest buffer, in bytes, that is kept for reuse, so that a
// page of a thousand rows does not stay in memory.
const maxPooledBuffer = 1 << 20

// Marshal returns the message as JSON. Fields without presence are written with
// their default values, as protojson does with EmitDefaultValues.
func (c *Codec) Marshal(message proto.Message) ([]byte, error) {
	scratch, ok := c.buffers.Get().(*[]byte)
	if !ok {
		scratch = new([]byte)
	}
	written, err := c.Append((*scratch)[:0], message)
	var exact []byte
	if err == nil {
		exact = append(make([]byte, 0, len(written)), written...)
	}
	if cap(written) <= maxPooledBuffer {
		*scratch = written
		c.buffers.Put(scratch)
	}
	return exact, err
}

// Append adds the message to dst as JSON. A nil message is written as an empty
// one. Strings that are not UTF-8 and values that JSON cannot express are
// errors.
func (c *Codec) Append(dst []byte, message proto.Message) ([]byte, error) {
	m := message.ProtoReflect()
	return c.plan(m.Descriptor()).write(dst, m)
}

// plan returns the plan of a type. On first use it is compiled together with
// every type below it, so that recursive types end in themselves.
func (c *Codec) plan(desc protoreflect.MessageDescriptor) *plan {
	if known, ok := c.plans.Load(desc); ok {
		if p, ok := known.(*plan); ok {
			return p
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	fresh := compiler{codec: c, made: map[protoreflect.MessageDescriptor]*plan{}}
	root := fresh.message(desc)
	for made, p := range fresh.made {
		c.plans.Store(made, p)
	}
	return root
}
