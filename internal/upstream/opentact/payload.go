package opentact

import (
	"errors"
	"io"

	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// Kind is a kind of object that calls answer, and how it is read.
type Kind[M any] struct {
	// Member reads one member of an answered object. It refuses the members of objects of
	// another kind: the vendor's own documents show SIP users in place of invites and
	// leases in place of profiles.
	Member tolerant.Member[M]
	// Bare makes the object from a UUID in place of it.
	Bare tolerant.Bare[M]
	// Proof says that a list is only believed to lack an object if it is an array whose
	// elements can all be read: null and {} prove nothing, in place of the list or in it.
	Proof bool
}

// errPartialPage says that the vendor answered a part of a list that it documents
// as whole. The part must not be returned as if it were all there is.
var errPartialPage = errors.New("the vendor answered one page of the list, and documents no way to ask for the rest")

// errNoPayload says that a read was answered without what was asked for.
var errNoPayload = errors.New("the answer holds no object")

// one reads a payload that should be an object: without an array, or as the one element of
// an array. Null, {} and an object without any member that is known are none: nil.
func (k Kind[M]) one(r *tolerant.Reader) (*M, error) {
	r.ShowsWhole()
	if r.Kind() != '[' {
		before := r.Kept()
		row, err := k.element(r, new(M))
		if r.Kept() == before {
			row = nil
		}
		return row, err
	}
	var first *M
	rows := k.rowsOf(r, func(row *M) *M {
		if first == nil {
			first = row
			return nil
		}
		return row
	})
	switch err := r.Array(rows.next); {
	case err != nil:
		return nil, err
	case rows.count == 1:
		return first, nil
	default:
		return nil, &tolerant.ShapeError{Want: "one object", Got: "an array"}
	}
}

// element reads one row, which may have a bounded number of bytes.
func (k Kind[M]) element(r *tolerant.Reader, row *M) (*M, error) {
	r.BeginRow()
	row, err := k.object(r, row)
	return row, r.EndRow(err)
}

// object reads one object into a row that is empty, or what the kind accepts in its
// place. It returns nil if there is none.
func (k Kind[M]) object(r *tolerant.Reader, row *M) (*M, error) {
	switch r.Kind() {
	case '{':
		if empty, err := tolerant.Read(r, row, k.Member); err != nil || empty {
			return nil, err
		}
		return row, nil
	case '"', 'n':
		return tolerant.Related(r, "payload", k.Member, k.Bare)
	default:
		return nil, r.Object(nil) // says what came instead
	}
}

// emptyBody reports whether nothing but white space is left.
func emptyBody(r *tolerant.Reader) bool {
	return r.Kind() == 0 && errors.Is(r.Skip(), io.EOF)
}
