package codec

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// encoder writes one message. encode.gen.go has a function for each type, which calls the
// methods below for each field. They take the member's key as it is written: with a comma
// before it and a colon behind it.
type encoder struct {
	out      []byte
	names    []string // a stack: the sorted names of the objects being written
	err      error    // the first one
	failedAt int      // how long the output was then
}

var errNoAnswer = errors.New("a type that no answer has")

// initialBuffer is the size, in bytes, of a new buffer: most answers fit, except lists.
const initialBuffer = 4 << 10

func newEncoder() *encoder { return &encoder{} }

// reset keeps the memory only.
func (e *encoder) reset() {
	*e = encoder{out: slices.Grow(e.out[:0], initialBuffer), names: e.names[:0]}
}

// take returns what was written. Large buffers are handed over, the others are copied and
// kept.
func (e *encoder) take() []byte {
	if cap(e.out) <= maxPooledBuffer {
		return bytes.Clone(e.out)
	}
	out := e.out
	e.out = nil
	return out
}

// open begins an object and returns where it begins, for close.
func (e *encoder) open(key string) (start int) {
	e.out = append(e.out, key...)
	return len(e.out)
}

// close ends an object. The comma before its first member becomes the brace.
func (e *encoder) close(start int, key string) { e.bracket(start, key, '{', '}') }

// closeList ends a list in the same way.
func (e *encoder) closeList(start int, key string) { e.bracket(start, key, '[', ']') }

func (e *encoder) bracket(start int, key string, first, last byte) {
	if len(e.out) == start {
		e.out = append(e.out, first)
	}
	e.out[start] = first
	e.out = append(e.out, last)
	if e.failedSince(start) {
		e.err = withKey(key, e.err)
	}
}

// fail notes what is wrong with the value of the key.
func (e *encoder) fail(key string, err error) {
	if e.err == nil {
		e.err, e.failedAt = withKey(key, err), len(e.out)
	}
}

// failedSince reports whether the error is in what was written from start on.
func (e *encoder) failedSince(start int) bool { return e.err != nil && start <= e.failedAt }

// withKey adds the name in a key to an error.
func withKey(key string, err error) error {
	if name := strings.Trim(key, `,":`); name != "" {
		return fmt.Errorf("%s: %w", name, err)
	}
	return err
}

// orEmpty returns an empty message for none.
func orEmpty[M any](message *M) *M {
	if message == nil {
		return new(M)
	}
	return message
}

// The methods append to e.out in place, or to an array on the stack first: storing a slice
// that strconv returned costs a write barrier while the garbage collector runs.

func (e *encoder) raw(key, value string) {
	e.out = append(e.out, key...)
	e.out = append(e.out, value...)
}

func (e *encoder) bool(key string, value bool) {
	if value {
		e.raw(key, "true")
	} else {
		e.raw(key, "false")
	}
}

// maxDigits is the length of the longest number.
const maxDigits = 32

func (e *encoder) int32(key string, value int32) {
	var digits [maxDigits]byte
	e.out = append(e.out, key...)
	e.out = append(e.out, strconv.AppendInt(digits[:0], int64(value), 10)...)
}

func (e *encoder) uint32(key string, value uint32) {
	var digits [maxDigits]byte
	e.out = append(e.out, key...)
	e.out = append(e.out, strconv.AppendUint(digits[:0], uint64(value), 10)...)
}

// int64 quotes the number: JSON readers keep 53 bits.
func (e *encoder) int64(key string, value int64) {
	var digits [maxDigits]byte
	e.out = append(e.out, key...)
	e.out = append(e.out, '"')
	e.out = append(e.out, strconv.AppendInt(digits[:0], value, 10)...)
	e.out = append(e.out, '"')
}

func (e *encoder) double(key string, value float64) {
	var digits [maxDigits]byte
	e.out = append(e.out, key...)
	e.out = append(e.out, appendDouble(digits[:0], value)...)
}

// enum writes the name, or the number if the contract has no name for it.
func (e *encoder) enum(key string, value int32, names map[int32]string) {
	name, ok := names[value]
	if !ok {
		e.int32(key, value)
		return
	}
	e.out = append(e.out, key...)
	e.out = append(e.out, '"')
	e.out = append(e.out, name...)
	e.out = append(e.out, '"')
}

func (e *encoder) string(key, value string) {
	e.out = append(e.out, key...)
	e.out = append(e.out, '"')
	start := len(e.out)
	e.out = append(e.out, value...)
	if plain(e.out[start:]) {
		e.out = append(e.out, '"')
		return
	}
	var err error
	if e.out, err = jsontext.AppendQuote(e.out[:start-1], value); err != nil {
		e.fail(key, fmt.Errorf("write a string: %w", err))
	}
}

// plain reports whether text is ASCII that JSON does not escape. It looks at eight bytes at
// a time, the last of which may be looked at twice.
func plain(text []byte) bool {
	if len(text) < 8 {
		for _, c := range text {
			if c < ' ' || c == '"' || c == '\\' || c >= 0x80 {
				return false
			}
		}
		return true
	}
	found := unusual(binary.LittleEndian.Uint64(text[len(text)-8:]))
	for ; len(text) > 8; text = text[8:] {
		found |= unusual(binary.LittleEndian.Uint64(text))
	}
	return found == 0
}

// unusual returns a number that is not 0 if any of eight bytes is below 0x20, '"', '\\' or
// above 0x7f. Subtracting 1 from a byte that is 0 sets its highest bit.
func unusual(eight uint64) uint64 {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	quotes, slashes := eight^ones*'"', eight^ones*'\\'
	return (eight | (eight - ones*' ') | (quotes - ones) | (slashes - ones)) & highs
}

func (e *encoder) strings(key string, list []string) {
	start := e.open(key)
	for _, item := range list {
		e.string(",", item)
	}
	e.closeList(start, key)
}

// stringMap writes the entries in the order of their names, since Go's own order changes
// from call to call.
func (e *encoder) stringMap(key string, entries map[string]string) {
	start := e.open(key)
	names := pushNames(e, entries)
	for _, name := range names {
		e.string(",", name)
		e.string(":", entries[name])
	}
	e.popNames(names)
	e.close(start, key)
}

// pushNames returns the names in order. They are on a stack that the caller pops.
func pushNames[V any](e *encoder, entries map[string]V) []string {
	start := len(e.names)
	for name := range entries {
		e.names = append(e.names, name)
	}
	names := e.names[start:]
	slices.Sort(names)
	return names
}

// popNames forgets the names, which would keep the message in memory.
func (e *encoder) popNames(names []string) {
	e.names = e.names[:len(e.names)-len(names)]
	clear(names)
}

// encodeList writes messages of one type; nil is written as an empty one.
func encodeList[M any](e *encoder, key string, list []*M, encode func(e *encoder, key string, m *M)) {
	start := e.open(key)
	for i, item := range list {
		e.reserve(start, i, len(list))
		begin := len(e.out)
		encode(e, ",", orEmpty(item))
		if e.failedSince(begin) {
			e.err = fmt.Errorf("element %d: %w", i, e.err)
			break
		}
	}
	e.closeList(start, key)
}

// reserve makes space for the rest of a list when there is space for less than two elements
// of the size that they had so far. It does not more than quadruple the buffer, since the
// first elements may be unusually large.
func (e *encoder) reserve(start, done, total int) {
	if done == 0 {
		return
	}
	size := (len(e.out) - start) / done
	if cap(e.out)-len(e.out) < 2*size {
		rest := (size + size/8 + 1) * (total - done)
		e.out = slices.Grow(e.out, min(rest, 3*len(e.out)))
	}
}
