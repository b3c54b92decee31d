package tolerant

import (
	"maps"
	"math"
	"strings"
	"time"
)

// Fields says, member by member, where a vendor's object lands in T. Members that
// it does not list are skipped.
type Fields[T any] map[string]Member[T]

// Member reads the value of one member into its place.
type Member[T any] func(r *Reader, name string, into *T) error

// With returns the fields together with others; on the same name the others win.
func (f Fields[T]) With(others Fields[T]) Fields[T] {
	all := maps.Clone(f)
	maps.Copy(all, others)
	return all
}

// Read fills into from the next value, which must be an object.
func (f Fields[T]) Read(r *Reader, into *T) error {
	return r.Object(func(name []byte) error { return f.ReadMember(r, name, into) })
}

// ReadMember fills into from the value of one member, or skips it.
func (f Fields[T]) ReadMember(r *Reader, name []byte, into *T) error {
	member, ok := f[string(name)]
	if !ok {
		return r.Skip()
	}
	return member(r, r.name(name), into)
}

// ForeignError says that a member belongs to another kind of object: the vendor
// answered something else than was asked for.
type ForeignError struct {
	// Member is the name that gave it away.
	Member string
}

// Error names the member.
func (e *ForeignError) Error() string { return "an object of another kind: it has " + e.Member }

// Foreign refuses the object that has the member.
func Foreign[T any](_ *Reader, name string, _ *T) error { return &ForeignError{Member: name} }

// Text keeps a string; absent and empty are the same.
func Text[T any](at func(*T) *string) Member[T] {
	return func(r *Reader, name string, into *T) error {
		text, ok, err := r.Text(name)
		if ok {
			*at(into) = text
		}
		return err
	}
}

// UUID keeps a string in lower case.
func UUID[T any](at func(*T) *string) Member[T] {
	return func(r *Reader, name string, into *T) error {
		text, ok, err := r.Text(name)
		if ok {
			*at(into) = strings.ToLower(text)
		}
		return err
	}
}

// Date keeps a calendar date as YYYY-MM-DD.
func Date[T any](at func(*T) *string) Member[T] { return keep(at, (*Reader).Date) }

// Instant keeps a date-time; the zero time means none.
func Instant[T any](at func(*T) *time.Time) Member[T] { return keep(at, (*Reader).Instant) }

// Flag keeps a boolean whose absence means false.
func Flag[T any](at func(*T) *bool) Member[T] { return keep(at, (*Reader).Flag) }

// OptionalText keeps a string; null and empty leave it unset.
func OptionalText[T any](at func(*T) **string) Member[T] { return optional(at, (*Reader).Text) }

// OptionalInteger keeps a whole number of 64 bits.
func OptionalInteger[T any](at func(*T) **int64) Member[T] { return optional(at, (*Reader).Integer) }

// OptionalInteger32 keeps a whole number of 32 bits; a larger one is a misread.
func OptionalInteger32[T any](at func(*T) **int32) Member[T] {
	return optional(at, func(r *Reader, name string) (int32, bool, error) {
		value, ok, err := r.Integer(name)
		if ok && (value < math.MinInt32 || value > math.MaxInt32) {
			r.count(name)
			return 0, false, err
		}
		return int32(value), ok, err
	})
}

// OptionalNumber keeps a finite number.
func OptionalNumber[T any](at func(*T) **float64) Member[T] { return optional(at, (*Reader).Number) }

// OptionalFlag keeps a boolean.
func OptionalFlag[T any](at func(*T) **bool) Member[T] { return optional(at, (*Reader).Flag) }

// keep stores a value where there is one.
func keep[T, V any](at func(*T) *V, read func(*Reader, string) (V, bool, error)) Member[T] {
	return func(r *Reader, name string, into *T) error {
		value, ok, err := read(r, name)
		if ok {
			*at(into) = value
		}
		return err
	}
}

// optional stores a pointer to a value where there is one.
func optional[T, V any](at func(*T) **V, read func(*Reader, string) (V, bool, error)) Member[T] {
	return func(r *Reader, name string, into *T) error {
		value, ok, err := read(r, name)
		if ok {
			*at(into) = &value
		}
		return err
	}
}
