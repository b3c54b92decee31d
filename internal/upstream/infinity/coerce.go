package infinity

import (
	"strings"
	"time"

	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// Coercions from every form in which the vendor sends a value. Each returns ok
// false for what it cannot read; that a value may be empty is seen to before.

// Integer reads a whole number: 1, "1", 1.0, "1.0", true.
func (m Member) Integer() (int64, bool) {
	if m.Value.Kind == '{' || m.Value.Kind == '[' {
		return 0, false
	}
	return tolerant.ParseInteger([]byte(strings.TrimSpace(m.Value.Text)))
}

// Flag reads a boolean: true, 1, "1", "yes", "on" and their opposites.
func (m Member) Flag() (value, ok bool) { return tolerant.ParseFlag([]byte(strings.TrimSpace(m.Value.Text))) }

// Text reads a string; another value counts as its JSON text.
func (m Member) Text() (string, bool) { return m.Value.Text, true }

// DateTimeLayout is how the vendor writes date-times: without a zone.
const DateTimeLayout = time.DateTime

// Time reads a date-time in the zone that the vendor's are in, or one that states
// its own. A zero date is the zero time; a year that UTC writes with other than four
// digits cannot be read.
func (m Member) Time(zone *time.Location) (time.Time, bool) {
	text := strings.TrimSpace(m.Value.Text)
	if strings.HasPrefix(text, "0000-00-00") {
		return time.Time{}, true
	}
	for _, layout := range []string{DateTimeLayout, "2006-01-02T15:04:05", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			at = at.UTC()
			return at, at.Year() >= 1 && at.Year() <= 9999
		}
	}
	return tolerant.ParseInstant([]byte(text))
}
