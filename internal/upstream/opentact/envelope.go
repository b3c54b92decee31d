package opentact

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// envelope is what surrounds every answer of OpenTACT: success and payload, or a
// message with a status and, in later generations, the fields that are wrong.
type envelope struct {
	success *bool
	message string
	status  *int64
	fields  []upstream.FieldError
	// unusable is why the payload could not be used.
	unusable error
}

// errNoEnvelope says that the answer is JSON, but not the vendor's form.
var errNoEnvelope = errors.New("the answer has no envelope: success is missing")

// readAnswer reads the body of a 2xx and calls payload when the reader is at it. A
// refusal in the body is a *upstream.Rejection. An empty body is an answer without a
// payload. If the vendor confirms and its payload cannot be used, unusable says why.
func readAnswer(r *tolerant.Reader, payload func() error) (unusable, err error) {
	if emptyBody(r) {
		return nil, nil
	}
	var answer envelope
	if err := answer.read(r, payload); err != nil {
		return nil, err
	}
	if err := r.End(); err != nil {
		return nil, err
	}
	switch {
	case answer.success == nil && answer.status != nil && *answer.status >= http.StatusBadRequest:
		return nil, answer.rejection()
	case answer.success == nil:
		return nil, errNoEnvelope
	case !*answer.success:
		return nil, answer.rejection()
	default:
		return answer.unusable, nil
	}
}

// read reads the members.
func (e *envelope) read(r *tolerant.Reader, payload func() error) error {
	return r.Object(func(name []byte) error {
		switch string(name) {
		case "success":
			return r.OptionalBool("success", &e.success)
		case "payload":
			return e.readPayload(r, payload)
		case "message":
			return readTexts(r, "message", &e.message)
		case "status":
			return r.OptionalInt64("status", &e.status)
		case "fields":
			return e.readFields(r)
		default:
			return r.Unknown(name)
		}
	})
}

// readPayload calls payload. If it fails, the error is reported after the rest was
// read, since a refusal may explain it.
func (e *envelope) readPayload(r *tolerant.Reader, payload func() error) (err error) {
	e.unusable, err = r.Value(payload)
	return err
}

// readFields reads {"params.to": {"message": …, "value": …}}, and what is wrong with a field
// in place of the object.
func (e *envelope) readFields(r *tolerant.Reader) error {
	if r.Kind() != '{' {
		return r.Skip()
	}
	return r.Object(func(name []byte) (err error) {
		field := upstream.FieldError{Name: string(name)}
		switch r.Kind() {
		case '{':
			_, err = tolerant.Read(r, &field, fieldMember)
		case '"', '[':
			err = readTexts(r, "message", &field.Message)
		default:
			return r.Skip()
		}
		e.fields = append(e.fields, field)
		return err
	})
}

// readTexts reads a text, or the texts of an array as one.
func readTexts(r *tolerant.Reader, name string, at *string) error {
	if r.Kind() != '[' {
		return r.String(name, at)
	}
	var texts []string
	err := r.Array(func() error {
		var text string
		err := r.String(name, &text)
		if text != "" {
			texts = append(texts, text)
		}
		return err
	})
	if len(texts) > 0 {
		*at = strings.Join(texts, "; ")
	}
	return err
}

// fieldMember reads the message of a field that is wrong. The value is the caller's and
// may be secret: it is skipped.
func fieldMember(r *tolerant.Reader, name []byte, field *upstream.FieldError) error {
	if string(name) != "message" {
		return r.Skip()
	}
	return readTexts(r, "message", &field.Message)
}

// rejection returns the refusal that the envelope states.
func (e *envelope) rejection() *upstream.Rejection {
	slices.SortFunc(e.fields, func(a, b upstream.FieldError) int { return strings.Compare(a.Name, b.Name) })
	rejection := &upstream.Rejection{Message: e.message, Fields: e.fields}
	if e.status != nil {
		rejection.Status = int(*e.status)
	}
	return rejection
}

// readRefusal reads the body of an error status. Only an envelope that says
// success: false is the vendor's own form; a proxy's page is not.
func readRefusal(body []byte) (upstream.Rejection, bool) {
	r := tolerant.NewReader(bytes.NewReader(body))
	defer r.Release()
	var answer envelope
	err := answer.read(r, r.Skip)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) || answer.success == nil || *answer.success {
		return upstream.Rejection{}, false
	}
	return *answer.rejection(), true
}
