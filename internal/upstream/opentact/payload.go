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
}

// errPartialPage says that the vendor answered a part of a list that it documents
// as whole. The part must not be returned as if it were all there is.
var errPartialPage = errors.New("the vendor answered one page of the list, and documents no way to ask for the rest")

// errNoPayload says that a read was answered without what was asked for.
var errNoPayload = errors.New("the answer holds no object")

// one reads a payload that should be an object: without an array, or as the one element of
// an array. Null, {} and an object without any member that is known are none: nil.
func (k Kind[M]) one(r *tolerant.Reader) (*M, error) {
	if r.Kind() != '[' {
		before := r.Kept()
		row, err := k.element(r)
		if r.Kept() == before {
			row = nil
		}
		return row, err
	}
	var rows []*M
	err := r.Array(func() error { return k.appendElement(r, &rows) })
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 1:
		return rows[0], nil
	default:
		return nil, &tolerant.ShapeError{Want: "one object", Got: "an array"}
	}
}

// many reads a payload that should be an array: as such, as the data of a search page, or
// as one object without the array.
func (k Kind[M]) many(r *tolerant.Reader) (rows []*M, err error) {
	switch r.Kind() {
	case '[':
		err = r.Array(func() error { return k.appendElement(r, &rows) })
	case '{':
		rows, err = k.page(r)
	case 'n':
		err = r.Skip()
	default:
		err = &tolerant.ShapeError{Want: "an array", Got: "a scalar"}
	}
	return rows, err
}

// element reads one object, or what the kind accepts in its place.
func (k Kind[M]) element(r *tolerant.Reader) (*M, error) {
	switch r.Kind() {
	case '{':
		row := new(M)
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

// appendElement reads one element of an array.
func (k Kind[M]) appendElement(r *tolerant.Reader, rows *[]*M) error {
	row, err := k.element(r)
	if row != nil {
		*rows = append(*rows, row)
	}
	return err
}

// page reads an object that is a search page, or a row without the array around it.
func (k Kind[M]) page(r *tolerant.Reader) (rows []*M, err error) {
	row, isPage, isRow, blank, total := new(M), false, false, true, new(int64)
	err = r.Object(func(name []byte) error {
		switch string(name) {
		case "data":
			if isPage = r.Kind() == '['; !isPage {
				return r.Skip()
			}
			return r.Array(func() error { return k.appendElement(r, &rows) })
		case "total":
			return r.OptionalInt64("total", &total)
		default:
			before := r.Kept()
			err := k.Member(r, name, row)
			isRow, blank = true, blank && r.Kept() == before
			return err
		}
	})
	switch {
	case err != nil:
		return nil, err
	case isPage && *total > int64(len(rows)):
		return nil, errPartialPage
	case !isPage && isRow && blank:
		return nil, &tolerant.ShapeError{Want: "an array", Got: "an object of another kind"}
	case !isPage && isRow:
		rows = append(rows, row)
	}
	return rows, nil
}

// emptyBody reports whether nothing but white space is left.
func emptyBody(r *tolerant.Reader) bool {
	return r.Kind() == 0 && errors.Is(r.Skip(), io.EOF)
}
