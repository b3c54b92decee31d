package config

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	candidates := []string{"sandbox", "grpc_address", "http_address"}
	for name, want := range map[string]string{
		"sandbx": "sandbox", "htp_adress": "http_address", "grpc-address": "grpc_address", "": "sandbox",
		strings.Repeat("grpc_address", 1<<16): "grpc_address",
	} {
		if got := nearest(name, candidates); got != want {
			t.Errorf("nearest(%.20q) = %q, want %q", name, got, want)
		}
	}
}
