package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/sipfacade/sipfacade/internal/secret"
)

// place is where a value stands.
type place struct {
	// name is that of the member, or of the one that the list belongs to.
	name string
	*member
	// secret says that the member, or one around it, is one of a secret.
	secret bool
}

// walk replaces the values of a body one after the other, so that names that occur twice, the
// order of members, and the beginning of a body that breaks off stay as they are.
type walk struct {
	*replacer
	decoder *jsontext.Decoder
	out     bytes.Buffer
}

// noJSON stands for what is not JSON and not a page.
const noJSON = "(text that is not JSON)"

// body replaces the values of a body.
func (r *replacer) body(sent []byte, root *shape) *Body {
	if len(bytes.TrimSpace(sent)) == 0 {
		return nil
	}
	body := &Body{}
	w := &walk{replacer: r, decoder: jsontext.NewDecoder(bytes.NewReader(sent), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	for {
		w.out.Reset()
		err := w.value(place{member: &member{object: root}})
		switch {
		case err == nil:
			body.Values = append(body.Values, json.RawMessage(bytes.Clone(w.out.Bytes())))
			continue
		case errors.Is(err, io.EOF) && w.out.Len() == 0:
		case errors.Is(err, io.ErrUnexpectedEOF):
			body.Rest = w.out.String()
		case bytes.HasPrefix(bytes.TrimSpace(sent), []byte("<")):
			body.Rest = "<html><body>" + noJSON + "</body></html>"
		default:
			body.Rest = w.out.String() + noJSON
		}
		return body
	}
}

// value replaces the next value.
func (w *walk) value(at place) error {
	token, err := w.decoder.ReadToken()
	if err != nil {
		return err
	}
	switch token.Kind() {
	case '{':
		return w.object(at)
	case '[':
		return w.array(at)
	case '"':
		w.write(w.text(at, token.String()))
	case '0':
		w.out.WriteString(w.number(at, token.String()))
	default: // null, true, false
		w.out.WriteString(token.String())
	}
	return nil
}

// object replaces the members of an object.
func (w *walk) object(at place) error {
	w.out.WriteByte('{')
	for first := true; ; first = false {
		token, err := w.decoder.ReadToken()
		if err != nil {
			return err
		}
		if token.Kind() == '}' {
			w.out.WriteByte('}')
			return nil
		}
		if !first {
			w.out.WriteByte(',')
		}
		name := token.String()
		w.write(w.name(at.object, name))
		w.out.WriteByte(':')
		if err := w.value(at.below(name)); err != nil {
			return err
		}
	}
}

// array replaces the elements of an array.
func (w *walk) array(at place) error {
	w.out.WriteByte('[')
	for first := true; w.decoder.PeekKind() != ']'; first = false {
		if !first {
			w.out.WriteByte(',')
		}
		if err := w.value(at); err != nil {
			return err
		}
	}
	w.out.WriteByte(']')
	_, err := w.decoder.ReadToken()
	return err
}

// below returns the place of a member of an object.
func (p place) below(name string) place {
	child := place{name: name, member: &member{}, secret: p.secret || secret.Name(name)}
	if p.object != nil && p.object.members[name] != nil {
		child.member = p.object.members[name]
		child.secret = child.secret || child.rule == secrets
	}
	return child
}

// write writes a string.
func (w *walk) write(text string) {
	quoted, err := jsontext.AppendQuote(nil, strings.ToValidUTF8(text, "\uFFFD"))
	if err != nil { // cannot be: the text is valid
		quoted = []byte(strconv.Quote(noJSON))
	}
	w.out.Write(quoted)
}
