// Package tolerant reads vendor JSON in one pass. It takes each value in every
// form that vendors are known to send, skips what is not modelled, and notes what
// could not be read instead of failing over it.
package tolerant

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is how deep modelled objects may nest. Vendors nest four levels; a
// body that goes further is not one of theirs.
const MaxDepth = 48

// errTooDeep is returned for a body nested beyond MaxDepth.
var errTooDeep = errors.New("nested too deeply")

// ShapeError says that a value is not of the kind that the place asks for.
type ShapeError struct {
	// Want and Got name the kinds, for example "an object" and "a string".
	Want, Got string
}

// Error names both kinds.
func (e *ShapeError) Error() string { return fmt.Sprintf("want %s, got %s", e.Want, e.Got) }

// Masker is a body that knows secrets of the call which its answer may repeat.
type Masker interface {
	// Mask returns a text of the body without these.
	Mask(text string) string
}

// Reader is positioned before a value and moves over it. It is not safe for
// concurrent use.
type Reader struct {
	// Slabs hold what has been read.
	Slabs Slabs

	scanner scanner
	masker  Masker // nil if the body knows no secrets
	plain   []byte // the last string that had escapes, without them
	damaged bool   // an escape in the last string was replaced
	names   map[string]MemberName
	depth   int
	kept    int // values kept so far, in all objects
	free    int // values of the free-form object at hand
	whole   int // the depth of the object that the vendor shows in full; none is at 0
	drift   Drift
}

var readers = sync.Pool{New: func() any { return new(Reader) }}

// NewReader returns a reader over the body. Release gives its buffers back.
func NewReader(body io.Reader) *Reader {
	r := readers.Get().(*Reader)
	r.scanner.reset(body)
	r.masker, _ = body.(Masker)
	r.depth, r.kept, r.whole, r.drift = 0, 0, 0, nil
	return r
}

// Release gives the reader back; it must not be used afterwards.
func (r *Reader) Release() {
	r.scanner.reset(nil) // so that a reader in the pool holds on to no body, and to no answer
	r.masker = nil
	r.Slabs = Slabs{}
	if cap(r.plain) > keptBuffer {
		r.plain = nil
	}
	r.forgetNames()
	readers.Put(r)
}

// Mask returns a text that is kept as it came, without the secrets that the body knows.
func (r *Reader) Mask(text string) string {
	if r.masker == nil {
		return text
	}
	return r.masker.Mask(text)
}

// Kind is the kind of the next value: one of n f t " 0 { [ or, at the end or at a
// mistake, 0. At the end of an object or array it is } or ].
func (r *Reader) Kind() byte { return r.scanner.peek() }

// Offset is how many bytes of the body lie before the place.
func (r *Reader) Offset() int64 { return r.scanner.last }

// Skip moves over the next value without keeping any of it.
func (r *Reader) Skip() error { return r.scanner.skip() }

// Value lets read take the next value. If read gives up on it, at its beginning or part of
// the way, the rest of the value is moved over, so that what follows can still be read:
// unusable is why read gave up, err is a mistake of the input.
func (r *Reader) Value(read func() error) (unusable, err error) {
	before, depth := r.Offset(), len(r.scanner.stack)
	unusable = read()
	if unusable == nil {
		return nil, nil
	}
	if r.Offset() == before {
		return unusable, r.Skip()
	}
	return unusable, r.scanner.leave(depth)
}

// End returns nil if only white space follows.
func (r *Reader) End() error {
	if r.Kind() != 0 {
		return errors.New("more follows the JSON value")
	}
	if errors.Is(r.scanner.err, io.EOF) {
		return nil
	}
	return r.scanner.err
}

// Kept counts the values that have been kept so far, so that an object of which none was
// can be told from others.
func (r *Reader) Kept() int { return r.kept }

// ShowsWhole says that the next value is, or if it is an array holds, an object that the
// vendor shows in full because it was asked for by itself. Of other objects, in lists and in
// relations, vendors leave the lists empty whatever is in them.
func (r *Reader) ShowsWhole() {
	r.whole = r.depth + 1
	if r.Kind() == '[' {
		r.whole++
	}
}

// Unknown counts a member that no field takes, and moves over its value.
func (r *Reader) Unknown(name []byte) error {
	r.drift.Add(Finding{Difference: UnknownMember, Member: r.Name(name).Text})
	return r.Skip()
}

// Drift counts what the reader did not know or could not read. It may be used after
// Release.
func (r *Reader) Drift() Drift { return r.drift }

// misread notes the value at hand and moves over it.
func (r *Reader) misread(name string) error {
	r.CountMisread(name)
	return r.Skip()
}

// CountMisread notes a misread whose value has been moved over already.
func (r *Reader) CountMisread(name string) {
	r.drift.Add(Finding{Difference: Misread, Member: name})
}

// CountUnknownWord notes a word that no value of an enum stands for, and that has been moved
// over already.
func (r *Reader) CountUnknownWord(name, word string) {
	r.drift.Add(Finding{Difference: UnknownWord, Member: name, Word: r.Mask(word)})
}

// Object calls member with each name of the next value, which must be an object.
// The name is valid until member looks at the value, which it must move over.
func (r *Reader) Object(member func(name []byte) error) error {
	if err := r.open('{', "an object"); err != nil {
		return err
	}
	defer r.close()
	for {
		name, err := r.name()
		if name == nil || err != nil {
			return err
		}
		if err := member(name); err != nil {
			return err
		}
	}
}

// name reads the next name of an object, or its end: then the name is nil.
func (r *Reader) name() ([]byte, error) {
	if plain := r.scanner.plainName(); plain != nil {
		return plain, nil
	}
	switch r.scanner.peek() {
	case '}':
		r.scanner.close()
		return nil, nil
	case 0:
		return nil, r.scanner.err
	}
	raw, err := r.scanner.name()
	if err != nil {
		return nil, err
	}
	return r.unquote(raw), nil
}

// Array calls element before each element of the next value, which must be an
// array; element must move over it.
func (r *Reader) Array(element func() error) error {
	if err := r.open('[', "an array"); err != nil {
		return err
	}
	defer r.close()
	for r.scanner.peek() != ']' {
		if err := element(); err != nil {
			return err
		}
	}
	r.scanner.close()
	return nil
}

// open moves into an object or array.
func (r *Reader) open(kind byte, want string) error {
	if r.Kind() != kind {
		return r.wrongKind(want)
	}
	if r.depth == MaxDepth {
		return errTooDeep
	}
	if err := r.scanner.open(); err != nil {
		return err
	}
	r.depth++
	return nil
}

func (r *Reader) close() { r.depth-- }

// kindNames says in words what a kind is.
var kindNames = map[byte]string{
	'n': "null", 'f': "a boolean", 't': "a boolean", '"': "a string",
	'0': "a number", '{': "an object", '[': "an array", '}': "the end of an object", ']': "the end of an array",
}

// wrongKind returns the error for the next value: the scanner's own if the input is
// broken, a ShapeError if it is of another kind.
func (r *Reader) wrongKind(want string) error {
	kind := r.Kind()
	if kind == 0 {
		return r.scanner.err
	}
	return &ShapeError{Want: want, Got: kindNames[kind]}
}

// Damaged reports whether a text that Scalar has just returned cannot be kept as it came: it is
// not UTF-8, or had half a surrogate pair.
func (r *Reader) Damaged(text []byte) bool {
	return r.damaged || !utf8.Valid(text)
}

// unquote returns the text of the JSON string that has just been read, without a copy if
// it has no escapes. It is valid until the next string is read.
func (r *Reader) unquote(raw []byte) []byte {
	if !r.scanner.escaped {
		return raw[1 : len(raw)-1]
	}
	// The scanner has checked the string: all that can be wrong is half a surrogate pair,
	// which is replaced.
	plain, err := jsontext.AppendUnquote(r.plain[:0], raw)
	r.plain, r.damaged = plain, err != nil
	return plain
}
