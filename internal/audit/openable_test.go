package audit

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestOpenable: what is said of a path is what opening it does, and nothing is made for that.
func TestOpenable(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	existing := filepath.Join(folder, "existing")
	if err := os.WriteFile(existing, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, opens := range map[string]bool{
		Standard: true, existing: true, os.DevNull: true, filepath.Join(folder, "new"): true,
		folder: false, filepath.Join(folder, "absent", "new"): false, filepath.Join(existing, "below"): false,
		filepath.Join(folder, strings.Repeat("x", 300)): false,
	} {
		said := Openable(path)
		if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
			t.Errorf("%s: the folder has %v, %v", path, entries, err)
		}
		l, err := Open(path)
		if (said == nil) != opens || (err == nil) != opens {
			t.Errorf("%s: said %v, and opening it: %v", path, said, err)
		}
		if err == nil {
			_ = l.Close() // nothing was written
		}
		_ = os.Remove(filepath.Join(folder, "new")) // only one path makes it
	}
}

// TestOpenablePipe: a pipe that nobody reads is not waited for.
func TestOpenablePipe(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Openable(pipe); err != nil {
		t.Error(err)
	}
}
