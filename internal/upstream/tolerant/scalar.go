package tolerant

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
)

// A scalar is read from its own JSON type, from a string that holds it, or from
// null. Null and the empty string mean that there is none: ok is false. What is
// none of these is a misread: ok is false too, and the reader has counted it.

// Text reads a string; a number or boolean counts as its literal text.
func (r *Reader) Text(name string) (text string, ok bool, err error) {
	raw, ok, err := r.scalar(name)
	if err != nil || !ok {
		return "", false, err
	}
	return validText(string(raw)), true, nil
}

// validText replaces what is not UTF-8, since callers are promised UTF-8.
func validText(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// Integer reads a whole number, also written as 5060.0, "5060", true or false.
func (r *Reader) Integer(name string) (int64, bool, error) {
	return coerce(r, name, parseInteger)
}

// Number reads a finite number.
func (r *Reader) Number(name string) (float64, bool, error) {
	return coerce(r, name, func(raw []byte) (float64, bool) {
		value, err := strconv.ParseFloat(string(raw), 64)
		return value, err == nil && !math.IsInf(value, 0) && !math.IsNaN(value)
	})
}

// Flag reads a boolean, also written as 1, 0, yes, no, on, off, in any case.
func (r *Reader) Flag(name string) (value, ok bool, err error) {
	return coerce(r, name, func(raw []byte) (bool, bool) {
		value, known := flags[strings.ToLower(string(raw))]
		return value, known
	})
}

// flags are the words for true and false.
var flags = map[string]bool{
	"true": true, "1": true, "yes": true, "on": true,
	"false": false, "0": false, "no": false, "off": false,
}

// Instant reads a date-time with its zone. Zero dates count as none.
func (r *Reader) Instant(name string) (time.Time, bool, error) {
	at, ok, err := coerce(r, name, parseInstant)
	return at, ok && !at.IsZero(), err
}

// Date reads a calendar date as YYYY-MM-DD, also out of a date-time. Zero dates
// count as none.
func (r *Reader) Date(name string) (string, bool, error) {
	day, ok, err := coerce(r, name, parseDate)
	return day, ok && day != "", err
}

// zeroDate begins the date and the date-time that mean none.
const zeroDate = "0000-00-00"

// parseDate takes the day alone; a zero date is taken, as none.
func parseDate(raw []byte) (string, bool) {
	if len(raw) < len(time.DateOnly) {
		return "", false
	}
	day := string(raw[:len(time.DateOnly)])
	if day == zeroDate {
		return "", true
	}
	_, err := time.Parse(time.DateOnly, day)
	return day, err == nil
}

// instantLayouts are the forms of a date-time with a zone.
var instantLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05Z07:00"}

// parseInstant tries each layout. Years that a protobuf Timestamp cannot hold are
// refused; a zero date is taken, as the zero time.
func parseInstant(raw []byte) (time.Time, bool) {
	text := string(raw)
	if strings.HasPrefix(text, zeroDate) {
		return time.Time{}, true
	}
	for _, layout := range instantLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			at = at.UTC()
			return at, at.Year() >= 1 && at.Year() <= 9999
		}
	}
	return time.Time{}, false
}

// parseInteger reads digits exactly, and a float only where it is whole and small
// enough to be exact.
func parseInteger(raw []byte) (int64, bool) {
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
	value, ok = parse(bytes.TrimSpace(raw))
	if !ok {
		r.count(name)
	}
	return value, ok, nil
}

// scalar moves over the next value and returns its text. The bytes are valid until
// the next read.
func (r *Reader) scalar(name string) (text []byte, ok bool, err error) {
	switch r.Kind() {
	case 'n':
		return nil, false, r.Skip()
	case '"':
		raw, err := r.decoder.ReadValue()
		if err != nil {
			return nil, false, err
		}
		text := unquote(raw)
		return text, len(text) > 0, nil
	case '0', 't', 'f':
		raw, err := r.decoder.ReadValue()
		return raw, err == nil, err
	default:
		return nil, false, r.misread(name)
	}
}

// ParseInteger reads a whole number from its text, as Reader.Integer does.
func ParseInteger(text string) (int64, bool) { return parseInteger([]byte(strings.TrimSpace(text))) }

// ParseFlag reads a boolean from its text, as Reader.Flag does.
func ParseFlag(text string) (value, ok bool) {
	value, ok = flags[strings.ToLower(strings.TrimSpace(text))]
	return value, ok
}

// ParseInstant reads a date-time with a zone from its text, as Reader.Instant does.
func ParseInstant(text string) (time.Time, bool) { return parseInstant([]byte(text)) }
