package ledger

import (
	"strconv"
	"testing"
	"time"
)

// newBounded returns a ledger in a small memory.
func newBounded(t *testing.T, maxEntries, maxBytes int) *Ledger {
	t.Helper()
	derived, err := keysFor(inMemory, nil)
	must(t, err)
	clock := newClock()
	l := start(newMemory(storeOptions{clock: clock.Now}, maxEntries, maxBytes), derived, Options{Clock: clock.Now})
	t.Cleanup(func() { must(t, l.Close()) })
	return l
}

func TestMemoryDropsOldestSuccess(t *testing.T) {
	t.Parallel()
	l := newBounded(t, 3, maxMemoryBytes)
	reconcilable(t, l, "unknown", "content of another kind")
	second := mustClaim(t, l, "second", "content", Fresh)
	must(t, mustClaim(t, l, "first", "content", Fresh).Succeeded(t.Context(), nil, Resource{"apps", "1"}))
	must(t, second.Succeeded(t.Context(), nil, Resource{"apps", "2"}))
	mustClaim(t, l, "third", "content", Fresh)
	mustClaim(t, l, "second", "content", Replay)
	mustClaim(t, l, "unknown", "content of another kind", Reconcile)
	if claimed, err := l.Claimed(t.Context(), Resource{"apps", "1"}); err != nil || claimed {
		t.Errorf("the entry that was dropped still claims: %t, %v", claimed, err)
	}
	mustClaim(t, l, "first", "content", Fresh)
	_, err := l.Claim(t.Context(), key("fourth"), []byte("content"))
	wantError(t, err, ErrUnavailable)
}

func TestMemoryBoundsBytes(t *testing.T) {
	t.Parallel()
	l := newBounded(t, 1000, 100_000)
	for i := range 100 {
		attempt := mustClaim(t, l, strconv.Itoa(i), "content", Fresh)
		must(t, attempt.Succeeded(t.Context(), make([]byte, 10_000), Resource{}))
	}
	stored, _ := l.store.(*memory)
	if stored.bytes > 100_000 || len(stored.entries) < 8 {
		t.Errorf("%d entries of %d bytes", len(stored.entries), stored.bytes)
	}
	mustClaim(t, l, "99", "content", Replay)
	mustClaim(t, l, "0", "content", Fresh)
}

// TestMemoryTooLargeAnswer expects that an answer that is too large for the ledger leaves
// an entry that is reconciled.
func TestMemoryTooLargeAnswer(t *testing.T) {
	t.Parallel()
	clock := newClock()
	derived, err := keysFor(inMemory, nil)
	must(t, err)
	l := start(newMemory(storeOptions{clock: clock.Now}, 10, 10_000), derived, Options{Clock: clock.Now})
	t.Cleanup(func() { must(t, l.Close()) })
	attempt := mustClaim(t, l, "request-1", "content", Fresh)
	wantError(t, attempt.Succeeded(t.Context(), make([]byte, 20_000), Resource{}), ErrUnavailable)
	clock.advance(lease + time.Second)
	mustClaim(t, l, "request-1", "content", Reconcile)
}

// TestMemoryLeaksNothing expects that all indexes are empty when all entries are gone.
func TestMemoryLeaksNothing(t *testing.T) {
	t.Parallel()
	l := newBounded(t, 100, 1_000_000)
	for i := range 50 {
		attempt := mustClaim(t, l, strconv.Itoa(i), strconv.Itoa(i%3), Fresh)
		must(t, attempt.Succeeded(t.Context(), []byte("answer"), Resource{"apps", strconv.Itoa(i)}))
	}
	stored, _ := l.store.(*memory)
	for id := range stored.entries {
		stored.drop(id)
	}
	if got := len(stored.siblings) + len(stored.resources) + stored.finished.Len() + stored.bytes; got != 0 {
		t.Errorf("%d siblings, %d resources, %d finished, %d bytes are left",
			len(stored.siblings), len(stored.resources), stored.finished.Len(), stored.bytes)
	}
	if len(l.live) != 0 {
		t.Errorf("%d claims get heartbeats", len(l.live))
	}
}
