package ledger

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// scenarios are what every store must do. Each gets an empty ledger with a clock that
// stands still.
func scenarios() map[string]func(*testing.T, *Ledger, *manualClock) {
	return map[string]func(*testing.T, *Ledger, *manualClock){
		"success is replayed":               successIsReplayed,
		"failure leaves nothing":            failureLeavesNothing,
		"unknown is reconciled":             unknownIsReconciled,
		"open claim is in progress":         openClaimIsInProgress,
		"other content is refused":          otherContentIsRefused,
		"claim without heartbeat ends":      claimWithoutHeartbeatEnds,
		"heartbeat keeps a claim":           heartbeatKeepsClaim,
		"reconciliation is exclusive":       reconciliationIsExclusive,
		"reconciliation keeps the end":      reconciliationKeepsTheEnd,
		"dead reconciliation keeps the end": deadReconciliationKeepsTheEnd,
		"resend is possible once":           resendIsPossibleOnce,
		"dead resend ends later":            deadResendEndsLater,
		"failed resend changes nothing":     failedResendChangesNothing,
		"resend renews the claim":           resendRenewsTheClaim,
		"resource is taken once":            resourceIsTakenOnce,
		"fresh success keeps its answer":    freshSuccessKeepsItsAnswer,
		"siblings wait":                     siblingsWait,
		"entries expire":                    entriesExpire,
		"resources expire":                  resourcesExpire,
		"live claims do not expire":         liveClaimsDoNotExpire,
		"purge removes what has expired":    purgeRemovesWhatHasExpired,
		"outcomes are not removed":          outcomesAreNotRemoved,
		"keys do not mix":                   keysDoNotMix,
		"an attempt ends once":              attemptEndsOnce,
		"gone callers do not matter":        goneCallersDoNotMatter,
		"one of many is fresh":              oneOfManyIsFresh,
		"one of many reconciles":            oneOfManyReconciles,
		"guard ends with the claim":         guardEndsWithTheClaim,
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for store, openEmpty := range targets() {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			for name, scenario := range scenarios() {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					clock := newClock()
					scenario(t, openEmpty(t, Options{Clock: clock.Now, TTL: time.Hour}), clock)
				})
			}
		})
	}
}

func successIsReplayed(t *testing.T, l *Ledger, clock *manualClock) {
	for _, answer := range []string{"", "an answer", string(make([]byte, 1<<20))} {
		id := "request-" + strconv.Itoa(len(answer))
		attempt := mustClaim(t, l, id, "content", Fresh)
		must(t, attempt.Succeeded(t.Context(), []byte(answer), Resource{}))
		clock.advance(30 * time.Second)
		for range 2 {
			replay := mustClaim(t, l, id, "content", Replay)
			if diff := cmp.Diff(answer, string(replay.Answer)); diff != "" {
				t.Error(diff)
			}
			if !replay.Intent.Equal(attempt.Intent) {
				t.Errorf("intent %s, want %s", replay.Intent, attempt.Intent)
			}
		}
	}
}

func failureLeavesNothing(t *testing.T, l *Ledger, _ *manualClock) {
	must(t, mustClaim(t, l, "request-1", "content", Fresh).Failed(t.Context()))
	must(t, mustClaim(t, l, "request-1", "other content", Fresh).Failed(t.Context()))
	mustClaim(t, l, "request-1", "content", Fresh)
}

func unknownIsReconciled(t *testing.T, l *Ledger, clock *manualClock) {
	intent := clock.Now()
	attempt := mustClaim(t, l, "request-1", "content", Fresh)
	clock.advance(4 * time.Second)
	must(t, attempt.Unknown(t.Context()))
	clock.advance(7 * time.Second)
	repeat := mustClaim(t, l, "request-1", "content", Reconcile)
	type facts struct {
		Intent, Ended time.Time
		SinceEnd      time.Duration
		Resent        bool
	}
	got := facts{repeat.Intent, repeat.Ended, repeat.SinceEnd, repeat.Resent}
	if diff := cmp.Diff(facts{intent, intent.Add(4 * time.Second), 7 * time.Second, false}, got); diff != "" {
		t.Error(diff)
	}
	must(t, repeat.Succeeded(t.Context(), []byte("found"), Resource{Scope: "apps", ID: "1"}))
	if answer := mustClaim(t, l, "request-1", "content", Replay).Answer; string(answer) != "found" {
		t.Errorf("answer %q", answer)
	}
}

func openClaimIsInProgress(t *testing.T, l *Ledger, _ *manualClock) {
	attempt := mustClaim(t, l, "request-1", "content", Fresh)
	repeat := mustClaim(t, l, "request-1", "content", InProgress)
	must(t, repeat.Failed(t.Context())) // has no effect: the claim is another's
	must(t, repeat.Succeeded(t.Context(), nil, Resource{}))
	mustClaim(t, l, "request-1", "content", InProgress)
	must(t, attempt.Succeeded(t.Context(), nil, Resource{}))
	mustClaim(t, l, "request-1", "content", Replay)
}

func otherContentIsRefused(t *testing.T, l *Ledger, _ *manualClock) {
	attempt := mustClaim(t, l, "request-1", "content", Fresh)
	mustClaim(t, l, "request-1", "other", Reused)
	must(t, attempt.Unknown(t.Context()))
	mustClaim(t, l, "request-1", "other", Reused)
	repeat := mustClaim(t, l, "request-1", "content", Reconcile)
	mustClaim(t, l, "request-1", "other", Reused)
	must(t, repeat.Succeeded(t.Context(), nil, Resource{}))
	mustClaim(t, l, "request-1", "other", Reused)
}

func claimWithoutHeartbeatEnds(t *testing.T, l *Ledger, clock *manualClock) {
	dead := mustClaim(t, l, "request-1", "content", Fresh)
	began := clock.Now()
	clock.advance(lease - time.Second)
	mustClaim(t, l, "request-1", "content", InProgress)
	clock.advance(3 * time.Second)
	repeat := mustClaim(t, l, "request-1", "content", Reconcile)
	if repeat.SinceEnd != 2*time.Second || !repeat.Ended.Equal(began.Add(lease)) {
		t.Errorf("ended at %s, %s ago", repeat.Ended, repeat.SinceEnd)
	}
	wantError(t, dead.Succeeded(t.Context(), []byte("late"), Resource{}), ErrClaimLost)
	mustClaim(t, l, "request-1", "content", InProgress)
}

func heartbeatKeepsClaim(t *testing.T, l *Ledger, clock *manualClock) {
	attempt := mustClaim(t, l, "request-1", "content", Fresh)
	for range 5 {
		clock.advance(lease - time.Second)
		l.beat(t.Context())
		mustClaim(t, l, "request-1", "content", InProgress)
	}
	must(t, attempt.Succeeded(t.Context(), nil, Resource{}))
}

// reconcilable leaves an entry whose outcome is unknown.
func reconcilable(t *testing.T, l *Ledger, id, content string) {
	t.Helper()
	must(t, mustClaim(t, l, id, content, Fresh).Unknown(t.Context()))
}

func reconciliationIsExclusive(t *testing.T, l *Ledger, _ *manualClock) {
	reconcilable(t, l, "request-1", "content")
	first := mustClaim(t, l, "request-1", "content", Reconcile)
	mustClaim(t, l, "request-1", "content", InProgress)
	must(t, first.Unknown(t.Context()))
	mustClaim(t, l, "request-1", "content", Reconcile)
}

func reconciliationKeepsTheEnd(t *testing.T, l *Ledger, clock *manualClock) {
	reconcilable(t, l, "request-1", "content")
	ended := clock.Now()
	for range 3 {
		clock.advance(time.Second)
		repeat := mustClaim(t, l, "request-1", "content", Reconcile)
		if !repeat.Ended.Equal(ended) {
			t.Errorf("ended at %s, want %s: looking sends nothing", repeat.Ended, ended)
		}
		must(t, repeat.Unknown(t.Context()))
	}
	must(t, mustClaim(t, l, "request-1", "content", Reconcile).Failed(t.Context()))
	mustClaim(t, l, "request-1", "content", Reconcile)
}

func deadReconciliationKeepsTheEnd(t *testing.T, l *Ledger, clock *manualClock) {
	reconcilable(t, l, "request-1", "content")
	ended := clock.Now()
	mustClaim(t, l, "request-1", "content", Reconcile)
	clock.advance(lease)
	if repeat := mustClaim(t, l, "request-1", "content", Reconcile); !repeat.Ended.Equal(ended) {
		t.Errorf("ended at %s, want %s", repeat.Ended, ended)
	}
}

func resendIsPossibleOnce(t *testing.T, l *Ledger, clock *manualClock) {
	reconcilable(t, l, "request-1", "content")
	clock.advance(10 * time.Second)
	repeat := mustClaim(t, l, "request-1", "content", Reconcile)
	must(t, repeat.Resend(t.Context()))
	wantError(t, repeat.Resend(t.Context()), ErrResent)
	clock.advance(time.Second)
	must(t, repeat.Unknown(t.Context()))
	clock.advance(time.Second)
	again := mustClaim(t, l, "request-1", "content", Reconcile)
	if !again.Resent || again.SinceEnd != time.Second {
		t.Errorf("resent %t, ended %s ago", again.Resent, again.SinceEnd)
	}
	wantError(t, again.Resend(t.Context()), ErrResent)
	must(t, again.Succeeded(t.Context(), nil, Resource{}))
}

func deadResendEndsLater(t *testing.T, l *Ledger, clock *manualClock) {
	reconcilable(t, l, "request-1", "content")
	must(t, mustClaim(t, l, "request-1", "content", Reconcile).Resend(t.Context()))
	clock.advance(lease + 3*time.Second)
	again := mustClaim(t, l, "request-1", "content", Reconcile)
	if !again.Resent || again.SinceEnd != 3*time.Second {
		t.Errorf("resent %t, ended %s ago", again.Resent, again.SinceEnd)
	}
}

func failedResendChangesNothing(t *testing.T, l *Ledger, clock *manualClock) {
	reconcilable(t, l, "request-1", "content")
	clock.advance(10 * time.Second)
	repeat := mustClaim(t, l, "request-1", "content", Reconcile)
	must(t, repeat.Resend(t.Context()))
	must(t, repeat.Failed(t.Context()))
	again := mustClaim(t, l, "request-1", "content", Reconcile)
	if again.Resent || again.SinceEnd != 10*time.Second {
		t.Errorf("resent %t, ended %s ago", again.Resent, again.SinceEnd)
	}
	must(t, again.Resend(t.Context()))
}

func resendRenewsTheClaim(t *testing.T, l *Ledger, clock *manualClock) {
	reconcilable(t, l, "request-1", "content")
	repeat := mustClaim(t, l, "request-1", "content", Reconcile)
	clock.advance(lease - time.Second)
	must(t, repeat.Resend(t.Context()))
	clock.advance(lease - time.Second)
	mustClaim(t, l, "request-1", "content", InProgress)
}
