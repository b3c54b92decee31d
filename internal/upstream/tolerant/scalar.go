package tolerant

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// A scalar is read from its own JSON type, from a string that holds it, or from null.
// Null and the empty string mean that there is none: ok is false. What is none of these
// is a misread: ok is false too, and the reader has counted it.

// Text reads a string; a number or boolean counts as its literal text.
func (r *Reader) Text(name string) (text string, ok bool, err error) {
	if text, ok = r.PlainText(); ok {
		return text, text != "", nil
	}
	raw, ok, err := r.scalar(name)
	if err != nil || !ok {
		return "", false, err
	}
	return r.Slabs.Texts.Copy(raw), true, nil
}

// parseNumber reads a finite decimal number. It takes none of the other forms that Go knows:
// 1_000, 0x1p4, Inf.
func parseNumber(raw []byte) (float64, bool) {
	if len(bytes.Trim(raw, "0123456789+-.eE")) > 0 {
		return 0, false
	}
	value, err := strconv.ParseFloat(string(raw), 64)
	return value, err == nil
}

// ParseFlag reads the words of flags in any case.
func ParseFlag(raw []byte) (value, ok bool) {
	if value, ok = flagOf(string(raw)); ok {
		return value, true
	}
	return flagOf(strings.ToLower(string(raw)))
}

// flagOf reads the words for true and false.
func flagOf(word string) (value, ok bool) {
	switch word {
	case "true", "1", "yes", "on":
		return true, true
	case "false", "0", "no", "off":
		return false, true
	default:
		return false, false
	}
}

// ParseInteger reads a whole number, also written as 5060.0 or with the word of a flag.
func ParseInteger(raw []byte) (int64, bool) {
	if value, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return value, true
	}
	if value, known := flagOf(string(raw)); known {
		if value {
			return 1, true
		}
		return 0, true
	}
	return wholeFloat(raw)
}

// wholeFloat reads a float that is a whole number and small enough to be exact.
func wholeFloat(raw []byte) (int64, bool) {
	value, ok := parseNumber(raw)
	if !ok || value != math.Trunc(value) || math.Abs(value) >= 1<<53 {
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
		r.CountMisread(name)
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
	r.damaged = false
	if text, _, ok := r.scanner.plainString(); ok {
		return '"', text, nil
	}
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
