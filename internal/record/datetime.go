package record

import (
	"strings"
	"time"
)

// layouts are the forms of date-times and dates that vendors write.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05Z07:00", time.DateTime, "2006-01-02T15:04:05", time.DateOnly,
}

// longestDateTime is the length of the longest date-time that is taken for one.
const longestDateTime = len("2006-01-02T15:04:05.999999999+07:00")

// birth is part of the names of members with dates of birth.
var birth = newPattern(`(?i)(^|_)dob($|_)|birth|born`)

// dateTime returns what is written for a date-time or date; ok is false for other texts. A date
// may be one of birth, and so may a full hour, which is midnight somewhere: these stay only
// where the contract has a time.
func (r *replacer) dateTime(at place, text string) (written string, ok bool) {
	if len(text) > longestDateTime {
		return "", false
	}
	if strings.HasPrefix(text, "0000-00-00") && strings.Trim(text, "0-:. TZ") == "" {
		return text, true // no date at all
	}
	for _, layout := range layouts {
		when, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if at.rule == instants || !birth.MatchString(at.name) && (when.Minute() != 0 || when.Second() != 0) {
			return text, true
		}
		return r.standIn("date "+layout, text, func(n int) string {
			return time.Date(2000, time.January, 1+n, 0, 0, 0, 0, time.UTC).Format(layout)
		}), true
	}
	return "", false
}
