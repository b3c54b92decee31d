// Package etag makes the etags of resources: keyed hashes of what the vendor stores, so
// that two reads of a resource can be compared and nothing can be guessed from one.
package etag

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"sync"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// Field is the field of a resource that has its etag.
const Field protoreflect.Name = "etag"

// size is how many bytes of the hash an etag has.
const size = 15

// Maker makes etags. It is safe for concurrent use.
type Maker struct {
	hashes sync.Pool // of *state
	fields sync.Map  // of the numbers that are hashed, by the full name of the message
}

// state is what one etag is made with.
type state struct {
	mac  hash.Hash
	wire []byte
	sum  [sha256.Size]byte
}

// NewMaker returns a Maker whose key is derived from a secret, which must be the same for
// all processes that compare etags.
func NewMaker(secret []byte) (*Maker, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "sipfacade etag", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive the key of etags: %w", err)
	}
	return &Maker{hashes: sync.Pool{New: func() any { return &state{mac: hmac.New(sha256.New, key)} }}}, nil
}

// Of returns the etag of a resource. It does not depend on relations, which vendors leave
// out of lists.
func (m *Maker) Of(resource proto.Message) string {
	hashed := m.hashedFields(resource.ProtoReflect().Descriptor())
	s, _ := m.hashes.Get().(*state)
	defer m.hashes.Put(s)
	s.mac.Reset()
	wire, err := proto.MarshalOptions{Deterministic: true}.MarshalAppend(s.wire[:0], resource)
	if err != nil {
		return "" // text that is not UTF-8: no answer with it can be sent either
	}
	s.wire = wire
	for len(wire) > 0 {
		number, kind, length := protowire.ConsumeTag(wire)
		length += protowire.ConsumeFieldValue(number, kind, wire[length:])
		if hashed[number] {
			s.mac.Write(wire[:length])
		}
		wire = wire[length:]
	}
	return base64.RawURLEncoding.EncodeToString(s.mac.Sum(s.sum[:0])[:size])
}

// Stamp sets the etag of a resource.
func (m *Maker) Stamp(resource proto.Message) {
	reflected := resource.ProtoReflect()
	if field := reflected.Descriptor().Fields().ByName(Field); field != nil {
		reflected.Set(field, protoreflect.ValueOfString(m.Of(resource)))
	}
}

// hashedFields returns the numbers of the fields that an etag depends on.
func (m *Maker) hashedFields(message protoreflect.MessageDescriptor) map[protoreflect.FieldNumber]bool {
	if known, ok := m.fields.Load(message.FullName()); ok {
		numbers, _ := known.(map[protoreflect.FieldNumber]bool)
		return numbers
	}
	numbers := map[protoreflect.FieldNumber]bool{}
	for i := range message.Fields().Len() {
		field := message.Fields().Get(i)
		numbers[field.Number()] = field.Name() != Field && !contract.IsRelation(field) && contract.RelationOf(field) == nil
	}
	m.fields.Store(message.FullName(), numbers)
	return numbers
}
