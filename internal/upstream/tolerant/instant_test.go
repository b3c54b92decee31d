package tolerant

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// libraryInstant is ParseInstant by means of package time only.
func libraryInstant(text string) (time.Time, bool) {
	for _, layout := range append([]string{time.RFC3339Nano}, instantLayouts...) {
		var at time.Time
		err := at.UnmarshalText([]byte(text))
		if err != nil && !strings.HasPrefix(text, zeroDate) {
			at, err = time.Parse(layout, text)
		}
		if err == nil {
			return InRange(at)
		}
	}
	return time.Time{}, strings.HasPrefix(text, zeroDate)
}

func compareInstant(t *testing.T, text string) {
	t.Helper()
	compareDay(t, text)
	got, ok := ParseInstant([]byte(text))
	want, wantOK := libraryInstant(text)
	if ok != wantOK || ok && !got.Equal(want) {
		t.Errorf("%q: %v, %t, want %v, %t", text, got, ok, want, wantOK)
	}
}

// compareDay compares with package time what is read of the day that begins a date-time.
func compareDay(t *testing.T, text string) {
	t.Helper()
	day := text[:min(len(text), dayLength)]
	_, err := time.Parse(time.DateOnly, day)
	got, ok := parseDate([]byte(text))
	if want := err == nil; day != zeroDate && (ok != want || ok && got != day) {
		t.Errorf("%q: %q, %t, want %t", text, got, ok, want)
	}
}

// TestInstantOfEachDay: an instant of each day of four centuries, and of days that there
// are not.
func TestInstantOfEachDay(t *testing.T) {
	t.Parallel()
	for year := 1896; year <= 2304; year += 4 {
		for _, year := range []int{year, year + 1} {
			for month := range 15 {
				for _, day := range []int{0, 1, 27, 28, 29, 30, 31, 32} {
					compareInstant(t, fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, day, day%25, year%61, month*5%61, year%1000))
				}
			}
		}
	}
}

// instants are date-times in many forms.
var instants = []string{
	"2026-11-21T18:25:58.436Z", "2026-11-21T18:25:58Z", "2026-11-21T18:25:58.1Z", "2026-11-21T18:25:58.123456789Z", "2026-11-21T18:25:58.1234567891Z",
	"2026-11-21T18:25:58.Z", "2026-11-21T18:25:58.12", "2026-11-21T18:25:58", "2026-11-21T18:25:58.12+02:00", "2026-11-21T18:25:58-0730", "2026-11-21 18:25:58Z",
	"2026-11-21T18:25:58z", "2026-11-21t18:25:58Z", "2026-11-21T24:00:00Z", "2026-11-21T23:60:00Z", "2026-11-21T23:59:60Z", "2026-1-21T23:59:00Z", "",
	"0000-00-00T00:00:00Z", "0000-00-00 00:00:00", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-01:00",
	"2026-11-21T18:25:58.4a6Z", "2026-11-21T1a:25:58Z", "20-26-11-21T18:25:58Z", "2026/11/21T18:25:58Z", "2026-11-21T18:25:58,5Z", "+026-11-21T18:25:58Z",
}

func TestParseInstant(t *testing.T) {
	t.Parallel()
	for _, text := range instants {
		compareInstant(t, text)
	}
}

func FuzzParseInstant(f *testing.F) {
	for _, text := range instants {
		f.Add(text)
	}
	f.Fuzz(compareInstant)
}

func BenchmarkParseInstant(b *testing.B) {
	b.ReportAllocs()
	text := []byte("2026-11-21T18:25:58.436Z")
	for b.Loop() {
		if _, ok := ParseInstant(text); !ok {
			b.Fatal("not read")
		}
	}
}
