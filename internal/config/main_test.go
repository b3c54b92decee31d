package config

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestMain fixes the width of the help, which kong takes from the terminal.
func TestMain(m *testing.M) {
	if err := os.Setenv("COLUMNS", "80"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// write puts content into a new file and returns its path.
func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
