package upstream

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sipfacade/sipfacade/internal/secret"
)

// maxMessageBytes is how much of a vendor's message callers see.
const maxMessageBytes = 256

// maxFieldErrors is how many of a vendor's field errors callers see, so that the
// error still fits the header that carries it.
const maxFieldErrors = 16

// maxRetryAfter is the longest wait that is passed on; a longer one counts as this.
const maxRetryAfter = time.Hour

// setVendorText puts the vendor's own text into the error. It is masked before it is
// clipped, so that no part of a secret remains at the cut.
func (e *Error) setVendorText(refusal Rejection, masker *secret.Masker) {
	safe := func(text string) string { return clip(masker.Mask(text)) }
	e.Message = safe(refusal.Message)
	shown := refusal.Fields[:min(len(refusal.Fields), maxFieldErrors)]
	e.Fields = make([]FieldError, len(shown))
	for i, field := range shown {
		e.Fields[i] = FieldError{Name: safe(field.Name), Message: safe(field.Message)}
	}
}

// clip makes vendor text safe to show: valid UTF-8, no control characters, at most
// 256 bytes, cut between characters.
func clip(text string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text)
	clean = strings.TrimSpace(clean)
	if len(clean) <= maxMessageBytes {
		return clean
	}
	end := maxMessageBytes
	for !utf8.RuneStart(clean[end]) {
		end--
	}
	return clean[:end]
}

// retryAfter reads the header's seconds or date. What cannot be read and the past count
// as 0, more than an hour as an hour.
func retryAfter(header string, now time.Time) time.Duration {
	var wait time.Duration
	if seconds, err := strconv.ParseFloat(strings.TrimSpace(header), 64); err == nil {
		wait = time.Duration(min(max(seconds, 0), maxRetryAfter.Seconds()) * float64(time.Second))
		if math.IsNaN(seconds) {
			wait = 0
		}
	} else if at, err := http.ParseTime(header); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}
