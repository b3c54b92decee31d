package ledger

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// writeUntilKilled is the child process: it claims one request id after the other, says
// on standard output when it would send and when the answer is stored, and never ends.
func writeUntilKilled(path string) int {
	l, err := Open(context.Background(), "file:"+path, Options{Key: testKey})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	round := rand.Uint64()
	for i := 0; ; i++ {
		id := fmt.Sprintf("%d-%d", round, i)
		attempt, err := l.Claim(context.Background(), key(id), []byte(id))
		if err != nil || attempt.Outcome != Fresh {
			fmt.Fprintln(os.Stderr, "claim:", attempt, err)
			return 1
		}
		fmt.Println("sent", id)
		if i%3 == 2 {
			err = attempt.Failed(context.Background())
		} else {
			err = attempt.Succeeded(context.Background(), []byte(strings.Repeat(id, 50)), Resource{"child", id})
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "finish:", err)
			return 1
		}
		fmt.Println("ended", id)
	}
}

// runAndKill runs a child on the file, kills it at a random moment, and returns what it
// said last about each request id.
func runAndKill(t *testing.T, path string) map[string]string {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childVariable+"="+path)
	var problems bytes.Buffer
	child.Stderr = &problems
	said, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	lines := bufio.NewReader(said)
	states := map[string]string{}
	read := func() error {
		line, err := lines.ReadString('\n')
		if state, id, ok := strings.Cut(strings.TrimSpace(line), " "); ok && err == nil {
			states[id] = state
		}
		return err
	}
	if err := read(); err != nil {
		t.Fatalf("the child said nothing: %v: %s", err, problems.String())
	}
	killer := time.AfterFunc(rand.N(20*time.Millisecond), func() { _ = child.Process.Kill() })
	defer killer.Stop()
	for err = read(); err == nil; err = read() {
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	if problems.Len() > 0 {
		t.Fatal(problems.String())
	}
	return states
}

func TestFileSurvivesKill(t *testing.T) {
	t.Parallel()
	rounds := 200
	if testing.Short() {
		rounds = 20
	}
	path := filepath.Join(t.TempDir(), "ledger")
	reconciled, replayed := 0, 0
	for range rounds {
		states := runAndKill(t, path)
		l, err := Open(t.Context(), "file:"+path, Options{Key: testKey})
		must(t, err)
		for id, state := range states {
			attempt, err := l.Claim(t.Context(), key(id), []byte(id))
			must(t, err)
			switch {
			case attempt.Outcome == Replay && string(attempt.Answer) == strings.Repeat(id, 50):
				replayed++
			case attempt.Outcome == Reconcile && state == "sent" && attempt.SinceEnd >= 0 && attempt.SinceEnd < time.Minute:
				reconciled++
			case attempt.Outcome == Fresh && thirdOfThree(id): // failed, and a fresh attempt is right
			default:
				t.Fatalf("%s %s, and then: %s after %s", state, id, attempt.Outcome, attempt.SinceEnd)
			}
			must(t, attempt.Failed(t.Context()))
		}
		must(t, l.Close())
	}
	t.Logf("%d replayed, %d reconciled", replayed, reconciled)
	if replayed == 0 || reconciled == 0 {
		t.Error("the kills never came at the moments that matter")
	}
}

// thirdOfThree reports whether the child let this request id fail.
func thirdOfThree(id string) bool {
	var round, i uint64
	_, err := fmt.Sscanf(id, "%d-%d", &round, &i)
	return err == nil && i%3 == 2
}

func TestFileEndsClaimsAtRestart(t *testing.T) {
	t.Parallel()
	target := "file:" + t.TempDir() + "/ledger"
	clock := newClock()
	options := Options{Key: testKey, Clock: clock.Now}
	first, err := Open(t.Context(), target, options)
	must(t, err)
	reconcilable(t, first, "looked-at", "content of another kind")
	ended := clock.Now()
	clock.advance(time.Second)
	mustClaim(t, first, "looked-at", "content of another kind", Reconcile)
	mustClaim(t, first, "sent", "content", Fresh)
	must(t, first.Close())

	clock.advance(2 * time.Second)
	restarted := clock.Now()
	second := open(t, target, options)
	clock.advance(3 * time.Second)
	if repeat := mustClaim(t, second, "sent", "content", Reconcile); !repeat.Ended.Equal(restarted) {
		t.Errorf("ended at %s, want the restart at %s", repeat.Ended, restarted)
	}
	if repeat := mustClaim(t, second, "looked-at", "content of another kind", Reconcile); !repeat.Ended.Equal(ended) {
		t.Errorf("ended at %s, want %s: the dead process had only looked", repeat.Ended, ended)
	}
}

func TestFileIsLocked(t *testing.T) {
	t.Parallel()
	target := "file:" + t.TempDir() + "/ledger"
	open(t, target, Options{})
	_, err := Open(t.Context(), target, Options{Key: testKey})
	wantError(t, err, ErrInUse)
}

func TestFileCannotBeOpened(t *testing.T) {
	t.Parallel()
	if _, err := Open(t.Context(), "file:"+t.TempDir()+"/absent/ledger", Options{Key: testKey}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	broken := filepath.Join(t.TempDir(), "ledger")
	must(t, os.WriteFile(broken, bytes.Repeat([]byte("not bbolt"), 5000), 0o600))
	if _, err := Open(t.Context(), "file:"+broken, Options{Key: testKey}); err == nil {
		t.Error("a file of another kind was opened")
	}
}

func TestFileIsPrivateAndSealed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger")
	l := open(t, "file:"+path, Options{})
	attempt := mustClaim(t, l, "request-in-the-clear", "content-in-the-clear", Fresh)
	must(t, attempt.Succeeded(t.Context(), []byte("answer-in-the-clear"), Resource{"scope", "resource-in-the-clear"}))
	stored, err := os.ReadFile(path)
	must(t, err)
	for _, secret := range []string{"in-the-clear", "5ca1ab1e", "shop", "CreateSipApp"} {
		if bytes.Contains(stored, []byte(secret)) {
			t.Errorf("the file has %q", secret)
		}
	}
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %s", info.Mode())
	}
}

// TestFileUnreadableEntry expects that an entry that cannot be read is an error, since
// taking it for absent would send the write again.
func TestFileUnreadableEntry(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func([]byte) []byte{
		"no JSON": func([]byte) []byte { return []byte("damaged") },
		"other answer": func(value []byte) []byte {
			return bytes.Replace(value, []byte(`"Answer":"`), []byte(`"Answer":"AAAA`), 1)
		},
		"other id": func(value []byte) []byte { return bytes.Replace(value, []byte(`"ID":"`), []byte(`"ID":"00`), 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, "file:"+t.TempDir()+"/ledger", Options{})
			must(t, mustClaim(t, l, "request-1", "content", Fresh).Succeeded(t.Context(), []byte("answer"), Resource{}))
			stored, _ := l.store.(*file)
			id := l.keys.entry(key("request-1"))
			must(t, stored.db.Update(func(tx *bbolt.Tx) error {
				entries := records{tx}.bucket(entryBucket)
				return entries.Put(id[:], damage(bytes.Clone(entries.Get(id[:]))))
			}))
			_, err := l.Claim(t.Context(), key("request-1"), []byte("content"))
			wantError(t, err, ErrUnavailable)
		})
	}
}

// TestFileStalls expects that an operation on a disk that does not answer ends within a
// second, and that its entry is then neither fresh nor lost.
func TestFileStalls(t *testing.T) {
	t.Parallel()
	clock := newClock()
	l := open(t, "file:"+t.TempDir()+"/ledger", Options{Clock: clock.Now, timeout: operationTimeout})
	attempt := mustClaim(t, l, "request-1", "content", Fresh)
	stored, _ := l.store.(*file)
	stalled, err := stored.db.Begin(true)
	must(t, err)
	began := time.Now()
	wantError(t, attempt.Succeeded(t.Context(), []byte("answer"), Resource{}), ErrUnavailable)
	_, err = l.Claim(t.Context(), key("request-2"), nil)
	wantError(t, err, ErrUnavailable)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("two operations took %s", took)
	}
	must(t, stalled.Rollback())
	clock.advance(lease)
	mustClaim(t, l, "request-3", "content of another kind", Fresh)
	again, err := l.Claim(t.Context(), key("request-1"), []byte("content"))
	must(t, err)
	if again.Outcome != Reconcile && again.Outcome != Replay {
		t.Errorf("%s after an answer that could not be stored", again.Outcome)
	}
}

func TestFileAfterClose(t *testing.T) {
	t.Parallel()
	l, err := Open(t.Context(), "file:"+t.TempDir()+"/ledger", Options{Key: testKey})
	must(t, err)
	must(t, l.Close())
	_, err = l.Claim(t.Context(), key("request-1"), nil)
	wantError(t, err, ErrUnavailable)
	wantError(t, l.Check(t.Context()), ErrUnavailable)
}
