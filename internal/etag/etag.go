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
	"slices"
	"sync"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Field is the field of a resource that has its etag.
const Field protoreflect.Name = "etag"

// size is how many bytes of the hash an etag has.
const size = 15

// Maker makes etags. It is safe for concurrent use.
type Maker struct {
	hashes sync.Pool // of *state
	plans  sync.Map  // of *plan, by reflect.Type
}

// state is what one etag is made with.
type state struct {
	mac  hash.Hash
	wire []byte
	keys []string
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
	plan := m.planOf(resource)
	s, _ := m.hashes.Get().(*state)
	defer m.hashes.Put(s)
	s.mac.Reset()
	wire, additional, err := plan.marshal(s.wire[:0], resource)
	if err != nil {
		return "" // text that is not UTF-8: no answer with it can be sent either
	}
	s.wire = wire
	s.mac.Write(wire)
	s.hashMap(additional)
	return base64.RawURLEncoding.EncodeToString(s.mac.Sum(s.sum[:0])[:size])
}

// hashMap hashes a map in the order of its keys, after a byte with which no field begins.
func (s *state) hashMap(m map[string]string) {
	s.keys = s.keys[:0]
	for key := range m {
		s.keys = append(s.keys, key)
	}
	slices.Sort(s.keys)
	s.wire = append(s.wire[:0], 0)
	for _, key := range s.keys {
		s.wire = protowire.AppendString(s.wire, key)
		s.wire = protowire.AppendString(s.wire, m[key])
	}
	s.mac.Write(s.wire)
	clear(s.keys)
}

// Stamp sets the etag of a resource, if it has one.
func (m *Maker) Stamp(resource proto.Message) {
	if plan := m.planOf(resource); plan.etag >= 0 {
		plan.setEtag(resource, m.Of(resource))
	}
}

// Stated returns the etag that a request or a resource to write states, or "".
func Stated(by any) string {
	if with, ok := by.(interface{ GetEtag() string }); ok {
		return with.GetEtag()
	}
	return ""
}
