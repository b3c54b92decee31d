package contract

import (
	"strings"
	"time"
)

// timeForm is the part of a time that all have in common; a 0 stands for a digit.
const timeForm = "0000-00-00T00:00:00"

// maxFraction is how many digits the fraction of a second may have: a Timestamp holds no more.
const maxFraction = 9

// ParseTime reads a time as the contract has it: by RFC 3339, from the year 1 to 9999, to the
// nanosecond. Package time accepts more, such as a comma in the fraction.
func ParseTime(text string) (time.Time, bool) {
	if len(text) < len(timeForm) || !isOfForm(text[:len(timeForm)], timeForm) || !isZone(withoutFraction(text[len(timeForm):])) {
		return time.Time{}, false
	}
	read, err := time.Parse(time.RFC3339Nano, text)
	year := read.UTC().Year()
	return read, err == nil && year >= 1 && year <= 9999
}

// isOfForm reports whether a text has digits where the form has a 0, and else what it has.
func isOfForm(text, form string) bool {
	if len(text) != len(form) {
		return false
	}
	for i := range len(form) {
		if isDigit := '0' <= text[i] && text[i] <= '9'; form[i] == '0' && !isDigit || form[i] != '0' && text[i] != form[i] {
			return false
		}
	}
	return true
}

// withoutFraction returns what follows the fraction of a second. A fraction that no time can
// have is left.
func withoutFraction(rest string) string {
	if !strings.HasPrefix(rest, ".") {
		return rest
	}
	zone := strings.TrimLeft(rest[1:], "0123456789")
	if digits := len(rest) - 1 - len(zone); digits == 0 || digits > maxFraction {
		return rest
	}
	return zone
}

// isZone reports whether a text is Z or an offset that RFC 3339 allows.
func isZone(text string) bool {
	if text == "Z" {
		return true
	}
	return (isOfForm(text, "+00:00") || isOfForm(text, "-00:00")) && text[1:3] <= "23" && text[4:] <= "59"
}
