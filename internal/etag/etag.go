// Package etag makes the etags of resources: keyed hashes of what the vendor stores, so
// that two reads of a resource can be compared and nothing can be guessed from one.
package etag

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"google.golang.org/protobuf/proto"
)

// size is how many bytes of the hash an etag has, length how many characters these take.
const (
	size   = 15
	length = size * 8 / 6
)

// Maker makes etags. It is safe for concurrent use.
type Maker struct {
	keys     atomic.Pointer[[][]byte] // the one in use, and behind it the one before
	encoders sync.Pool                // of *encoder
}

// NewMaker returns a Maker whose key is derived from a secret, which must be the same for
// all processes that compare etags.
func NewMaker(secret []byte) (*Maker, error) {
	key, err := derive(secret)
	if err != nil {
		return nil, err
	}
	m := &Maker{encoders: sync.Pool{New: func() any { return new(encoder) }}}
	m.keys.Store(&[][]byte{key})
	return m, nil
}

// Rotate makes etags with another secret from now on. Matches still knows those of the secret
// before, and no older ones.
func (m *Maker) Rotate(secret []byte) error {
	key, err := derive(secret)
	if err != nil {
		return err
	}
	m.keys.Store(&[][]byte{key, m.current()})
	return nil
}

// derive returns the key that a secret stands for.
func derive(secret []byte) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "sipfacade etag", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive the key of etags: %w", err)
	}
	return key, nil
}

// current is the key in use.
func (m *Maker) current() []byte { return (*m.keys.Load())[0] }

// Of returns the etag of a resource, or "" if resources of its type have none. It does not
// depend on relations, which vendors leave out of lists.
func (m *Maker) Of(resource proto.Message) string {
	e, _ := m.encoders.Get().(*encoder)
	defer m.encoders.Put(e)
	if _, text := e.make(m.current(), resource); text != nil {
		return string(text[:])
	}
	return ""
}

// Matches reports whether a resource has the etag: one that was made with the secret in use, or
// with the one before.
func (m *Maker) Matches(resource proto.Message, etag string) bool {
	e, _ := m.encoders.Get().(*encoder)
	defer m.encoders.Put(e)
	for _, key := range *m.keys.Load() {
		if _, text := e.make(key, resource); text != nil && string(text[:]) == etag {
			return true
		}
	}
	return false
}

// make returns the etag of a resource and where the resource holds it; nil if it has none.
//
// The hash is that of the key with the content behind it, as one pass over both. What such
// a hash is known to be weak against, that others continue it without the key, needs the
// whole hash, and an etag shows half of it.
func (e *encoder) make(key []byte, resource proto.Message) (holds **string, text *[length]byte) {
	e.reset(key)
	if holds = e.encode(resource); holds == nil {
		return nil, nil
	}
	sum := sha256.Sum256(e.wire)
	base64.RawURLEncoding.Encode(e.etag[:], sum[:size])
	return holds, &e.etag
}

// Stamp sets the etag of a resource, if it has one.
func (m *Maker) Stamp(resource proto.Message) { StampAll(m, []proto.Message{resource}) }

// StampAll sets the etags of resources, if they have one. Those of one page share the memory
// for their etags.
func StampAll[R proto.Message](m *Maker, resources []R) {
	e, _ := m.encoders.Get().(*encoder)
	defer m.encoders.Put(e)
	var texts strings.Builder
	texts.Grow(length * len(resources))
	etags, key := make([]string, len(resources)), m.current()
	for i, resource := range resources {
		holds, text := e.make(key, resource)
		if text == nil {
			continue
		}
		begin := texts.Len()
		texts.Write(text[:])
		etags[i] = texts.String()[begin:]
		*holds = &etags[i]
	}
}

// Stated returns the etag that a request or a resource to write states, or "".
func Stated(by any) string {
	if with, ok := by.(interface{ GetEtag() string }); ok {
		return with.GetEtag()
	}
	return ""
}
