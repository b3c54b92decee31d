package tolerant

import (
	"encoding/binary"
	"math/bits"
)

// The functions below return how long the token at the place is, and read as much of the
// body as it needs.

// has reports whether n bytes follow, and reads them.
func (s *scanner) has(n int) bool {
	return s.end-s.at >= n || s.readUntil(n)
}

func (s *scanner) readUntil(n int) bool {
	for s.end-s.at < n {
		if !s.fill() {
			return false
		}
	}
	return true
}

// The bytes of a word, each 1 and each with its highest bit.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks the bytes of a word that do not stand for themselves in a string: below
// the space, a quote or a backslash. Of several marks only the lowest is exact.
func special(word uint64) uint64 {
	quote, escape := word^(ones*'"'), word^(ones*'\\')
	return ((word-ones*' ')&^word | (quote-ones)&^quote | (escape-ones)&^escape) & highs
}

// plainLength counts the bytes at the beginning of a text that stand for themselves, and
// reports whether all of them are ASCII.
func plainLength(text []byte) (n int, ascii bool) {
	seen := uint64(0)
	for ; len(text)-n >= 8; n += 8 {
		word := binary.LittleEndian.Uint64(text[n:])
		if marks := special(word); marks != 0 {
			plain := bits.TrailingZeros64(marks) &^ 7
			seen |= word & (1<<plain - 1)
			return n + plain/8, seen&highs == 0
		}
		seen |= word
	}
	for n < len(text) && text[n] >= ' ' && text[n] != '"' && text[n] != '\\' {
		seen |= uint64(text[n])
		n++
	}
	return n, seen&highs == 0
}

// stringLength is the length of a string with its quotes.
func (s *scanner) stringLength() (length int, ok bool) {
	s.escaped = false
	for n := 1; s.has(n + 1); {
		rest := s.buffer[s.at+n : s.end]
		i, _ := plainLength(rest)
		n += i
		if i == len(rest) {
			continue
		}
		switch rest[i] {
		case '"':
			return n + 1, true
		case '\\':
			s.escaped = true
			if n += s.escapeLength(n); s.err != nil {
				return 0, false
			}
		default:
			return 0, s.syntax(s.at + n)
		}
	}
	return 0, s.short()
}

// escapeLength is the length of the escape that begins at n.
func (s *scanner) escapeLength(n int) int {
	if !s.has(n + 2) {
		s.short()
		return 0
	}
	switch s.buffer[s.at+n+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
	default:
		s.syntax(s.at + n + 1)
		return 0
	}
	for i := n + 2; i < n+6; i++ {
		if !s.has(i + 1) {
			s.short()
			return 0
		}
		if !isHex(s.buffer[s.at+i]) {
			s.syntax(s.at + i)
			return 0
		}
	}
	return 6
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// numberLength is the length of a number.
func (s *scanner) numberLength() (length int, ok bool) {
	n := 0
	if s.byteAt(n) == '-' {
		n++
	}
	if s.byteAt(n) == '0' {
		n++
	} else if n, ok = s.digits(n); !ok {
		return 0, false
	}
	if s.byteAt(n) == '.' {
		if n, ok = s.digits(n + 1); !ok {
			return 0, false
		}
	}
	if c := s.byteAt(n); c == 'e' || c == 'E' {
		n++
		if c := s.byteAt(n); c == '+' || c == '-' {
			n++
		}
		if n, ok = s.digits(n); !ok {
			return 0, false
		}
	}
	return n, true
}

// byteAt returns the byte of the token at n, or 0 if the body ends before.
func (s *scanner) byteAt(n int) byte {
	if s.has(n + 1) {
		return s.buffer[s.at+n]
	}
	return 0
}

// digits moves over one digit or more.
func (s *scanner) digits(n int) (end int, ok bool) {
	begin := n
	for c := s.byteAt(n); '0' <= c && c <= '9'; c = s.byteAt(n) {
		n++
	}
	if n > begin {
		return n, true
	}
	if !s.has(n + 1) {
		return n, s.short()
	}
	return n, s.syntax(s.at + n)
}

// literalLength is the length of true, false or null.
func (s *scanner) literalLength(literal string) (length int, ok bool) {
	if s.end-s.at >= len(literal) && string(s.buffer[s.at:s.at+len(literal)]) == literal {
		return len(literal), true
	}
	for i := range len(literal) {
		if !s.has(i + 1) {
			return 0, s.short()
		}
		if s.buffer[s.at+i] != literal[i] {
			return 0, s.syntax(s.at + i)
		}
	}
	return len(literal), true
}
