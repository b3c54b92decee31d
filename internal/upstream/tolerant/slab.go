package tolerant

import (
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Slabs hold what fields point to: the values of optional fields, and texts. Each
// allocation serves several fields, because one for each field costs more than reading it.
// A slab is small, so that a message that is kept holds on to little of what was read
// beside it.
type Slabs struct {
	Strings Slab[string]
	Bools   Slab[bool]
	Int32s  Slab[int32]
	Int64s  Slab[int64]
	Uint32s Slab[uint32]
	Doubles Slab[float64]
	Times   Slab[timestamppb.Timestamp]
	Texts   Texts

	values  Slab[structpb.Value]
	texts   Slab[structpb.Value_StringValue]
	numbers Slab[structpb.Value_NumberValue]
}

// Rewind makes the memory free that was taken since the slabs were copied. What has been
// read into it must not be used any longer: what is read next overwrites it.
func (s *Slabs) Rewind(to *Slabs) {
	s.Strings.rewind(&to.Strings)
	s.Bools.rewind(&to.Bools)
	s.Int32s.rewind(&to.Int32s)
	s.Int64s.rewind(&to.Int64s)
	s.Uint32s.rewind(&to.Uint32s)
	s.Doubles.rewind(&to.Doubles)
	s.Times.rewind(&to.Times)
	s.values.rewind(&to.values)
	s.texts.rewind(&to.texts)
	s.numbers.rewind(&to.numbers)
	s.Texts.rewind(&to.Texts)
}

// Slab allocates variables of one type. It is not safe for concurrent use.
type Slab[V any] struct {
	chunk []V // the newest allocation
	free  []V // what is left of it
}

// How many variables one allocation holds: first few, then more.
const (
	leastVariables = 4
	mostVariables  = 16
)

// New returns a variable, which may hold what a row held that is no longer used.
func (s *Slab[V]) New() *V {
	if len(s.free) == 0 {
		s.chunk = make([]V, min(max(2*len(s.chunk), leastVariables), mostVariables))
		s.free = s.chunk
	}
	variable := &s.free[0]
	s.free = s.free[1:]
	return variable
}

// rewind makes free what was taken of the newest allocation: all of it, if it is newer than
// the copy.
func (s *Slab[V]) rewind(to *Slab[V]) {
	if s.free = s.chunk; len(to.chunk) > 0 && &to.chunk[0] == &s.chunk[0] {
		s.free = to.free
	}
}

// Set returns a pointer to the value.
func (s *Slab[V]) Set(value V) *V {
	variable := s.New()
	*variable = value
	return variable
}

// Time returns the instant as a message.
func (s *Slabs) Time(instant time.Time) *timestamppb.Timestamp {
	stamp := s.Times.New()
	stamp.Seconds, stamp.Nanos = instant.Unix(), int32(instant.Nanosecond())
	return stamp
}

// text returns the text as a free-form value.
func (s *Slabs) text(text string) *structpb.Value {
	kind, value := s.texts.New(), s.values.New()
	kind.StringValue, value.Kind = text, kind
	return value
}

// number returns the number as a free-form value.
func (s *Slabs) number(number float64) *structpb.Value {
	kind, value := s.numbers.New(), s.values.New()
	kind.NumberValue, value.Kind = number, kind
	return value
}

// Texts copies texts, several into one allocation. It is not safe for concurrent use.
type Texts struct {
	copies strings.Builder // the newest allocation
	empty  strings.Builder // the same before anything was copied into it
	number int             // counts the allocations
	size   int
}

// The bytes of one allocation, and the longest text that shares one.
const (
	leastTextBytes = 256
	mostTextBytes  = 1024
	longestShared  = 256
)

// Copy returns the text. What is not UTF-8 is replaced, since callers are promised UTF-8.
func (t *Texts) Copy(text []byte) string {
	switch {
	case !utf8.Valid(text):
		return strings.ToValidUTF8(string(text), "\uFFFD")
	default:
		return t.add(text)
	}
}

// add is Copy for text that is known to be UTF-8.
func (t *Texts) add(text []byte) string {
	switch {
	case len(text) > longestShared:
		return string(text)
	case len(text) == 0:
		return ""
	}
	if t.copies.Cap()-t.copies.Len() < len(text) {
		t.size = min(max(2*t.size, leastTextBytes), mostTextBytes)
		t.copies.Reset()
		t.copies.Grow(t.size)
		t.empty, t.number = t.copies, t.number+1
	}
	begin := t.copies.Len()
	t.copies.Write(text)
	return t.copies.String()[begin:]
}

// rewind makes free what was taken of the newest allocation: all of it, if it is newer than
// the copy.
func (t *Texts) rewind(to *Texts) {
	if t.number == to.number {
		t.copies = to.copies
		return
	}
	t.copies = t.empty
}
