package ledger

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func resourceIsTakenOnce(t *testing.T, l *Ledger, _ *manualClock) {
	one, two := Resource{Scope: "apps", ID: "1"}, Resource{Scope: "apps", ID: "2"}
	must(t, mustClaim(t, l, "request-1", "content", Fresh).Succeeded(t.Context(), nil, one))
	for resource, want := range map[Resource]bool{one: true, two: false, {Scope: "app", ID: "s1"}: false} {
		if claimed, err := l.Claimed(t.Context(), resource); err != nil || claimed != want {
			t.Errorf("Claimed(%v) = %t, %v", resource, claimed, err)
		}
	}
	reconcilable(t, l, "request-2", "content")
	second := mustClaim(t, l, "request-2", "content", Reconcile)
	wantError(t, second.Succeeded(t.Context(), []byte("wrong"), one), ErrResourceClaimed)
	must(t, second.Succeeded(t.Context(), []byte("right"), two))
	if answer := mustClaim(t, l, "request-2", "content", Replay).Answer; string(answer) != "right" {
		t.Errorf("answer %q", answer)
	}
	for i := range 2 { // any number of entries may have no resource
		must(t, mustClaim(t, l, "request-none-"+strconv.Itoa(i), "content", Fresh).Succeeded(t.Context(), nil, Resource{}))
	}
}

func freshSuccessKeepsItsAnswer(t *testing.T, l *Ledger, _ *manualClock) {
	resource := Resource{Scope: "apps", ID: "1"}
	first := mustClaim(t, l, "request-1", "content", Fresh)
	reconcilable(t, l, "request-2", "similar content")
	must(t, mustClaim(t, l, "request-2", "similar content", Reconcile).Succeeded(t.Context(), nil, resource))
	must(t, first.Succeeded(t.Context(), []byte("mine"), resource))
	if answer := mustClaim(t, l, "request-1", "content", Replay).Answer; string(answer) != "mine" {
		t.Errorf("answer %q", answer)
	}
}

func siblingsWait(t *testing.T, l *Ledger, _ *manualClock) {
	reconcilable(t, l, "request-1", "content")
	sending := mustClaim(t, l, "request-2", "content", Fresh)
	mustClaim(t, l, "request-3", "content", Fresh) // nobody looks yet
	mustClaim(t, l, "request-1", "content", InProgress)
	must(t, sending.Unknown(t.Context()))
	mustClaim(t, l, "request-1", "content", InProgress) // request-3
	reconcilable(t, l, "request-4", "content of another kind")
	looking := mustClaim(t, l, "request-4", "content of another kind", Reconcile)
	mustClaim(t, l, "request-5", "content of another kind", InProgress)
	must(t, looking.Resend(t.Context()))
	mustClaim(t, l, "request-5", "content of another kind", Fresh)
}

func entriesExpire(t *testing.T, l *Ledger, clock *manualClock) {
	must(t, mustClaim(t, l, "request-1", "content", Fresh).Succeeded(t.Context(), nil, Resource{}))
	reconcilable(t, l, "request-2", "content")
	clock.advance(time.Hour - time.Microsecond)
	mustClaim(t, l, "request-1", "content", Replay)
	clock.advance(time.Microsecond)
	mustClaim(t, l, "request-1", "other content", Fresh)
	mustClaim(t, l, "request-2", "content", Fresh)
}

func resourcesExpire(t *testing.T, l *Ledger, clock *manualClock) {
	resource := Resource{Scope: "apps", ID: "1"}
	must(t, mustClaim(t, l, "request-1", "content", Fresh).Succeeded(t.Context(), nil, resource))
	clock.advance(time.Hour)
	if claimed, err := l.Claimed(t.Context(), resource); err != nil || claimed {
		t.Errorf("Claimed = %t, %v", claimed, err)
	}
	reconcilable(t, l, "request-2", "content")
	must(t, mustClaim(t, l, "request-2", "content", Reconcile).Succeeded(t.Context(), nil, resource))
	must(t, l.store.purge(t.Context()))
	if claimed, err := l.Claimed(t.Context(), resource); err != nil || !claimed {
		t.Errorf("Claimed = %t, %v; the expired entry took it along", claimed, err)
	}
}

func liveClaimsDoNotExpire(t *testing.T, l *Ledger, clock *manualClock) {
	attempt := mustClaim(t, l, "request-1", "content", Fresh)
	clock.advance(2 * time.Hour)
	l.beat(t.Context())
	must(t, l.store.purge(t.Context()))
	mustClaim(t, l, "request-1", "content", InProgress)
	must(t, attempt.Succeeded(t.Context(), nil, Resource{}))
	mustClaim(t, l, "request-1", "content", Fresh)
}

func purgeRemovesWhatHasExpired(t *testing.T, l *Ledger, clock *manualClock) {
	attempts := make([]*Attempt, 20)
	for i := range attempts {
		attempts[i] = mustClaim(t, l, "old-"+strconv.Itoa(i), "content", Fresh)
	}
	for _, attempt := range attempts[:10] {
		must(t, attempt.Succeeded(t.Context(), nil, Resource{}))
	}
	clock.advance(30 * time.Minute)
	must(t, mustClaim(t, l, "young", "content", Fresh).Succeeded(t.Context(), nil, Resource{}))
	clock.advance(30 * time.Minute)
	must(t, l.store.purge(t.Context()))
	mustClaim(t, l, "young", "content", Replay)
	for _, attempt := range attempts {
		if err := l.store.remove(t.Context(), attempt.held()); err == nil {
			t.Errorf("an entry that expired with phase %s is still there", attempt.entry.Phase)
		}
	}
}

func outcomesAreNotRemoved(t *testing.T, l *Ledger, _ *manualClock) {
	attempt := mustClaim(t, l, "request-1", "content", Fresh)
	must(t, attempt.Succeeded(t.Context(), nil, Resource{}))
	wantError(t, l.store.remove(t.Context(), attempt.held()), ErrClaimLost)
	mustClaim(t, l, "request-1", "content", Replay)
	reconcilable(t, l, "request-2", "content")
	repeat := mustClaim(t, l, "request-2", "content", Reconcile)
	wantError(t, l.store.remove(t.Context(), repeat.held()), ErrClaimLost)
	mustClaim(t, l, "request-2", "content", InProgress)
}

func keysDoNotMix(t *testing.T, l *Ledger, _ *manualClock) {
	for _, different := range []Key{
		{"a", "b", "c", "request"}, {"", "b", "c", "request"}, {"ab", "", "c", "request"}, {"a", "bc", "", "request"},
		{"a", "b", "", "crequest"}, {"a", "b", "c", "request2"}, {"a", "b", "C", "request"}, {"A", "b", "c", "request"},
	} {
		attempt, err := l.Claim(t.Context(), different, nil)
		if err != nil || attempt.Outcome != Fresh {
			t.Errorf("Claim(%q) = %v, %v", different, attempt, err)
		}
	}
}

func attemptEndsOnce(t *testing.T, l *Ledger, _ *manualClock) {
	attempt := mustClaim(t, l, "request-1", "content", Fresh)
	must(t, attempt.Succeeded(t.Context(), []byte("answer"), Resource{}))
	must(t, attempt.Unknown(t.Context()))
	must(t, attempt.Failed(t.Context()))
	must(t, attempt.Succeeded(t.Context(), []byte("another"), Resource{}))
	if answer := mustClaim(t, l, "request-1", "content", Replay).Answer; string(answer) != "answer" {
		t.Errorf("answer %q", answer)
	}
}

func goneCallersDoNotMatter(t *testing.T, l *Ledger, _ *manualClock) {
	gone, cancel := context.WithCancel(t.Context())
	attempt := mustClaim(t, l, "request-1", "content", Fresh)
	cancel()
	must(t, attempt.Succeeded(gone, nil, Resource{}))
	mustClaim(t, l, "request-1", "content", Replay)
	if _, err := l.Claim(gone, key("request-2"), nil); err == nil {
		t.Error("a caller that has gone claimed")
	}
}

// claimByMany claims one key at once and returns how often each outcome came.
func claimByMany(t *testing.T, l *Ledger) map[Outcome]int {
	t.Helper()
	var all sync.WaitGroup
	var counts [Reused + 1]atomic.Int64
	for range 100 {
		all.Go(func() {
			attempt, err := l.Claim(t.Context(), key("request-1"), []byte("content"))
			if err != nil {
				t.Error(err)
				return
			}
			counts[attempt.Outcome].Add(1)
		})
	}
	all.Wait()
	got := map[Outcome]int{}
	for outcome := range counts {
		if count := int(counts[outcome].Load()); count > 0 {
			got[Outcome(outcome)] = count
		}
	}
	return got
}

func oneOfManyIsFresh(t *testing.T, l *Ledger, _ *manualClock) {
	if diff := cmp.Diff(map[Outcome]int{Fresh: 1, InProgress: 99}, claimByMany(t, l)); diff != "" {
		t.Error(diff)
	}
}

func oneOfManyReconciles(t *testing.T, l *Ledger, _ *manualClock) {
	reconcilable(t, l, "request-1", "content")
	if diff := cmp.Diff(map[Outcome]int{Reconcile: 1, InProgress: 99}, claimByMany(t, l)); diff != "" {
		t.Error(diff)
	}
}

func guardEndsWithTheClaim(t *testing.T, l *Ledger, clock *manualClock) {
	attempt := mustClaim(t, l, "request-1", "content", Fresh)
	guarded, cancel := attempt.Guard(t.Context())
	defer cancel()
	l.beat(t.Context())
	if attempt.lost.Err() != nil { // the guard itself ends only a little later
		t.Fatal("a heartbeat ended the guard")
	}
	clock.advance(lease)
	mustClaim(t, l, "request-1", "content", Reconcile)
	l.beat(t.Context())
	<-guarded.Done()
	wantError(t, context.Cause(guarded), ErrClaimLost)
}
