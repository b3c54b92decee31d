package infinity

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// readRefusal reads the body of an error status: the vendor says what is wrong as
// a bare JSON string, or perhaps as an object. A page of HTML is not its form.
func readRefusal(body []byte) (upstream.Rejection, bool) {
	r := tolerant.NewReader(bytes.NewReader(body))
	defer r.Release()
	switch r.Kind() {
	case '"':
		message, _, err := r.Text("message")
		return upstream.Rejection{Message: message}, err == nil && r.End() == nil
	case '{':
		return refusalObject(r)
	default:
		return upstream.Rejection{}, false
	}
}

// ofRefusal reports whether the object in which the vendor says what is wrong has a member of
// this name.
func ofRefusal(name string) bool { return name == "message" || name == "error" || name == "errors" }

// refusalObject takes the first message that it finds.
func refusalObject(r *tolerant.Reader) (upstream.Rejection, bool) {
	var refusal upstream.Rejection
	found := false
	err := r.Object(func(name []byte) error {
		if !ofRefusal(string(name)) {
			return r.Skip()
		}
		value, err := readValue(r)
		if found = true; refusal.Message == "" && !(Member{Value: value}).Empty() {
			refusal.Message = value.Text
		}
		return err
	})
	return refusal, found && (err == nil || errors.Is(err, io.ErrUnexpectedEOF))
}

// saysNothing are the values of a refusal's member that do not say that something is wrong.
var saysNothing = []string{"", "null", "[]", "false", "0"}

// refusal returns what a row says that is the vendor's refusal in the body of a success: it
// has only the members of one, and one of them says something. It returns nil for any other
// row.
func (r Row) refusal() *upstream.Rejection {
	if slices.ContainsFunc(r, func(m Member) bool { return !ofRefusal(m.Name) }) {
		return nil
	}
	said, ok := r.said()
	if !ok {
		return nil
	}
	return &upstream.Rejection{Message: said}
}

// said returns what the members of a refusal say, a text if there is one.
func (r Row) said() (text string, ok bool) {
	isText := false
	for _, member := range r {
		if !ofRefusal(member.Name) || slices.Contains(saysNothing, member.Value.Text) {
			continue
		}
		if better := member.Value.Kind == '"' && !isText; better || !ok {
			text, ok, isText = member.Value.Text, true, better
		}
	}
	return strings.Clone(text), ok
}

// saysError reports whether a row with only the members of a refusal has one that says more
// than a message.
func (r Row) saysError() bool {
	return slices.ContainsFunc(r, func(m Member) bool { return m.Name != "message" && !slices.Contains(saysNothing, m.Value.Text) })
}

// failures are the words of a status that say that a write failed.
var failures = []string{"error", "failed"}

// deniesWrite reports whether a row says that a write had no success. A row with an id can
// have a status of its own.
func (r Row) deniesWrite() bool {
	hasID := slices.ContainsFunc(r, func(m Member) bool { _, ok := memberID(m); return ok && likeID(m.Name) })
	return slices.ContainsFunc(r, func(m Member) bool {
		switch m.Name {
		case "success":
			success, ok := m.Flag()
			return ok && !success
		case "status":
			return !hasID && slices.Contains(failures, strings.ToLower(m.Value.Text))
		default:
			return false
		}
	})
}

// refusesWrite returns an error if a row, in the answer to a write, is the vendor's refusal. A row
// with only a message may also say that the write was done.
func (r Row) refusesWrite() error {
	if r.deniesWrite() {
		said, _ := r.said()
		return &upstream.Rejection{Message: said}
	}
	refusal := r.refusal()
	if refusal == nil {
		return nil
	}
	if !r.saysError() {
		return &upstream.UnexpectedMessage{Problem: errMessage, Text: refusal.Message}
	}
	return refusal
}
