package list

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// The arguments that say which page is asked for.
const (
	pageSize  = "page_size"
	pageToken = "page_token"
)

// cursorVersion is the first byte of every cursor. Change it with the encoding.
const cursorVersion = 2

// cursor is the content of a page token: the end of the page before.
type cursor struct {
	// last are the sort values of the last row returned.
	last []value
	// equal counts the rows already returned with exactly these values. It is
	// above 1 only if rows lack their key.
	equal uint64
	// position counts all rows up to and with the last one, as of that page.
	position uint64
}

// digest identifies a request apart from the page it asks for.
type digest [16]byte

// digestOf covers the request's type and every argument but page_size and
// page_token.
func digestOf(request Request) digest {
	other := proto.Clone(request).ProtoReflect()
	other.SetUnknown(nil)
	fields := other.Descriptor().Fields()
	for _, name := range []protoreflect.Name{pageSize, pageToken} {
		if field := fields.ByName(name); field != nil {
			other.Clear(field)
		}
	}
	hash := sha256.New()
	hash.Write([]byte(other.Descriptor().FullName()))
	// Marshalling fails only for strings that are not UTF-8, which no request
	// that came over the wire has; the part before them still counts.
	arguments, _ := proto.MarshalOptions{Deterministic: true}.Marshal(other.Interface())
	hash.Write([]byte{0})
	hash.Write(arguments)
	return digest(hash.Sum(nil)[:len(digest{})])
}

// openCursor reads the token of a request. Without an order, because the
// request has none that is valid, only its seal and arguments are checked.
func openCursor(tokens *Tokens, token string, arguments digest, columns int) (*cursor, violations) {
	if token == "" {
		return nil, nil
	}
	content, ok := tokens.open(token)
	if !ok || len(content) < 1+len(arguments) || content[0] != cursorVersion {
		return nil, broken(pageToken, "is not a token that this service gave out for this vendor account")
	}
	content = content[1:]
	if !bytes.Equal(content[:len(arguments)], arguments[:]) {
		return nil, broken(pageToken, "the arguments changed: the token belongs to a request with another parent, filter or order")
	}
	after, ok := decodeCursor(content[len(arguments):], columns)
	if !ok {
		return nil, broken(pageToken, "is out of date: start again without a token")
	}
	return after, nil
}

// encode writes the version, the request's digest, the counts and the values.
func (c *cursor) encode(arguments digest) []byte {
	content := append([]byte{cursorVersion}, arguments[:]...)
	content = binary.AppendUvarint(content, c.equal)
	content = binary.AppendUvarint(content, c.position)
	for _, v := range c.last {
		if !v.set {
			content = append(content, 0)
			continue
		}
		content = append(content, 1)
		content = binary.AppendVarint(content, v.number)
		content = binary.AppendVarint(content, int64(v.nanos))
		content = binary.AppendUvarint(content, uint64(len(v.text)))
		content = append(content, v.text...)
	}
	return content
}

// decodeCursor reads what encode wrote after the digest: the counts and exactly
// the given number of values.
func decodeCursor(content []byte, columns int) (*cursor, bool) {
	in := &reader{rest: content}
	after := &cursor{equal: in.uvarint(), position: in.uvarint(), last: make([]value, columns)}
	for i := range after.last {
		switch in.uvarint() {
		case 0:
		case 1:
			after.last[i] = value{set: true, number: in.varint(), nanos: int32(in.varint()), text: in.text()}
		default:
			in.failed = true
		}
	}
	return after, !in.failed && len(in.rest) == 0
}

// reader reads the parts of a cursor and remembers whether it ever failed.
type reader struct {
	rest   []byte
	failed bool
}

// advance skips what was read; n is 0 or less if nothing could be read.
func (r *reader) advance(n int) {
	if n <= 0 {
		r.failed, n = true, len(r.rest)
	}
	r.rest = r.rest[n:]
}

func (r *reader) uvarint() uint64 {
	number, n := binary.Uvarint(r.rest)
	r.advance(n)
	return number
}

func (r *reader) varint() int64 {
	number, n := binary.Varint(r.rest)
	r.advance(n)
	return number
}

func (r *reader) text() string {
	length := r.uvarint()
	if r.failed || length > uint64(len(r.rest)) {
		r.failed = true
		return ""
	}
	text := string(r.rest[:length])
	r.rest = r.rest[length:]
	return text
}
