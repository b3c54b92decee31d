package tolerant

import (
	"strings"
	"testing"
)

// uuids are texts of which some are UUIDs.
var uuids = []string{
	"123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-42661417400F", "123e4567-e89b-12d3-a456-42661417400F",
	"", "123e4567", "123e4567-e89b-12d3-a456-42661417400g", "123e4567-e89b-12d3-a456-42661417400G", "123e4567-e89b-12d3-a456-42661417400@",
	"123e4567-e89b-12d3-a456-42661417400`", "123e4567-e89b-12d3-a456-42661417400\x00", "123e4567-e89b-12d3-a456-42661417400é",
	"123e4567e-89b-12d3-a456-426614174000", "------------------------------------", "123e4567-e89b-12d3-a456--26614174000",
	"\x11\x12-", "É", "ÀB", "Kelvin K", "[@Z[`az{", "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
}

// TestLower: texts of every length up to three words come out as strings.ToLower has them,
// with each byte at each place.
func TestLower(t *testing.T) {
	t.Parallel()
	for length := range 25 {
		text := strings.Repeat("a", length)
		for i := range length {
			for c := range 256 {
				compareLower(t, text[:i]+string([]byte{byte(c)})+text[i+1:])
			}
		}
	}
}

func compareLower(t *testing.T, text string) {
	t.Helper()
	if got, want := lower(text), strings.ToLower(text); got != want {
		t.Errorf("%q: %q, want %q", text, got, want)
	}
}

// FuzzCanonicalUUID: what is taken consists of hexadecimal digits in five groups, in lower
// case.
func FuzzCanonicalUUID(f *testing.F) {
	for _, text := range uuids {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		compareLower(t, text)
		var groups []string
		for group := range strings.SplitSeq(text, "-") {
			if strings.Trim(group, "0123456789abcdefABCDEF") == "" {
				groups = append(groups, strings.Repeat("h", len(group)))
			}
		}
		want := strings.Join(groups, "-") == "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh" && len(text) == 36
		uuid, ok := CanonicalUUID(text)
		if ok != want || ok && uuid != strings.ToLower(text) {
			t.Errorf("%q: %q, %t, want %t", text, uuid, ok, want)
		}
	})
}

func BenchmarkLower(b *testing.B) {
	for b.Loop() {
		lower(uuids[0])
	}
}

func BenchmarkCanonicalUUID(b *testing.B) {
	for b.Loop() {
		CanonicalUUID(uuids[0])
	}
}

func BenchmarkToLower(b *testing.B) {
	for b.Loop() {
		strings.ToLower(uuids[0])
	}
}
