package tolerant

import (
	"errors"
	"fmt"
	"io"
)

// scanner finds the tokens of JSON in a body that it reads in parts. It checks the grammar
// of RFC 8259 and takes text that is not UTF-8 and half surrogate pairs. A sequence of
// values at the top level is allowed.
type scanner struct {
	body io.Reader
	// buffer[at:end] has been read and not been used.
	buffer  []byte
	at, end int
	// used counts the bytes of the body before the buffer, and last those up to the end of
	// the last token that was taken.
	used, last int64
	// limit is where the row at hand has to end; 0 sets no bound.
	limit int64
	// stack are the containers around the place, each with what may follow in it.
	stack []expectation
	// ready says that the separators before the next token have been taken.
	ready bool
	// escaped says that the last string has escapes.
	escaped bool
	// ended is why the body has no more bytes, io.EOF at its end.
	ended error
	// err is why nothing can be taken any more.
	err error
}

// expectation is what may follow in a container.
type expectation byte

const (
	firstElement expectation = iota // a value or ]
	nextElement                     // a comma or ]
	firstName                       // a name or }
	memberValue                     // a colon
	nextName                        // a comma or }
)

// The sizes of buffers: at first, and the largest that is kept for the next body.
const (
	firstBuffer = 16 << 10
	keptBuffer  = 64 << 10
)

// deepest is how many containers may be open, also in what is skipped.
const deepest = 10_000

// errSyntax says that a body is no JSON.
var errSyntax = errors.New("not JSON")

// reset makes the scanner ready for another body. It keeps the buffer, unless that is large.
func (s *scanner) reset(body io.Reader) {
	buffer := s.buffer
	if len(buffer) > keptBuffer {
		buffer = nil
	}
	*s = scanner{body: body, buffer: buffer, stack: s.stack[:0]}
}

// fill reads more of the body behind what is not used, which moves to the beginning of the
// buffer. It reports whether there is more.
func (s *scanner) fill() bool {
	if s.ended != nil || s.beyond() {
		return false
	}
	if s.at > 0 {
		s.used += int64(s.at)
		s.end = copy(s.buffer, s.buffer[s.at:s.end])
		s.at = 0
	}
	if s.end == len(s.buffer) {
		larger := make([]byte, max(firstBuffer, 2*len(s.buffer)))
		copy(larger, s.buffer)
		s.buffer = larger
	}
	return s.read()
}

// emptyReads is how often a body may be read without a byte or an error.
const emptyReads = 100

// read appends what the body has to the buffer. An end or error that comes with bytes comes
// again at the next read.
func (s *scanner) read() bool {
	for range emptyReads {
		n, err := s.body.Read(s.free())
		s.end += n
		if n > 0 {
			return true
		}
		if err != nil {
			s.ended = err
			return false
		}
	}
	s.ended = io.ErrNoProgress
	return false
}

// fail keeps the first error.
func (s *scanner) fail(err error) bool {
	if s.err == nil {
		s.err = err
	}
	return false
}

// short is the error for a body that ends before the token at the place does. An end
// within a value is an unexpected one.
func (s *scanner) short() bool {
	if errors.Is(s.ended, io.EOF) && (len(s.stack) > 0 || s.at < s.end) {
		return s.fail(io.ErrUnexpectedEOF)
	}
	return s.fail(s.ended)
}

// syntax is the error for the byte at a place of the buffer.
func (s *scanner) syntax(place int) bool {
	return s.fail(fmt.Errorf("%w: %q at byte %d", errSyntax, s.buffer[place], s.used+int64(place)))
}

// next moves to the next byte that is not white space and returns it, or 0.
func (s *scanner) next() byte {
	if s.at < s.end && s.buffer[s.at] > ' ' {
		return s.buffer[s.at]
	}
	return s.skipSpace()
}

// skipSpace is next if there is white space, or the buffer is empty.
func (s *scanner) skipSpace() byte {
	for {
		for s.at < s.end {
			switch c := s.buffer[s.at]; c {
			case ' ', '\t', '\r', '\n':
				s.at++
			default:
				return c
			}
		}
		if !s.fill() {
			s.short()
			return 0
		}
	}
}

// peek returns the kind of the next token: one of n f t " 0 { [ ] } or, at the end or at a
// mistake, 0.
func (s *scanner) peek() byte {
	if !s.ready && !s.prepare() {
		return 0
	}
	return kinds[s.buffer[s.at]]
}

// prepare moves to the next token, over the comma or colon before it, and checks that a
// token of its kind may stand there.
func (s *scanner) prepare() bool {
	if s.err != nil {
		return false
	}
	c := s.next()
	s.ready = (c != 0 || s.err == nil) && s.separate(c)
	return s.ready
}

// kinds are the kinds of token by their first byte; 0 begins none.
var kinds = [256]byte{
	'n': 'n', 'f': 'f', 't': 't', '"': '"', '{': '{', '[': '[', ']': ']', '}': '}', '-': '0',
	'0': '0', '1': '0', '2': '0', '3': '0', '4': '0', '5': '0', '6': '0', '7': '0', '8': '0', '9': '0',
}

// separate moves from the byte at the place over the separator that has to stand there.
func (s *scanner) separate(c byte) bool {
	if len(s.stack) == 0 {
		return s.begins(c, 0)
	}
	switch s.stack[len(s.stack)-1] {
	case firstElement:
		return s.begins(c, ']')
	case firstName:
		return c == '}' || c == '"' || s.syntax(s.at)
	case memberValue:
		return s.after(':') && s.begins(s.next(), 0)
	case nextElement:
		return c == ']' || s.after(',') && s.begins(s.next(), 0)
	default:
		return c == '}' || s.after(',') && (s.next() == '"' || s.err == nil && s.syntax(s.at))
	}
}

// after moves over a separator.
func (s *scanner) after(separator byte) bool {
	if s.buffer[s.at] != separator {
		return s.syntax(s.at)
	}
	s.at++
	return true
}

// begins reports whether a byte begins a value, or is the end of the container.
func (s *scanner) begins(c, closing byte) bool {
	switch {
	case s.err != nil:
		return false
	case kinds[c] == 0, (c == ']' || c == '}') && c != closing:
		return s.syntax(s.at)
	default:
		return true
	}
}

// take moves over n bytes, which are the token at the place, and returns them. They are
// valid until the next token is looked at.
func (s *scanner) take(n int) []byte {
	token := s.buffer[s.at : s.at+n]
	s.at += n
	s.last = s.used + int64(s.at)
	s.ready = false
	return token
}

// follow changes what may follow after a name or value in its container.
func (s *scanner) follow() {
	if len(s.stack) == 0 {
		return
	}
	switch top := &s.stack[len(s.stack)-1]; *top {
	case firstElement, nextElement:
		*top = nextElement
	case firstName, nextName:
		*top = memberValue
	default:
		*top = nextName
	}
}

// name moves over the name at the place, and returns it as it came.
func (s *scanner) name() ([]byte, error) {
	length, ok := s.stringLength()
	if !ok {
		return nil, s.err
	}
	name := s.take(length)
	s.stack[len(s.stack)-1] = memberValue
	s.colon()
	return name, nil
}

// colon moves over a colon with the value directly behind it, as vendors write it.
func (s *scanner) colon() {
	if s.end-s.at < 2 || s.buffer[s.at] != ':' {
		return
	}
	if beginsValue(s.buffer[s.at+1]) {
		s.at++
		s.ready = true
	}
}

// open moves over the [ or { at the place.
func (s *scanner) open() error {
	if len(s.stack) == deepest {
		s.fail(errTooDeep)
		return s.err
	}
	expected := firstElement
	if s.take(1)[0] == '{' {
		expected = firstName
	}
	s.stack = append(s.stack, expected)
	return nil
}

// close moves over the ] or } at the place.
func (s *scanner) close() {
	s.take(1)
	s.stack = s.stack[:len(s.stack)-1]
	s.follow()
}

// scalar moves over the string, number or literal at the place, and returns it as it came.
func (s *scanner) scalar() ([]byte, error) {
	length, ok := 0, false
	switch s.peek() {
	case '"':
		length, ok = s.stringLength()
	case '0':
		length, ok = s.numberLength()
	case 't':
		length, ok = s.literalLength("true")
	case 'f':
		length, ok = s.literalLength("false")
	case 'n':
		length, ok = s.literalLength("null")
	case 0:
	default:
		s.syntax(s.at)
	}
	if !ok {
		return nil, s.err
	}
	token := s.take(length)
	s.follow()
	return token, nil
}

// skip moves over the next value.
func (s *scanner) skip() error {
	depth := len(s.stack)
	for {
		var err error
		switch kind := s.peek(); {
		case kind == '{' || kind == '[':
			err = s.open()
		case (kind == '}' || kind == ']') && len(s.stack) > depth:
			s.close()
		default:
			_, err = s.scalar()
		}
		if err != nil || len(s.stack) == depth {
			return err
		}
	}
}

// leave moves behind the containers that were opened above the depth.
func (s *scanner) leave(depth int) error {
	for len(s.stack) > depth {
		switch s.peek() {
		case '}', ']':
			s.close()
		default:
			if err := s.skip(); err != nil {
				return err
			}
		}
	}
	return nil
}
