package contract

import "testing"

// TestMACWithColons: the three ways to write an address are sent in one.
func TestMACWithColons(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"00:1B:44:11:3A:b7": "00:1B:44:11:3A:b7", "00-1B-44-11-3A-b7": "00:1B:44:11:3A:b7", "001B44113Ab7": "00:1B:44:11:3A:b7",
		"": "", "001": "001", "001B": "001B", "001B44113Ab7C8": "001B44113Ab7C8",
	} {
		if got := MACWithColons(written); got != want {
			t.Errorf("%q: got %q, want %q", written, got, want)
		}
	}
}
