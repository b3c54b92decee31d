package opentact

import (
	"errors"

	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// errEmptyElement says that a list has an element that cannot be read. The element may be the
// object that is looked for.
var errEmptyElement = errors.New("the list has an element that shows no object")

// Keep takes a row of a list as soon as it has been read. It returns a row that is not needed any
// more, or nil. The next row is read into the returned one, so nothing of that row, not even its
// texts, may be used afterwards.
type Keep[M any] func(row *M) (spare *M)

// into returns what begins a list whose rows are all kept.
func into[M any](rows *[]*M) (begin func() Keep[M]) {
	return func() Keep[M] {
		*rows = nil
		return func(row *M) *M {
			*rows = append(*rows, row)
			return nil
		}
	}
}

// rowReader reads the rows of one payload.
type rowReader[M any] struct {
	Kind[M]
	reader *tolerant.Reader
	keep   Keep[M]
	spare  *M // nil, or a row that may be overwritten
	count  int64
	gaps   int64      // elements of an array that show no object
	stated searchPage // what the page states, if the payload is one
}

// searchPage is what a page of a search states about itself; a field is nil if the page does not
// state it.
type searchPage struct {
	take, skip, total *int64
	gaps              int64 // elements that show no object
}

// rowsOf returns what reads the rows of a payload and passes them on.
func (k Kind[M]) rowsOf(r *tolerant.Reader, keep Keep[M]) *rowReader[M] {
	return &rowReader[M]{Kind: k, reader: r, keep: keep}
}

// many reads a payload that should be an array: as such, as the data of a search page, or
// as one object without the array.
func (k Kind[M]) many(r *tolerant.Reader, keep Keep[M]) error {
	rows := k.rowsOf(r, keep)
	if err := rows.all(); err != nil {
		return err
	}
	if exceeds(rows.stated.total, rows.count) || exceeds(rows.stated.skip, 0) {
		return errPartialPage
	}
	return nil
}

// exceeds reports whether a number is stated and is greater than another one.
func exceeds(stated *int64, than int64) bool { return stated != nil && *stated > than }

// all reads the rows that the payload holds.
func (l *rowReader[M]) all() error {
	switch l.reader.Kind() {
	case '[':
		return l.reader.Array(l.next)
	case '{':
		return l.page()
	case 'n':
		if l.Proof {
			return &tolerant.ShapeError{Want: "an array", Got: "null"}
		}
		return l.reader.Skip()
	default:
		return &tolerant.ShapeError{Want: "an array", Got: "a scalar"}
	}
}

// next reads one element of an array.
func (l *rowReader[M]) next() error {
	before, kept := l.reader.Slabs, l.reader.Kept()
	row, err := l.element(l.reader, l.empty())
	switch {
	case err != nil:
		return err
	case l.Proof && l.reader.Kept() == kept:
		return errEmptyElement
	case row == nil:
		l.gaps++
		return nil
	}
	if l.pass(row); l.spare == row {
		l.reader.Slabs.Rewind(&before)
	}
	return nil
}

// empty returns an empty row to read into.
func (l *rowReader[M]) empty() *M {
	if l.spare == nil {
		l.spare = new(M)
		return l.spare
	}
	var empty M
	*l.spare = empty
	return l.spare
}

// pass passes a row on.
func (l *rowReader[M]) pass(row *M) {
	l.count++
	l.spare = l.keep(row)
}

// page reads an object that is a search page, or a row without the array around it.
func (l *rowReader[M]) page() error {
	row, isPage, isRow, blank := new(M), false, false, true
	err := l.reader.Object(func(name []byte) error {
		switch string(name) {
		case "data":
			if l.reader.Kind() == 'n' {
				return l.reader.Skip()
			}
			isPage = true
			return l.reader.Array(l.next)
		case "take": // this and the next ones are members of a page; no object has these names
			return l.reader.OptionalInt64("take", &l.stated.take)
		case "skip":
			return l.reader.OptionalInt64("skip", &l.stated.skip)
		case "total":
			return l.reader.OptionalInt64("total", &l.stated.total)
		case "mode", "order":
			return l.reader.Skip()
		default:
			before := l.reader.Kept()
			err := l.Member(l.reader, name, row)
			isRow, blank = true, blank && l.reader.Kept() == before
			return err
		}
	})
	if err != nil || isPage {
		return err
	}
	switch {
	case isRow && blank, !isRow && l.Proof:
		return &tolerant.ShapeError{Want: "an array", Got: "an object of another kind"}
	case isRow:
		l.stated = searchPage{} // these were members of the row
		l.pass(row)
	case exceeds(l.stated.total, 0):
		return errPartialPage
	}
	return nil
}
