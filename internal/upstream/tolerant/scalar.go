package tolerant

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
)

// A scalar is read from its own JSON type, from a string that holds it, or from null.
// Null and the empty string mean that there is none: ok is false. What is none of these
// is a misread: ok is false too, and the reader has counted it.

// Text reads a string; a number or boolean counts as its literal text.
func (r *Reader) Text(name string) (text string, ok bool, err error) {
	raw, ok, err := r.scalar(name)
	if err != nil || !ok {
		return "", false, err
	}
	return r.Slabs.Texts.Copy(raw), true, nil
}

// parseNumber reads a finite number.
func parseNumber(raw []byte) (float64, bool) {
	value, err := strconv.ParseFloat(string(raw), 64)
	return value, err == nil && !math.IsInf(value, 0) && !math.IsNaN(value)
}

// ParseFlag reads the words of flags in any case.
func ParseFlag(raw []byte) (value, ok bool) {
	if value, ok = flags[string(raw)]; ok {
		return value, true
	}
	value, ok = flags[strings.ToLower(string(raw))]
	return value, ok
}

// flags are the words for true and false.
var flags = map[string]bool{
	"true": true, "1": true, "yes": true, "on": true,
	"false": false, "0": false, "no": false, "off": false,
}

// instantLayouts are the forms of a date-time with a zone.
var instantLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05Z07:00"}

// ParseInstant reads a date-time with a zone. It tries RFC 3339 first, which needs no copy
// of the text, and then each layout. Years that a protobuf Timestamp cannot hold are
// refused; a zero date is taken, as the zero time.
func ParseInstant(raw []byte) (time.Time, bool) {
	var at time.Time
	if at.UnmarshalText(raw) == nil {
		return utc(at)
	}
	text := string(raw)
	if strings.HasPrefix(text, zeroDate) {
		return time.Time{}, true
	}
	for _, layout := range instantLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			return utc(at)
		}
	}
	return time.Time{}, false
}

// The first and the last second that a Timestamp can hold: of the years 1 and 9999.
const (
	firstSecond = -62_135_596_800
	lastSecond  = 253_402_300_799
)

// utc returns an instant in UTC; ok is false for one that a Timestamp cannot hold.
func utc(at time.Time) (_ time.Time, ok bool) {
	second := at.Unix()
	return at.UTC(), second >= firstSecond && second <= lastSecond
}

// ParseInteger reads a whole number, also written as 5060.0 or with the word of a flag:
// digits exactly, and a float only if it is small enough to be exact.
func ParseInteger(raw []byte) (int64, bool) {
	if value, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return value, true
	}
	if value, known := flags[string(raw)]; known {
		if value {
			return 1, true
		}
		return 0, true
	}
	value, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || value != math.Trunc(value) || math.Abs(value) >= 1<<53 {
		return 0, false
	}
	return int64(value), true
}

// coerce reads a scalar's text and parses it; what cannot be parsed is counted.
func coerce[V any](r *Reader, name string, parse func([]byte) (V, bool)) (value V, ok bool, err error) {
	raw, ok, err := r.scalar(name)
	if err != nil || !ok {
		return value, false, err
	}
	parsed, ok := parse(bytes.TrimSpace(raw))
	if !ok {
		r.count(name)
		return value, false, nil
	}
	return parsed, true, nil
}

// scalar moves over the next value and returns its text. The bytes are valid until the
// next read.
func (r *Reader) scalar(name string) (text []byte, ok bool, err error) {
	kind, text, err := r.Scalar()
	switch {
	case err != nil || kind == 'n':
		return nil, false, err
	case kind == '{' || kind == '[':
		return nil, false, r.misread(name)
	default:
		return text, len(text) > 0, nil
	}
}

// Scalar moves over the next value, unless it is an object or array, and returns its kind
// and its text, which is valid until the next read.
func (r *Reader) Scalar() (kind byte, text []byte, err error) {
	kind = r.Kind()
	if kind == '{' || kind == '[' {
		return kind, nil, nil
	}
	text, err = r.scanner.scalar()
	if err == nil && kind == '"' {
		text = r.unquote(text)
	}
	return kind, text, err
}
