package config

import (
	"strings"
	"testing"
)

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		from, to string
		want     int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"kitten", "sitting", 3},
		{"grpc_adress", "grpc_address", 1}, {"flaw", "lawn", 2},
		{strings.Repeat("x", 1<<20), "x", maxCompared - 1},
	} {
		if got := distance(test.from, test.to); got != test.want {
			t.Errorf("distance(%.20q, %q) = %d, want %d", test.from, test.to, got, test.want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	candidates := []string{"sandbox", "grpc_address", "http_address"}
	for name, want := range map[string]string{"sandbx": "sandbox", "htp_adress": "http_address", "grpc-address": "grpc_address"} {
		if got := nearest(name, candidates); got != want {
			t.Errorf("nearest(%q) = %q, want %q", name, got, want)
		}
	}
}
