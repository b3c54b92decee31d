package infinity

import (
	"strings"
	"time"

	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// Integer reads a whole number: 1, "1", 1.0, "1.0", true. Ok is false for what cannot be
// read.
func (m Member) Integer() (int64, bool) {
	if m.Value.Kind == '{' || m.Value.Kind == '[' {
		return 0, false
	}
	return tolerant.ParseInteger([]byte(strings.TrimSpace(m.Value.Text)))
}

// Flag reads a boolean: true, 1, "1", "yes", "on" and their opposites. Ok is false for
// what cannot be read.
func (m Member) Flag() (value, ok bool) {
	return tolerant.ParseFlag([]byte(strings.TrimSpace(m.Value.Text)))
}

// DateTimeLayout is the layout of the vendor's date-times. It has no zone.
const DateTimeLayout = time.DateTime

// dateTimeLayouts are all forms of date-times without a zone.
var dateTimeLayouts = []string{DateTimeLayout, "2006-01-02T15:04:05", time.DateOnly}

// parseTime reads a date-time in the zone that the vendor's are in, or one that states
// its own. A zero date is the zero time; a year that UTC writes with other than four
// digits cannot be read.
func parseTime(raw []byte, zone *time.Location) (time.Time, bool) {
	if at, ok := parseDateTime(raw, zone); ok {
		return tolerant.InRange(at)
	}
	text := string(raw)
	if strings.HasPrefix(text, "0000-00-00") {
		return time.Time{}, true
	}
	for _, layout := range dateTimeLayouts {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return tolerant.InRange(at)
		}
	}
	return tolerant.ParseInstant(raw)
}

// parseDateTime reads a date-time as the vendor writes it.
func parseDateTime(raw []byte, zone *time.Location) (time.Time, bool) {
	at, ok := tolerant.ParseClock(raw, ' ', 0)
	if !ok || zone == time.UTC {
		return at, ok
	}
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, zone), true
}
