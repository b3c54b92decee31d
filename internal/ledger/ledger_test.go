package ledger

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for target, key := range map[string]string{
		"":                                   string(testKey),
		"off":                                string(testKey),
		"file:":                              string(testKey),
		"redis://user:hunter2@host":          string(testKey),
		"postgres://user:hunter2@host:port/": string(testKey),
		"postgres://user:hunter2@host/?pool_max_conns=hunter2": string(testKey),
		"file:/nowhere/ledger":                                 strings.Repeat("k", minKeyBytes-1),
		"postgres://user:hunter2@host/d":                       "",
	} {
		_, err := Open(t.Context(), target, Options{Key: []byte(key)})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Open(%q): %v", target, err)
		}
	}
}

// TestAnotherKey expects that a ledger is not opened with another key: every request id
// in it would look fresh.
func TestAnotherKey(t *testing.T) {
	t.Parallel()
	for name, target := range map[string]func(*testing.T) string{
		"file":     func(t *testing.T) string { return "file:" + t.TempDir() + "/ledger" },
		"postgres": func(t *testing.T) string { return newDatabase(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := target(t)
			l, err := Open(t.Context(), at, Options{Key: testKey})
			must(t, err)
			must(t, l.Close())
			_, err = Open(t.Context(), at, Options{Key: bytes.Repeat([]byte("k"), minKeyBytes)})
			wantError(t, err, ErrKey)
			open(t, at, Options{})
		})
	}
}

func TestAnswersAreBound(t *testing.T) {
	t.Parallel()
	k, err := newKeys(testKey)
	must(t, err)
	one, two := record{ID: hash{1}}, record{ID: hash{2}}
	one.Answer = k.seal(one, []byte("answer"))
	if bytes.Contains(one.Answer, []byte("answer")) || bytes.Equal(one.Answer, k.seal(one, []byte("answer"))) {
		t.Error("the answer is not encrypted with a nonce")
	}
	two.Answer = one.Answer
	if _, err := k.open(two); err == nil {
		t.Error("the answer of another entry was read")
	}
	one.Answer[len(one.Answer)-1] ^= 1
	if _, err := k.open(one); err == nil {
		t.Error("a changed answer was read")
	}
}

// TestMemoryKeysDiffer expects a key of its own for each ledger in memory.
func TestMemoryKeysDiffer(t *testing.T) {
	t.Parallel()
	one, two := open(t, "memory", Options{}), open(t, "memory", Options{})
	if one.keys.check == two.keys.check {
		t.Error("two ledgers in memory have the same key")
	}
}

func TestObserve(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen []string
	clock := newClock()
	l := open(t, "memory", Options{Clock: clock.Now, Observe: func(operation, outcome string) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, operation+" "+outcome)
	}})
	resource := Resource{"apps", "1"}
	first := mustClaim(t, l, "request-1", "content", Fresh)
	l.beat(t.Context())
	must(t, first.Succeeded(t.Context(), nil, resource))
	mustClaim(t, l, "request-1", "content", Replay)
	mustClaim(t, l, "request-1", "other", Reused)
	must(t, mustClaim(t, l, "request-2", "content", Fresh).Unknown(t.Context()))
	second := mustClaim(t, l, "request-2", "content", Reconcile)
	mustClaim(t, l, "request-2", "content", InProgress)
	wantError(t, second.Succeeded(t.Context(), nil, resource), ErrResourceClaimed)
	must(t, second.Resend(t.Context()))
	clock.advance(lease)
	mustClaim(t, l, "request-2", "content", Reconcile)
	wantError(t, second.Failed(t.Context()), ErrClaimLost)
	_, err := l.Claimed(t.Context(), resource)
	must(t, err)
	must(t, l.Check(t.Context()))
	l.purge(t.Context())
	want := []string{
		"claim fresh", "heartbeat ok", "succeeded ok", "claim replay", "claim reused", "claim fresh", "unknown ok",
		"claim reconcile", "claim in_progress", "succeeded resource_claimed", "resend ok", "claim reconcile", "failed lost",
		"claimed ok", "check ok", "purge ok",
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}
}

// failing is a store whose methods fail when it is told to.
type failing struct {
	store
	broken atomic.Bool
}

var errBroken = errors.New("the database is gone")

func (f *failing) beat(ctx context.Context, claims []held) ([]held, error) {
	if f.broken.Load() {
		return nil, errBroken
	}
	return f.store.beat(ctx, claims)
}

// claim fails after it has written, as when the acknowledgement of a commit is lost.
func (f *failing) claim(ctx context.Context, wanted claim) (verdict, error) {
	decided, err := f.store.claim(ctx, wanted)
	if f.broken.Load() {
		return verdict{}, errBroken
	}
	return decided, err
}

func (f *failing) remove(ctx context.Context, of held) error {
	if f.broken.Load() {
		return errBroken
	}
	return f.store.remove(ctx, of)
}

func (f *failing) replace(ctx context.Context, next record) error {
	if f.broken.Load() {
		return errBroken
	}
	return f.store.replace(ctx, next)
}

// onFailing returns a ledger on a store that can fail, for a synctest bubble.
func onFailing(t *testing.T) (*Ledger, *failing) {
	derived, err := keysFor(inMemory, nil)
	must(t, err)
	database := &failing{store: newMemory(storeOptions{}, maxMemoryEntries, maxMemoryBytes)}
	return start(database, derived, Options{}), database
}

// TestHeartbeatsByThemselves lets time pass without a call.
func TestHeartbeatsByThemselves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, _ := onFailing(t)
		attempt := mustClaim(t, l, "request-1", "content", Fresh)
		time.Sleep(10 * time.Minute)
		mustClaim(t, l, "request-1", "content", InProgress)
		must(t, attempt.Unknown(t.Context()))
		time.Sleep(defaultTTL)
		must(t, l.Close())
		if stored := l.store.(*failing).store.(*memory); len(stored.entries) != 0 {
			t.Error("an expired entry was not removed")
		}
	})
}

// TestHeartbeatsFail expects that the guard ends before another process could take the
// claim, and that the entry is then reconciled.
func TestHeartbeatsFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, database := onFailing(t)
		attempt := mustClaim(t, l, "request-1", "content", Fresh)
		guarded, cancel := attempt.Guard(t.Context())
		defer cancel()
		database.broken.Store(true)
		began := time.Now()
		<-guarded.Done()
		if took := time.Since(began); took <= lease-leaseMargin || took >= lease {
			t.Errorf("the guard ended after %s", took)
		}
		wantError(t, attempt.Unknown(t.Context()), ErrUnavailable)
		database.broken.Store(false)
		mustClaim(t, l, "request-1", "content", InProgress)
		time.Sleep(lease)
		mustClaim(t, l, "request-1", "content", Reconcile)
		must(t, l.Close())
	})
}

// TestAnswerThatCannotBeStored expects that a repeat reconciles.
func TestAnswerThatCannotBeStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, database := onFailing(t)
		attempt := mustClaim(t, l, "request-1", "content", Fresh)
		database.broken.Store(true)
		wantError(t, attempt.Succeeded(t.Context(), nil, Resource{}), ErrUnavailable)
		must(t, attempt.Unknown(t.Context())) // deferred; the attempt has ended
		database.broken.Store(false)
		mustClaim(t, l, "request-1", "content", InProgress)
		time.Sleep(lease)
		mustClaim(t, l, "request-1", "content", Reconcile)
		must(t, l.Close())
	})
}

// TestResendThatCannotBeWritten expects that nothing is sent and the claim ends.
func TestResendThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, database := onFailing(t)
		reconcilable(t, l, "request-1", "content")
		repeat := mustClaim(t, l, "request-1", "content", Reconcile)
		database.broken.Store(true)
		wantError(t, repeat.Resend(t.Context()), ErrUnavailable)
		database.broken.Store(false)
		time.Sleep(lease)
		again := mustClaim(t, l, "request-1", "content", Reconcile)
		must(t, again.Resend(t.Context()))
		must(t, l.Close())
	})
}

// TestUnsentIsRemoved expects that a repeat is a fresh attempt although the ledger could
// not be reached when it was known that nothing was sent.
func TestUnsentIsRemoved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, database := onFailing(t)
		refused := mustClaim(t, l, "refused", "content", Fresh)
		reconcilable(t, l, "unknown", "content of another kind")
		database.broken.Store(true)
		wantError(t, refused.Failed(t.Context()), ErrUnavailable)
		for id, content := range map[string]string{"not told": "content of a third kind", "unknown": "content of another kind"} {
			_, err := l.Claim(t.Context(), key(id), []byte(content))
			wantError(t, err, ErrUnavailable)
		}
		time.Sleep(2*beatInterval + time.Second) // not at the moment of a heartbeat
		database.broken.Store(false)
		mustClaim(t, l, "refused", "content", InProgress)
		time.Sleep(beatInterval)
		mustClaim(t, l, "refused", "content", Fresh)
		mustClaim(t, l, "not told", "content of a third kind", Fresh)
		time.Sleep(lease)
		mustClaim(t, l, "unknown", "content of another kind", Reconcile)
		time.Sleep(lease)
		l.mu.Lock()
		defer l.mu.Unlock()
		if len(l.unsent) != 0 {
			t.Errorf("%d claims are removed for ever", len(l.unsent))
		}
		l.stop()
	})
}

// late is a store that gives its first claim up, which can be made afterwards.
type late struct {
	store
	first *claim
}

func (s *late) claim(ctx context.Context, wanted claim) (verdict, error) {
	if s.first != nil {
		return s.store.claim(ctx, wanted)
	}
	s.first = &wanted
	return verdict{}, context.DeadlineExceeded
}

// TestLateClaimIsRemoved: an entry that appears after its claim was given up, and after a heartbeat
// has looked for it, does not stay: nothing was sent under it.
func TestLateClaimIsRemoved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		derived, err := keysFor(inMemory, nil)
		must(t, err)
		database := &late{store: newMemory(storeOptions{}, maxMemoryEntries, maxMemoryBytes)}
		l := start(database, derived, Options{})
		_, err = l.Claim(t.Context(), key("late"), []byte("content"))
		wantError(t, err, ErrUnavailable)
		time.Sleep(beatInterval + time.Second) // a heartbeat finds nothing to remove
		_, err = database.claim(t.Context(), *database.first)
		must(t, err)
		mustClaim(t, l, "late", "content", InProgress)
		time.Sleep(beatInterval)
		mustClaim(t, l, "late", "content", Fresh)
		l.stop()
	})
}

// TestPlace: where a ledger is can be shown; who may open it cannot.
func TestPlace(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"memory":                         "memory",
		"file:/var/lib/sipfacade/ledger": "file:/var/lib/sipfacade/ledger",
		"postgres://user:hunter2@db.example:5432/sip?password=hunter2&sslmode=require": "postgres://db.example:5432/sip",
		"postgresql://hunter2@db.example/sip#hunter2":                                  "postgresql://db.example/sip",
		"postgres:///sip?host=/run/postgresql&password=hunter2":                        "postgres:///sip",
		"postgres://user:hunter2%zz@db.example/sip":                                    "postgres",
		"hunter2": "unknown",
		"":        "unknown",
	} {
		if got := Place(target); got != want {
			t.Errorf("%q is shown as %q, want %q", target, got, want)
		}
	}
}
