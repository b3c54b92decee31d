package tolerant

import (
	"math"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// The methods below read the value of a member into a field. A value that is null, empty
// or misread leaves the field as it is, so that of two spellings of a member the one that
// is filled counts.

// String reads a string; absent and empty are the same.
func (r *Reader) String(name string, at *string) error {
	text, ok, err := r.Text(name)
	if ok {
		r.kept++
		*at = text
	}
	return err
}

// OptionalString reads a string.
func (r *Reader) OptionalString(name string, at **string) error {
	text, ok, err := r.Text(name)
	if ok {
		r.kept++
		*at = r.Slabs.Strings.Set(text)
	}
	return err
}

// UUID reads a string in lower case.
func (r *Reader) UUID(name string, at *string) error {
	text, ok, err := r.Text(name)
	if ok {
		r.kept++
		*at = lower(text)
	}
	return err
}

// OptionalUUID reads a UUID in lower case; another text is a misread.
func (r *Reader) OptionalUUID(name string, at **string) error {
	text, ok, err := r.Text(name)
	if !ok || err != nil {
		return err
	}
	uuid, ok := CanonicalUUID(text)
	if !ok {
		r.CountMisread(name)
		return nil
	}
	r.kept++
	*at = r.Slabs.Strings.Set(uuid)
	return nil
}

// PhoneNumber reads the digits of a telephone number, also written as a float. Digits that
// are long enough to be E.164 get their plus.
func (r *Reader) PhoneNumber(name string, at *string) error {
	text, ok, err := r.Text(name)
	if ok {
		r.kept++
		*at = PhoneNumber(text)
	}
	return err
}

// Date reads a calendar date as YYYY-MM-DD, also out of a date-time. Zero dates count as
// none.
func (r *Reader) Date(name string, at *string) error {
	day, ok, err := coerce(r, name, parseDate)
	if ok && day != "" {
		r.kept++
		*at = day
	}
	return err
}

// OptionalDate reads a calendar date as Date does.
func (r *Reader) OptionalDate(name string, at **string) error {
	var day string
	if err := r.Date(name, &day); err != nil || day == "" {
		return err
	}
	*at = r.Slabs.Strings.Set(day)
	return nil
}

// Milliseconds reads a time span as a whole number of milliseconds.
func (r *Reader) Milliseconds(name string, at **durationpb.Duration) error {
	value, ok, err := coerce(r, name, parseMilliseconds)
	if ok {
		r.kept++
		*at = &durationpb.Duration{Seconds: value / 1000, Nanos: int32(value%1000) * int32(time.Millisecond)}
	}
	return err
}

// longestMilliseconds is the longest time span that a Duration can hold.
const longestMilliseconds = 315_576_000_000 * 1000

// parseMilliseconds reads a whole number that a Duration can hold and that is not negative.
func parseMilliseconds(raw []byte) (int64, bool) {
	value, ok := ParseInteger(raw)
	return value, ok && value >= 0 && value <= longestMilliseconds
}

// Time reads a date-time with its zone. Zero dates count as none.
func (r *Reader) Time(name string, at **timestamppb.Timestamp) error {
	instant, ok, err := coerce(r, name, ParseInstant)
	if ok && !instant.IsZero() {
		r.kept++
		*at = r.Slabs.Time(instant)
	}
	return err
}

// Bool reads a boolean whose absence means false, also written as 1, 0, yes, no, on, off,
// in any case.
func (r *Reader) Bool(name string, at *bool) error {
	value, ok, err := coerce(r, name, ParseFlag)
	if ok {
		*at = value
	}
	if value {
		r.kept++
	}
	return err
}

// OptionalBool reads a boolean, in the forms that Bool takes.
func (r *Reader) OptionalBool(name string, at **bool) error {
	return optional(r, name, at, &r.Slabs.Bools, ParseFlag)
}

// Int32 reads a whole number, also written as 5060.0, "5060", true or false.
func (r *Reader) Int32(name string, at *int32) error {
	value, ok, err := coerce(r, name, parseInt32)
	if ok {
		r.kept++
		*at = value
	}
	return err
}

// OptionalInt32 reads a whole number of 32 bits; a larger one is a misread.
func (r *Reader) OptionalInt32(name string, at **int32) error {
	return optional(r, name, at, &r.Slabs.Int32s, parseInt32)
}

// OptionalInt64 reads a whole number of 64 bits.
func (r *Reader) OptionalInt64(name string, at **int64) error {
	return optional(r, name, at, &r.Slabs.Int64s, ParseInteger)
}

// OptionalDouble reads a finite number.
func (r *Reader) OptionalDouble(name string, at **float64) error {
	return optional(r, name, at, &r.Slabs.Doubles, parseNumber)
}

// Word reads one of the vendor's words for an enum; another word leaves the field unset
// and is counted.
func Word[E ~int32](r *Reader, name string, at **E, value func(word string) (E, bool)) error {
	word, ok, err := r.Text(name)
	if !ok {
		return err
	}
	r.kept++
	*at = nil
	if found, known := value(word); known {
		*at = &found
		return nil
	}
	r.CountUnknownWord(name, word)
	return nil
}

// optional stores a pointer to a value if there is one.
func optional[V any](r *Reader, name string, at **V, slab *Slab[V], parse func([]byte) (V, bool)) error {
	value, ok, err := coerce(r, name, parse)
	if ok {
		r.kept++
		*at = slab.Set(value)
	}
	return err
}

// Key returns a pointer to what identifies a related object, or nil if it has none.
func Key[V comparable](slab *Slab[V], value V) *V {
	var none V
	if value == none {
		return nil
	}
	return slab.Set(value)
}

// parseInt32 reads a whole number that fits 32 bits.
func parseInt32(raw []byte) (int32, bool) {
	value, ok := ParseInteger(raw)
	return int32(value), ok && value >= math.MinInt32 && value <= math.MaxInt32
}

// The lengths of an E.164 number with its country code that bare digits are taken for.
const (
	shortestE164 = 11
	longestE164  = 15
)

// PhoneNumber puts a plus before digits that are long enough to be E.164, also if they are
// written as a float.
func PhoneNumber(text string) string {
	digits := text
	if strings.ContainsAny(text, ".eE") {
		if value, ok := wholeFloat([]byte(text)); ok {
			digits = strconv.FormatInt(value, 10)
		}
	}
	if len(digits) < shortestE164 || len(digits) > longestE164 || strings.Trim(digits, "0123456789") != "" {
		return digits
	}
	return "+" + digits
}

// zeroDate begins the date and the date-time that mean none.
const zeroDate = "0000-00-00"

// parseDate takes the day only; a zero date is taken, as none.
func parseDate(raw []byte) (string, bool) {
	if len(raw) < dayLength {
		return "", false
	}
	raw = raw[:dayLength]
	if string(raw) == zeroDate {
		return "", true
	}
	if _, _, _, ok := parseDay(raw); !ok {
		return "", false
	}
	return string(raw), true
}
