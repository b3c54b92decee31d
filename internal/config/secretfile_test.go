package config

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestSecretFileContent(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"key": "key", "key\n": "key", "key\r\n": "key", " key ": " key ", "clé\n": "clé",
	} {
		secret, err := SecretFromFile(write(t, content))
		if err != nil || secret.Reveal() != want {
			t.Errorf("content %q: Reveal() = %q, %v, want %q", content, secret.Reveal(), err, want)
		}
	}
}

func TestSecretFileRefused(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ path, want string }{
		"missing":   {filepath.Join(t.TempDir(), hunter2), "cannot be read: no such file or directory"},
		"directory": {t.TempDir(), "cannot be read: not a regular file"},
		"pipe":      {pipe, "cannot be read: not a regular file"},
		"empty":     {write(t, ""), "cannot be read: the file is empty"},
		"newline":   {write(t, "\n"), "cannot be read: the file is empty"},
		"lines":     {write(t, "two\nlines\n"), "cannot be read: the file holds more than one line"},
		"blank":     {write(t, "key\n\n"), "cannot be read: the file holds more than one line"},
		"return":    {write(t, "key\r"), "cannot be read: the file holds more than one line"},
		"control":   {write(t, "key\x1b[0m\n"), "cannot be read: the file holds a control character"},
		"large":     {write(t, strings.Repeat("x", maxSecretBytes+1)), "cannot be read: larger than 64KiB"},
	} {
		secret, err := SecretFromFile(test.path)
		if err == nil || err.Error() != test.want || secret.IsSet() {
			t.Errorf("%s: error %v, want %s", name, err, test.want)
		}
	}
}

// replace renames a new file over the old one, as deployments do.
func replace(t *testing.T, path, content string, modified time.Time) {
	t.Helper()
	next := write(t, content)
	if err := os.Chtimes(next, modified, modified); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, path); err != nil {
		t.Fatal(err)
	}
}

func overwrite(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSecretFollowsItsFile(t *testing.T) {
	t.Parallel()
	long := time.Now().Add(-time.Hour).Truncate(time.Second)
	path := write(t, "one")
	secret, err := SecretFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(step, want, failure string) {
		t.Helper()
		got, err := secret.Reveal(), secret.Err()
		if got != want || (err == nil) != (failure == "") || err != nil && !strings.Contains(err.Error(), failure) {
			t.Errorf("%s: Reveal() = %q, Err() = %v, want %q, %q", step, got, err, want, failure)
		}
	}
	check("start", "one", "")
	overwrite(t, path, "two") // same size, perhaps within the same tick of the clock
	check("written in place", "two", "")
	replace(t, path, "old", long)
	check("replaced", "old", "")
	replace(t, path, "new", long)
	check("replaced with the same size and time", "new", "")
	overwrite(t, path, "")
	check("emptied", "new", "the file is empty")
	overwrite(t, path, "next\nline\n")
	check("a second line", "new", "the file holds more than one line")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	check("removed", "new", "no such file or directory")
	overwrite(t, path, "back\n")
	check("restored", "back", "")
}

// TestSettledFileIsNotReadAgain checks that Reveal is cheap: it reads the file again
// only if identity, time or size have changed.
func TestSettledFileIsNotReadAgain(t *testing.T) {
	t.Parallel()
	long := time.Now().Add(-time.Hour)
	path := write(t, "one")
	if err := os.Chtimes(path, long, long); err != nil {
		t.Fatal(err)
	}
	secret, err := SecretFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	overwrite(t, path, "two")
	if err := os.Chtimes(path, long, long); err != nil {
		t.Fatal(err)
	}
	if got := secret.Reveal(); got != "one" {
		t.Errorf("Reveal() = %q, the file was read again", got)
	}
}

func TestSecretRotationIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	path := write(t, "value-0")
	secret, err := SecretFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for range 200 {
				if got := secret.Reveal(); !strings.HasPrefix(got, "value-") {
					t.Errorf("Reveal() = %q", got)
				}
				if err := secret.Err(); err != nil {
					t.Errorf("Err() = %v", err)
				}
			}
		})
	}
	for _, digit := range "123456789" {
		replace(t, path, "value-"+string(digit), time.Now())
	}
	readers.Wait()
	if got := secret.Reveal(); got != "value-9" {
		t.Errorf("after the last rotation Reveal() = %q", got)
	}
}
