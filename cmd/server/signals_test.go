package main

import (
	"path/filepath"
	"syscall"
	"testing"
)

// TestHangup: SIGHUP opens the audit file anew, and does not end a server that has none.
func TestHangup(t *testing.T) {
	t.Parallel()
	audit := filepath.Join(t.TempDir(), "audit.jsonl")
	for name, test := range map[string]struct{ flag, message string }{
		"without an audit file": {"--audit-file=", "SIGHUP does nothing: there is no audit file; other files are read again when they change"},
		"with an audit file":    {"--audit-file=" + audit, "the audit file was opened anew"},
		"with standard output":  {"--audit-file=-", "the audit file was opened anew"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startProcess(t, test.flag)
			for range 2 {
				if err := server.Process.Signal(syscall.SIGHUP); err != nil {
					t.Fatal(err)
				}
				server.waitFor(t, test.message)
			}
			if err := server.end(syscall.SIGTERM); err != nil {
				t.Errorf("after SIGHUP the server does not stop cleanly: %v", err)
			}
		})
	}
}
