package infinity

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// errManyRows says that a single read was answered with no row or more than one.
var errManyRows = errors.New("want one row")

// eachRow reads the body of a 2xx: one object after the other, with or without line
// breaks, or an array of them. It calls read before each row and then each. If the vendor
// has no rows to send, it answers a string that says why: a *upstream.Rejection.
func eachRow(body io.Reader, read func(r *tolerant.Reader) error, each func() error) error {
	r := tolerant.NewReader(body)
	defer r.Release()
	r.BeginRow() // what stands before a row belongs to it
	one := func() error {
		r.BeginRow() // but for the bracket of an array
		if err := r.EndRow(read(r)); err != nil {
			return err
		}
		r.BeginRow()
		return each()
	}
	switch r.Kind() {
	case '[':
		if err := r.Array(one); err != nil {
			return err
		}
		return r.End()
	case '"':
		message, _, err := r.Text("message")
		if err != nil {
			return err
		}
		return &upstream.Rejection{Message: message}
	default:
		return stream(r, one)
	}
}

// stream reads objects until the body ends.
func stream(r *tolerant.Reader, one func() error) error {
	for {
		if r.Kind() == 0 {
			err := r.Skip()
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := one(); err != nil {
			return err
		}
	}
}

// errBroken says that among the rows of a list one says that something failed: others may be
// missing.
var errBroken = errors.New("an error among rows")

// messages reads each row of a body into a message of its own, or into one that is spare. If
// the only row is the vendor's refusal, it is the error; so is an error beside other rows.
func messages[M any](body io.Reader, r *Reader, kind Kind[M], keep Keep[M]) error {
	var row, spare *M
	var before tolerant.Slabs
	var refusal, broken *upstream.Rejection
	count := 0
	member := func(name []byte) error { return kind.Member(r, name, row) }
	read := func(body *tolerant.Reader) error {
		if row = spare; row == nil {
			row = new(M)
		} else {
			kind.Reset(row)
		}
		before = body.Slabs
		r.body, r.slabs = body, &body.Slabs
		r.members, r.later, r.refusal = 0, r.later[:0], r.refusal[:0]
		if err := body.Object(member); err != nil {
			return err
		}
		kind.finish(r, row)
		return nil
	}
	err := eachRow(body, read, func() error {
		count, refusal = count+1, r.refused()
		if refusal != nil && r.refusal.saysError() {
			broken = refusal
		}
		if spare = keep(row); spare == row {
			r.slabs.Rewind(&before)
		}
		return nil
	})
	switch {
	case err == nil && count == 1 && refusal != nil:
		r.drift = nil // of what is no row
		return refusal
	case err == nil && broken != nil:
		return &upstream.UnexpectedMessage{Problem: errBroken, Text: broken.Message}
	default:
		return err
	}
}

// message reads a body that should hold one row into a message.
func message[M any](body io.Reader, r *Reader, kind Kind[M]) (found *M, err error) {
	count := 0
	err = messages(body, r, kind, func(m *M) *M {
		found, count = m, count+1
		return nil
	})
	return found, wantOne(err, count, r.members)
}

// rows reads the rows of a body as they came.
func rows(body io.Reader, keep string, each func(Row) error) error {
	var row Row
	read := func(r *tolerant.Reader) (err error) {
		row, err = readRow(r, keep)
		return err
	}
	return eachRow(body, read, func() error { return each(row) })
}

// single reads a body that should hold one row as it came.
func single(body io.Reader, keep string) (found Row, err error) {
	count := 0
	err = rows(body, keep, func(row Row) error {
		found, count = row, count+1
		return nil
	})
	if refusal := found.refusal(); err == nil && count == 1 && refusal != nil {
		return nil, refusal
	}
	return found, wantOne(err, count, len(found))
}

// wantOne returns an error if the answer is not exactly one row with members. It returns an error
// that there already is unchanged.
func wantOne(err error, rows, members int) error {
	if err == nil && (rows != 1 || members == 0) {
		return fmt.Errorf("%w, got %d", errManyRows, rows)
	}
	return err
}

// errMessage is a message in the answer to a write whose status is not one of those
// that the vendor documents for a write. It may say that the write failed.
var errMessage = errors.New("a message in place of the documented answer")

// errNoRow says that the answer to a write has a value that is not a row, under a status that the
// vendor does not document for writes.
var errNoRow = errors.New("a value that is no row in place of the documented answer")

// confirms reports whether a status says by itself that a write was done: it is one of those
// that the vendor documents for a write.
func confirms(status int) bool {
	return status == http.StatusCreated || status == http.StatusNoContent
}

// written reads the answer to a write: its row, if it holds exactly one that is not the
// vendor's refusal. With a status that confirms the write any other JSON is an answer, too, of
// which nothing is known.
func written(status int, body io.Reader, keep string) (Row, error) {
	answer := answerOfWrite{keep: keep}
	err := eachRow(body, answer.read, func() error { return nil })
	var message *upstream.Rejection
	switch {
	case errors.As(err, &message) && confirms(status):
		return nil, nil
	case message != nil:
		return nil, &upstream.UnexpectedMessage{Problem: errMessage, Text: message.Message}
	case err != nil:
		return nil, err
	case answer.others > 0 && !confirms(status):
		return nil, errNoRow
	case answer.rows != 1 || answer.others > 0:
		return nil, nil
	case confirms(status):
		return answer.row, nil
	default:
		return answer.row, answer.row.refusesWrite()
	}
}

// answerOfWrite is what the answer to a write holds: rows, and values of other kinds.
type answerOfWrite struct {
	keep         string // see readRow
	row          Row    // the last one
	rows, others int
}

// read reads a row, or moves over a value of another kind.
func (a *answerOfWrite) read(r *tolerant.Reader) (err error) {
	if r.Kind() != '{' {
		a.others++
		return r.Skip()
	}
	a.rows++
	a.row, err = readRow(r, a.keep)
	return err
}
