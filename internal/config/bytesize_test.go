package config

import "testing"

func TestByteSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		size ByteSize
		form string
	}{
		"0": {0, "0"}, "1": {1, "1"}, "10B": {10, "10"}, "1048576": {MiB, "1MiB"}, "64MiB": {64 * MiB, "64MiB"},
		"64 MiB": {64 * MiB, "64MiB"}, "3KiB": {3 * KiB, "3KiB"}, "1GiB": {GiB, "1GiB"}, "2048GiB": {2048 * GiB, "2048GiB"},
		"5kB": {5000, "5000"}, "5KB": {5000, "5000"}, "1MB": {1_000_000, "1000000"}, "1GB": {1_000_000_000, "1000000000"},
	} {
		var got ByteSize
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want.size || got.String() != want.form {
			t.Errorf("%q = %d (%s), %v, want %d (%s)", text, int64(got), got, err, int64(want.size), want.form)
		}
	}
	for _, text := range []string{"", "B", "MiB", "-1", "+1", "1.5MiB", "64mib", "1TiB", "9223372036854775808", "8589934592GiB", "0x10", "1 2"} {
		var got ByteSize
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was accepted as %d", text, int64(got))
		}
	}
}

func FuzzByteSize(f *testing.F) {
	for _, text := range []string{"64MiB", "1048576", "5kB", "9223372036854775807", "8589934591GiB", " 1", "١"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var size, again ByteSize
		if size.UnmarshalText([]byte(text)) != nil {
			return
		}
		if size < 0 {
			t.Fatalf("%q is negative: %d", text, int64(size))
		}
		if err := again.UnmarshalText([]byte(size.String())); err != nil || again != size {
			t.Fatalf("%q is %d, written %s, read %d, %v", text, int64(size), size, int64(again), err)
		}
	})
}
