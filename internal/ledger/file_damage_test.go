package ledger

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

// filled returns the content of a ledger file of more than a megabyte.
func filled(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger")
	l, err := Open(t.Context(), "file:"+path, Options{Key: testKey})
	must(t, err)
	stored, _ := l.store.(*file)
	must(t, stored.db.Update(func(tx *bbolt.Tx) error {
		for i := range 600 {
			id, expires := fmt.Sprint("filled-", i), stored.options.now().Add(defaultTTL)
			entry := record{
				ID: l.keys.entry(key(id)), Content: l.keys.content(key(id), nil), Phase: succeeded, Expires: expires,
				Resource: l.keys.resource(Resource{"filled", id}),
			}
			entry.Answer = l.keys.seal(entry, bytes.Repeat([]byte("a"), 1500))
			if err := (records{tx}).put(entry); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, l.Close())
	content, err := os.ReadFile(path)
	must(t, err)
	return content
}

// copied returns the path of a copy.
func copied(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger")
	must(t, os.WriteFile(path, content, 0o600))
	return path
}

// page is a page of the file.
var page = int64(os.Getpagesize())

// damages are what can happen to a file that is as large as that of filled.
func damages() map[string]func(path string) error {
	overwritten := func(first, pages int64, with func([]byte)) func(string) error {
		return func(path string) error {
			opened, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			defer func() { _ = opened.Close() }()
			content := make([]byte, pages*page)
			with(content)
			_, err = opened.WriteAt(content, first*page)
			return err
		}
	}
	zeros := func([]byte) {}
	noise := func(content []byte) {
		source := rand.NewChaCha8([32]byte{1})
		_, _ = source.Read(content) // never fails
	}
	made := map[string]func(string) error{
		"zeros behind the head": overwritten(4, 300, zeros), "zeros everywhere": overwritten(0, 300, zeros),
		"noise behind the head": overwritten(2, 300, noise), "noise everywhere": overwritten(0, 300, noise),
	}
	for _, size := range []int64{0, 5, 8, 16, 32, 40, 700} {
		made[fmt.Sprintf("cut to %d KB", size)] = func(path string) error { return os.Truncate(path, size<<10) }
	}
	return made
}

// TestFileDamagedWhileOpen expects that a file that is damaged while it is in use fails all
// further operations, and does not end the process or keep it from ending.
func TestFileDamagedWhileOpen(t *testing.T) {
	t.Parallel()
	content := filled(t)
	for name, damage := range damages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := copied(t, content)
			seen := make(chan string, 1000)
			l := open(t, "file:"+path, Options{Observe: func(operation, outcome string) { seen <- operation + " " + outcome }})
			attempt := mustClaim(t, l, "request-1", "content", Fresh)
			must(t, damage(path))
			for i := 0; ; i++ {
				if _, err := l.Claim(t.Context(), key(fmt.Sprint("filled-", i)), nil); err != nil {
					wantError(t, err, errDamaged)
					break
				}
				if i == 600 {
					t.Fatal("nothing reads the pages that are damaged")
				}
			}
			wantError(t, attempt.Succeeded(t.Context(), []byte("answer"), Resource{}), ErrUnavailable)
			for range 3 {
				wantError(t, l.Check(t.Context()), ErrUnavailable)
				_, err := l.Claimed(t.Context(), Resource{"filled", "filled-1"})
				wantError(t, err, ErrUnavailable)
				_, err = l.Claim(t.Context(), key("request-2"), nil)
				wantError(t, err, ErrUnavailable)
			}
			must(t, l.Close())
			close(seen)
			if outcomes := drained(seen); !slices.Contains(outcomes, "claim unavailable") || !slices.Contains(outcomes, "check unavailable") {
				t.Errorf("observed %v", outcomes)
			}
		})
	}
}

// drained returns what is in a channel that is closed.
func drained(from <-chan string) (all []string) {
	for one := range from {
		all = append(all, one)
	}
	return all
}

// TestFileDamagedBefore expects that a file that was damaged before it is opened is an error
// that names it. Only an empty file is taken for a new one.
func TestFileDamagedBefore(t *testing.T) {
	t.Parallel()
	content := filled(t)
	for name, damage := range damages() {
		if name == "cut to 0 KB" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := copied(t, content)
			must(t, damage(path))
			_, err := Open(t.Context(), "file:"+path, Options{Key: testKey})
			if err == nil || !strings.HasPrefix(err.Error(), path+": ") {
				t.Fatalf("opened: %v", err)
			}
			if !strings.HasSuffix(name, "everywhere") { // otherwise it is no ledger at all
				wantError(t, err, errDamaged)
			}
		})
	}
}
