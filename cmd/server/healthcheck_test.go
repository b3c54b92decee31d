package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHealthcheck: a server that listens on all interfaces is found, however its address is
// written, and whichever hosts it answers for.
func TestHealthcheck(t *testing.T) {
	t.Parallel()
	tokens := filepath.Join(t.TempDir(), "tokens.yaml")
	if err := os.WriteFile(tokens, []byte("tokens: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, flags := range map[string][]string{
		"anonymous":                    nil,
		"anonymous with allowed hosts": {"--allowed-hosts=sip.example.com"},
		"authenticated":                {"--auth-tokens-file=" + tokens},
		"authenticated with allowed hosts": {
			"--auth-tokens-file=" + tokens, "--allowed-hosts=sip.example.com",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startProcess(t, append(flags, "--admin-address=:0")...)
			_, port, err := net.SplitHostPort(server.Admin)
			if err != nil {
				t.Fatal(err)
			}
			for _, host := range []string{"", "0.0.0.0", "[::]", "127.0.0.1", "localhost"} {
				var stdout, stderr strings.Builder
				code := run([]string{"healthcheck"}, []string{"SIPFACADE_ADMIN_ADDRESS=" + host + ":" + port}, &stdout, &stderr)
				if code != 0 || stdout.String() != "ready\n" || stderr.String() != "" {
					t.Errorf("%s:PORT: exit code %d\nstdout: %s\nstderr: %s", host, code, &stdout, &stderr)
				}
			}
		})
	}
}
