package infinity

import (
	"bytes"
	"errors"
	"io"

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

// refusalObject takes the first message that it finds.
func refusalObject(r *tolerant.Reader) (upstream.Rejection, bool) {
	var refusal upstream.Rejection
	found := false
	err := r.Object(func(name []byte) error {
		switch string(name) {
		case "message", "error", "errors":
			value, err := readValue(r)
			if found = true; refusal.Message == "" && !(Member{Value: value}).Empty() {
				refusal.Message = value.Text
			}
			return err
		default:
			return r.Skip()
		}
	})
	return refusal, found && (err == nil || errors.Is(err, io.ErrUnexpectedEOF))
}
