package config

import "testing"

// TestProbeAddress: a probe goes to loopback if the server listens on all interfaces.
func TestProbeAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		":9091": "127.0.0.1:9091", "0.0.0.0:9091": "127.0.0.1:9091", "[::]:9091": "127.0.0.1:9091",
		"127.0.0.2:9091": "127.0.0.2:9091", "[::1]:9091": "[::1]:9091", "localhost:9091": "localhost:9091", "192.0.2.1:9091": "192.0.2.1:9091",
	} {
		if got := (Config{AdminAddress: address}).ProbeAddress(); got != want {
			t.Errorf("%s is probed at %s, want %s", address, got, want)
		}
	}
}
