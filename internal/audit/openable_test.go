package audit

import (
	"errors"
	"io"
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
	if _, err := os.Stat(Standard); err == nil {
		t.Errorf("a file %q was made", Standard)
	}
}

// TestOpenPipe: a pipe that nobody reads is not waited for, and one that has a reader gets lines.
// When it is full, the reader is not waited for either.
func TestOpenPipe(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Openable(pipe); err != nil {
		t.Error(err)
	}
	if _, err := Open(pipe); !errors.Is(err, errUnread) {
		t.Fatalf("opened without a reader: %v", err)
	}
	reader, err := os.OpenFile(pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }() // nothing was written
	l, err := Open(pipe)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.Write(Entry{Caller: "billing"}), l.Close()); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(reader); err != nil || !strings.Contains(string(got), "billing") {
		t.Errorf("read %q, %v", got, err)
	}
	if l, err = Open(pipe); err != nil {
		t.Fatal(err)
	}
	if err := l.Write(Entry{Caller: strings.Repeat("x", maxPending/2)}); !errors.Is(err, errNotRead) {
		t.Errorf("a line that no pipe holds: %v", err)
	}
	_ = l.Close() // the reader does not read
}
