package infinity

import (
	"strings"
	"testing"
	"time"
)

func TestInteger(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		member Member
		want   int64
		ok     bool
	}{
		"number":          {literal("", "101"), 101, true},
		"quoted":          {text("", "101"), 101, true},
		"spaces":          {text("", " 101 "), 101, true},
		"whole decimal":   {literal("", "1.0"), 1, true},
		"quoted decimal":  {text("", "1.0"), 1, true},
		"negative":        {literal("", "-1"), -1, true},
		"zero":            {text("", "0"), 0, true},
		"largest":         {text("", "9223372036854775807"), 1<<63 - 1, true},
		"true":            {literal("", "true"), 1, true},
		"false":           {literal("", "false"), 0, true},
		"leading zeros":   {text("", "007"), 7, true},
		"too large":       {text("", "9223372036854775808"), 0, false},
		"fraction":        {literal("", "1.5"), 0, false},
		"inexact":         {literal("", "1e300"), 0, false},
		"word":            {text("", "ten"), 0, false},
		"null":            {literal("", "null"), 0, false},
		"object":          {literal("", "{}"), 0, false},
		"array of a one":  {literal("", "[1]"), 0, false},
		"infinite":        {text("", "Inf"), 0, false},
		"not a number":    {text("", "NaN"), 0, false},
		"empty is no int": {text("", ""), 0, false},
		"underscores":     {text("", "12_7"), 0, false},
		"hexadecimal":     {text("", "0x1p4"), 0, false},
		"an exponent":     {literal("", "12e2"), 1200, true},
	} {
		if got, ok := c.member.Integer(); got != c.want || ok != c.ok {
			t.Errorf("%s: %d, %v", name, got, ok)
		}
	}
}

func TestFlag(t *testing.T) {
	t.Parallel()
	for _, member := range []Member{literal("", "1"), text("", "1"), literal("", "true"), text("", "TRUE"), text("", "yes"), text("", "On"), text("", " 1 ")} {
		if value, ok := member.Flag(); !value || !ok {
			t.Errorf("%v: %v, %v", member, value, ok)
		}
	}
	for _, member := range []Member{literal("", "0"), text("", "0"), literal("", "false"), text("", "no"), text("", "OFF")} {
		if value, ok := member.Flag(); value || !ok {
			t.Errorf("%v: %v, %v", member, value, ok)
		}
	}
	for _, member := range []Member{literal("", "2"), text("", "maybe"), literal("", "null"), literal("", "{}"), literal("", "[1]")} {
		if _, ok := member.Flag(); ok {
			t.Errorf("%v is read", member)
		}
	}
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	for want, members := range map[bool][]Member{
		true:  {literal("", "null"), text("", "")},
		false: {text("", "null"), literal("", "0"), literal("", "false"), literal("", "{}"), literal("", "[]"), text("", " ")},
	} {
		for _, member := range members {
			if member.Empty() != want {
				t.Errorf("%v: empty %v", member, !want)
			}
		}
	}
}

// zoneOf loads a zone; the test binary needs the system's zones for it.
func zoneOf(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, zone, want string
	}{
		"UTC":                     {"2026-01-02 03:04:05", "UTC", "2026-01-02T03:04:05Z"},
		"London, winter":          {"2026-01-02 03:04:05", "Europe/London", "2026-01-02T03:04:05Z"},
		"London, summer":          {"2026-07-02 03:04:05", "Europe/London", "2026-07-02T02:04:05Z"},
		"before the clocks go on": {"2026-03-29 00:59:59", "Europe/London", "2026-03-29T00:59:59Z"},
		"after they went on":      {"2026-03-29 02:00:00", "Europe/London", "2026-03-29T01:00:00Z"},
		"before they go back":     {"2026-10-25 00:59:59", "Europe/London", "2026-10-24T23:59:59Z"},
		"after they went back":    {"2026-10-25 02:00:00", "Europe/London", "2026-10-25T02:00:00Z"},
		"New York":                {"2026-07-01 20:00:00", "America/New_York", "2026-07-02T00:00:00Z"},
		"with a T":                {"2026-07-02T03:04:05", "Europe/London", "2026-07-02T02:04:05Z"},
		"fraction":                {"2026-01-02 03:04:05.25", "UTC", "2026-01-02T03:04:05.25Z"},
		"a day":                   {"2026-07-02", "Europe/London", "2026-07-01T23:00:00Z"},
		"its own zone":            {"2026-07-02T03:04:05+02:00", "Europe/London", "2026-07-02T01:04:05Z"},
		"Z":                       {"2026-07-02T03:04:05Z", "Europe/London", "2026-07-02T03:04:05Z"},
		"spaces":                  {" 2026-01-02 03:04:05 ", "UTC", "2026-01-02T03:04:05Z"},
		"zero":                    {"0000-00-00 00:00:00", "Europe/London", "none"},
		"zero day":                {"0000-00-00", "UTC", "none"},
		"the last second":         {"9999-12-31 23:59:59", "UTC", "9999-12-31T23:59:59Z"},
		"beyond the last second":  {"9999-12-31 23:59:59", "America/New_York", "unread"},
		"the first second":        {"0001-01-01 00:00:00", "UTC", "none"},
		"before the first second": {"0001-01-01 00:00:00", "Asia/Tokyo", "unread"},
		"no such day":             {"2026-02-30 00:00:00", "UTC", "unread"},
		"a word":                  {"yesterday", "UTC", "unread"},
		"seconds of Unix":         {"1767323045", "UTC", "unread"},
	} {
		at, ok := parseTime([]byte(strings.TrimSpace(c.text)), zoneOf(t, c.zone))
		got := at.Format(time.RFC3339Nano)
		switch {
		case !ok:
			got = "unread"
		case at.IsZero():
			got = "none"
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestAmbiguousTime: in the hour that comes twice either reading is right, but it
// must be the same for the whole hour, so that the order of rows is kept.
func TestAmbiguousTime(t *testing.T) {
	t.Parallel()
	london := zoneOf(t, "Europe/London")
	first, _ := parseTime([]byte("2026-10-25 01:00:01"), london)
	last, ok := parseTime([]byte("2026-10-25 01:59:59"), london)
	if got := last.Sub(first); got != 59*time.Minute+58*time.Second || !ok {
		t.Errorf("an hour of %s", got)
	}
}
