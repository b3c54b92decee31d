package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/ledger"
)

// sandboxConfig returns the configuration of a sandbox on free ports.
func sandboxConfig(t *testing.T, flags ...string) config.Config {
	t.Helper()
	invocation, err := config.Parse(append([]string{
		"serve", "--sandbox", "--grpc-address=127.0.0.1:0", "--http-address=127.0.0.1:0", "--admin-address=127.0.0.1:0",
	}, flags...), nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return invocation.Config
}

func TestLedgerIsOffOrNot(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]bool{"--ledger=off": false, "--ledger=memory": true} {
		s, err := New(sandboxConfig(t, flag), Process{Version: "v1"}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if got := s.ledger != nil; got != want {
			t.Errorf("%s: there is a ledger: %t", flag, got)
		}
		s.closeListeners()
		if err := s.closeLedger(); err != nil {
			t.Error(err)
		}
	}
}

// TestLedgerIsClosed expects that the file is locked while the server runs, also for
// another server, and free when it has drained.
func TestLedgerIsClosed(t *testing.T) {
	t.Parallel()
	key := "a key of the tests, 32 bytes long"
	target := "file:" + filepath.Join(t.TempDir(), "ledger")
	c := sandboxConfig(t, "--ledger="+target, "--ledger-key="+key)
	s, err := New(c, Process{Version: "v1"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(c, Process{Version: "v1"}, slog.New(slog.DiscardHandler)); !errors.Is(err, ledger.ErrInUse) {
		t.Errorf("a second server: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	free, err := ledger.Open(t.Context(), target, ledger.Options{Key: []byte(key)})
	if err != nil {
		t.Fatal(err)
	}
	if err := free.Close(); err != nil {
		t.Error(err)
	}
}
