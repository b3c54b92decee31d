package server

import (
	"strconv"
	"time"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// callTimes is where the time of a call went.
type callTimes struct {
	took, vendors, waited time.Duration
}

// timesOf returns the times of a call that took so long.
func timesOf(took time.Duration, spent upstream.Spent) callTimes {
	return callTimes{took: took, vendors: min(spent.Vendors, took), waited: spent.Waited}
}

// own is the time that the service took itself.
func (t callTimes) own() time.Duration { return max(t.took-t.vendors-t.waited, 0) }

// serverTiming is the value of the Server-Timing header.
func (t callTimes) serverTiming() string {
	value := make([]byte, 0, len("vendor;dur=1234.567, own;dur=1234.567, wait;dur=1234.567"))
	value = appendDuration(append(value, "vendor;dur="...), t.vendors)
	value = appendDuration(append(value, ", own;dur="...), t.own())
	if t.waited > 0 {
		value = appendDuration(append(value, ", wait;dur="...), t.waited)
	}
	return string(value)
}

// appendDuration appends milliseconds.
func appendDuration(to []byte, d time.Duration) []byte {
	return strconv.AppendFloat(to, milliseconds(d), 'f', -1, 64)
}

// milliseconds is a duration to the microsecond.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
