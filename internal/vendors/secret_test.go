package vendors

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/internal/config"
)

// TestRevealedFollowsTheFile: a new value is used at once; a file that is gone keeps
// the old one, and the log says so once, without the value.
func TestRevealedFollowsTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	write := func(value string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("first-secret")
	secret, err := config.SecretFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	reveal := Revealed(slog.New(slog.NewTextHandler(&log, nil)), "opentact_token", secret)
	if got := reveal(); got != "first-secret" {
		t.Errorf("at first %q", got)
	}
	write("second-secret-that-is-longer")
	if got := reveal(); got != "second-secret-that-is-longer" {
		t.Errorf("after the change %q", got)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if got := reveal(); got != "second-secret-that-is-longer" {
			t.Errorf("without the file %q", got)
		}
	}
	if text := log.String(); strings.Count(text, "opentact_token") != 1 || strings.Contains(text, "secret-that") {
		t.Errorf("log: %s", text)
	}
}
