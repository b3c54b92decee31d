package opentact

import (
	"errors"
	"io"
	"reflect"

	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// resource is a kind of object that calls answer at the top level, with the
// members that give away an answer of another kind: the vendor's own documents
// show SIP users in place of invites and leases in place of profiles.
type resource[T any] struct {
	kind    *tolerant.Relation[T]
	foreign map[string]bool
}

// What the calls answer.
var (
	inviteRows     = resource[Invite]{invites, members("tn", "tnorder", "login")}
	connectionRows = resource[Connection]{connections, members("tn", "tnorder", "login")}
	leaseRows      = resource[Lease]{leases, members("login")}
	productRows    = resource[Product]{products, members("tn", "tnorder", "login")}
	appRows        = resource[App]{apps, members("tn", "tnorder", "login")}
	callRows       = resource[Call]{calls, members("tnorder", "login")}

	messagingProfileRows = resource[MessagingProfile]{messagingProfiles, members("tn", "tnorder", "login")}
	voiceProfileRows     = resource[VoiceProfile]{voiceProfiles, members("tn", "tnorder", "login")}
)

func members(names ...string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

// errPartialPage says that the vendor answered a part of a list that it documents
// as whole. Showing the part as all there is would be a lie.
var errPartialPage = errors.New("the vendor answered one page of the list, and documents no way to ask for the rest")

// one reads a payload that should be an object: alone, or as the one element of an
// array. Null, {} and an object without any member that is known are none: nil.
func (res resource[T]) one(r *tolerant.Reader) (*T, error) {
	if r.Kind() != '[' {
		row, err := res.element(r)
		if row != nil && blank(row) {
			row = nil
		}
		return row, err
	}
	var rows []*T
	err := r.Array(func() error { return res.appendElement(r, &rows) })
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 1:
		return rows[0], nil
	default:
		return nil, &tolerant.ShapeError{Want: "one object", Got: "an array"}
	}
}

// many reads a payload that should be an array: as such, as the data of a search
// page, or as one object alone.
func (res resource[T]) many(r *tolerant.Reader) (rows []*T, err error) {
	switch r.Kind() {
	case '[':
		err = r.Array(func() error { return res.appendElement(r, &rows) })
	case '{':
		rows, err = res.page(r)
	case 'n':
		err = r.Skip()
	default:
		err = &tolerant.ShapeError{Want: "an array", Got: "a scalar"}
	}
	return rows, err
}

// blank reports whether an object had no member that is known.
func blank[T any](row *T) bool { return reflect.ValueOf(row).Elem().IsZero() }

// element reads one object, or what the kind accepts in its place.
func (res resource[T]) element(r *tolerant.Reader) (*T, error) {
	switch r.Kind() {
	case '{':
		row, empty := new(T), true
		err := r.Object(func(name []byte) error {
			empty = false
			return res.member(r, name, row)
		})
		if err != nil || empty {
			return nil, err
		}
		return row, nil
	case '"', 'n':
		return res.kind.Next(r, "payload")
	default:
		return nil, r.Object(nil) // says what came instead
	}
}

func (res resource[T]) appendElement(r *tolerant.Reader, rows *[]*T) error {
	row, err := res.element(r)
	if row != nil {
		*rows = append(*rows, row)
	}
	return err
}

// member reads one member, and refuses those of another kind of object.
func (res resource[T]) member(r *tolerant.Reader, name []byte, row *T) error {
	if res.foreign[string(name)] {
		return &tolerant.ForeignError{Member: string(name)}
	}
	return res.kind.Fields.ReadMember(r, name, row)
}

// page reads an object that is a search page, or a row that came alone.
func (res resource[T]) page(r *tolerant.Reader) (rows []*T, err error) {
	row, isPage, isRow, total := new(T), false, false, int64(0)
	err = r.Object(func(name []byte) error {
		switch {
		case string(name) == "data":
			if isPage = r.Kind() == '['; !isPage {
				return r.Skip()
			}
			return r.Array(func() error { return res.appendElement(r, &rows) })
		case string(name) == "total":
			value, _, err := r.Integer("total")
			total = value
			return err
		default:
			isRow = true
			return res.member(r, name, row)
		}
	})
	switch {
	case err != nil:
		return nil, err
	case isPage && total > int64(len(rows)):
		return nil, errPartialPage
	case !isPage && isRow && blank(row):
		return nil, &tolerant.ShapeError{Want: "an array", Got: "an object of another kind"}
	case !isPage && isRow:
		rows = append(rows, row)
	}
	return rows, nil
}

// errNoPayload says that a read was answered without what was asked for.
var errNoPayload = errors.New("the answer holds no object")

// emptyBody reports whether nothing but white space is left.
func emptyBody(r *tolerant.Reader) bool {
	return r.Kind() == 0 && errors.Is(r.Skip(), io.EOF)
}
