package tolerant

import (
	"strings"
	"time"
)

// instantLayouts are the forms of a date-time with a zone.
var instantLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05Z07:00"}

// ParseInstant reads a date-time with a zone. It tries the form that vendors write first,
// then RFC 3339, which needs no copy of the text, and then each layout. Years that a protobuf Timestamp cannot hold are
// refused; a zero date is taken, as the zero time.
func ParseInstant(raw []byte) (time.Time, bool) {
	if at, ok := parseUTC(raw); ok {
		return InRange(at)
	}
	var at time.Time
	if at.UnmarshalText(raw) == nil {
		return InRange(at)
	}
	text := string(raw)
	if strings.HasPrefix(text, zeroDate) {
		return time.Time{}, true
	}
	for _, layout := range instantLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			return InRange(at)
		}
	}
	return time.Time{}, false
}

// The first and the last second that a Timestamp can hold: of the years 1 and 9999.
const (
	firstSecond = -62_135_596_800
	lastSecond  = 253_402_300_799
)

// InRange returns an instant in UTC; ok is false for one that a Timestamp cannot hold.
func InRange(at time.Time) (_ time.Time, ok bool) {
	second := at.Unix()
	return at.UTC(), second >= firstSecond && second <= lastSecond
}

// clockLength is the length of a date-time without a fraction and a zone.
const clockLength = len("2006-01-02T15:04:05")

// parseUTC reads a date-time as most are written: with a T, perhaps a fraction, and Z.
// Package time takes several times as long, and a list has three times in each row.
func parseUTC(text []byte) (at time.Time, ok bool) {
	if len(text) <= clockLength {
		return time.Time{}, false
	}
	nanoseconds, ok := parseFraction(text[clockLength:])
	if !ok {
		return time.Time{}, false
	}
	return ParseClock(text[:clockLength], 'T', nanoseconds)
}

// ParseClock reads a date-time without a fraction and a zone, as UTC.
func ParseClock(text []byte, separator byte, nanoseconds int) (at time.Time, ok bool) {
	if len(text) != clockLength || text[10] != separator || text[13] != ':' || text[16] != ':' {
		return time.Time{}, false
	}
	year, month, day, ok := parseDay(text[:dayLength])
	hour, minute, second := twoDigits(text[11:]), twoDigits(text[14:]), twoDigits(text[17:])
	if !ok || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, nanoseconds, time.UTC), true
}

// dayLength is the length of a day.
const dayLength = len(time.DateOnly)

// parseDay reads a day of the calendar, YYYY-MM-DD, of that length.
func parseDay(text []byte) (year, month, day int, ok bool) {
	if text[4] != '-' || text[7] != '-' {
		return 0, 0, 0, false
	}
	century, year, month, day := twoDigits(text), twoDigits(text[2:]), twoDigits(text[5:]), twoDigits(text[8:])
	if max(century, year) > 99 || month < 1 || month > 12 {
		return 0, 0, 0, false
	}
	year += 100 * century
	return year, month, day, day >= 1 && day <= daysIn(year, month)
}

// twoDigits returns a number of two digits, or one above 99 if these are none.
func twoDigits(text []byte) int {
	tens, units := text[0]-'0', text[1]-'0'
	if tens > 9 || units > 9 {
		return 100
	}
	return int(tens)*10 + int(units)
}

// daysIn is how many days a month has.
func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	default:
		return 31
	}
}

// parseFraction reads what follows the seconds: Z, or a dot, one to nine digits and Z.
func parseFraction(text []byte) (nanoseconds int, ok bool) {
	last := len(text) - 1
	switch {
	case text[last] != 'Z':
		return 0, false
	case last == 0:
		return 0, true
	case last < 2 || last > 10 || text[0] != '.':
		return 0, false
	}
	unit := int(time.Second)
	for _, c := range text[1:last] {
		if c < '0' || c > '9' {
			return 0, false
		}
		unit /= 10
		nanoseconds += int(c-'0') * unit
	}
	return nanoseconds, true
}
