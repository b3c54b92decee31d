// Package tolerant reads vendor JSON in one pass. It takes each value in every
// form that vendors are known to send, skips what is not modelled, and notes what
// could not be read instead of failing over it.
package tolerant

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is how deep modelled objects may nest. Vendors nest four levels; a
// body that goes further is not one of theirs.
const MaxDepth = 48

// ErrTooDeep is returned for a body nested beyond MaxDepth.
var ErrTooDeep = errors.New("nested too deeply")

// ShapeError says that a value is not of the kind that the place asks for.
type ShapeError struct {
	// Want and Got name the kinds, for example "an object" and "a string".
	Want, Got string
}

// Error names both kinds.
func (e *ShapeError) Error() string { return fmt.Sprintf("want %s, got %s", e.Want, e.Got) }

// Reader is positioned before a value and moves over it. It is not safe for
// concurrent use.
type Reader struct {
	decoder  *jsontext.Decoder
	depth    int
	kept     int // values kept so far, in all objects
	misreads map[string]int
}

var readers = sync.Pool{New: func() any {
	return &Reader{decoder: new(jsontext.Decoder)}
}}

// NewReader returns a reader over the body. Release gives its buffers back.
func NewReader(body io.Reader) *Reader {
	r := readers.Get().(*Reader)
	r.decoder.Reset(body, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	r.depth, r.kept, r.misreads = 0, 0, nil
	return r
}

// Release gives the reader back; it must not be used afterwards.
func (r *Reader) Release() {
	r.decoder.Reset(nothing{})
	readers.Put(r)
}

// nothing is what a reader in the pool reads, so that it holds on to no body.
type nothing struct{}

// Read is always at the end.
func (nothing) Read([]byte) (int, error) { return 0, io.EOF }

// Kind is the kind of the next value: one of n f t " 0 { [ or, at the end or at a
// mistake, 0.
func (r *Reader) Kind() byte { return byte(r.decoder.PeekKind()) }

// Offset is how many bytes of the body lie before the place.
func (r *Reader) Offset() int64 { return r.decoder.InputOffset() }

// Skip moves over the next value without keeping any of it.
func (r *Reader) Skip() error { return r.decoder.SkipValue() }

// Value lets read take the next value. If read gives up on it, at its beginning or part of
// the way, the rest of the value is moved over, so that what follows can still be read:
// unusable is why read gave up, err is a mistake of the input.
func (r *Reader) Value(read func() error) (unusable, err error) {
	before, depth := r.decoder.InputOffset(), r.decoder.StackDepth()
	unusable = read()
	if unusable == nil {
		return nil, nil
	}
	if r.decoder.InputOffset() == before {
		return unusable, r.Skip()
	}
	for r.decoder.StackDepth() > depth && err == nil {
		_, err = r.decoder.ReadToken()
	}
	return unusable, err
}

// End returns nil if only white space follows.
func (r *Reader) End() error {
	if _, err := r.decoder.ReadToken(); !errors.Is(err, io.EOF) {
		if err == nil {
			err = errors.New("more follows the JSON value")
		}
		return err
	}
	return nil
}

// Misreads counts, by member name, the values that could not be read and were
// left unset.
func (r *Reader) Misreads() map[string]int { return r.misreads }

// Kept counts the values that have been kept so far, so that an object of which none was
// can be told from others.
func (r *Reader) Kept() int { return r.kept }

// misread notes the value at hand and moves over it.
func (r *Reader) misread(name string) error {
	r.count(name)
	return r.Skip()
}

// count notes a misread whose value has been moved over already.
func (r *Reader) count(name string) {
	if r.misreads == nil {
		r.misreads = map[string]int{}
	}
	r.misreads[name]++
}

// Object calls member with each name of the next value, which must be an object.
// The name is valid until member looks at the value, which it must move over.
func (r *Reader) Object(member func(name []byte) error) error {
	if err := r.open('{', "an object"); err != nil {
		return err
	}
	defer r.close()
	for r.decoder.PeekKind() != '}' {
		raw, err := r.decoder.ReadValue()
		if err != nil {
			return err
		}
		if err := member(unquote(raw)); err != nil {
			return err
		}
	}
	_, err := r.decoder.ReadToken()
	return err
}

// Array calls element before each element of the next value, which must be an
// array; element must move over it.
func (r *Reader) Array(element func() error) error {
	if err := r.open('[', "an array"); err != nil {
		return err
	}
	defer r.close()
	for r.decoder.PeekKind() != ']' {
		if err := element(); err != nil {
			return err
		}
	}
	_, err := r.decoder.ReadToken()
	return err
}

// open reads the opening token.
func (r *Reader) open(kind byte, want string) error {
	if r.Kind() != kind {
		return r.wrongKind(want)
	}
	if r.depth++; r.depth > MaxDepth {
		r.depth--
		return ErrTooDeep
	}
	_, err := r.decoder.ReadToken()
	if err != nil {
		r.depth--
	}
	return err
}

func (r *Reader) close() { r.depth-- }

// kindNames says in words what a kind is.
var kindNames = map[byte]string{
	'n': "null", 'f': "a boolean", 't': "a boolean", '"': "a string",
	'0': "a number", '{': "an object", '[': "an array",
}

// wrongKind returns the error for the next value: the decoder's own if the input is
// broken, a ShapeError if it is of another kind.
func (r *Reader) wrongKind(want string) error {
	got, ok := kindNames[r.Kind()]
	if !ok {
		if _, err := r.decoder.ReadToken(); err != nil {
			return err
		}
		got = "something else"
	}
	return &ShapeError{Want: want, Got: got}
}

// unquote returns the text of a JSON string, without a copy if it has no escapes.
func unquote(raw []byte) []byte {
	inner := raw[1 : len(raw)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	// The decoder has checked the string: all that can be wrong is half a surrogate pair,
	// which is replaced.
	plain, _ := jsontext.AppendUnquote(nil, raw)
	return plain
}
