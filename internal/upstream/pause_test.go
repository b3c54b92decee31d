package upstream

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// TestPauseHoldsForTheCredential: until the pause that the vendor asked for is over, no
// call is made with that credential, and callers are told what remains of it. In
// caller mode calls with another credential go on. In service mode nothing that a
// caller sends changes what the calls are authenticated with.
func TestPauseHoldsForTheCredential(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fromCaller bool
		requests   int64 // of 50 callers with other credentials
	}{
		"service": {false, 0},
		"caller":  {true, 50},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				vendor := sequence(busy, good)
				pipeline, end := pipelineOf(t, vendor)
				defer end()
				pipeline.dialect = &plain{fromCaller: c.fromCaller}
				ctx := WithCallerCredential(t.Context(), "vendor", "mine")
				first := failureOf(t, pipeline.Do(ctx, callOf(Read)))
				time.Sleep(3 * time.Second)
				second := failureOf(t, pipeline.Do(ctx, callOf(Create)))
				if first.RetryAfter != 7*time.Second || second.Kind != KindThrottled || second.RetryAfter != 4*time.Second ||
					second.Sent || vendor.requests.Load() != 1 {
					t.Errorf("first %v, second %v, retry after %s", first, second, second.RetryAfter)
				}
				for i := range 50 {
					other := WithCallerCredential(t.Context(), "vendor", strconv.Itoa(i))
					_ = pipeline.Do(other, callOf(Read)) // refused or not: the vendor counts
				}
				if got := vendor.requests.Load() - 1; got != c.requests {
					t.Errorf("%d of 50 calls reached the vendor, want %d", got, c.requests)
				}
				time.Sleep(4 * time.Second)
				if err := pipeline.Do(ctx, callOf(Read)); err != nil {
					t.Errorf("after the pause: %v", err)
				}
			})
		})
	}
}

// asking is a 5xx that says when to come back.
func asking(status, seconds int) string {
	return fmt.Sprintf("HTTP/1.1 %d Oh\r\nRetry-After: %d\r\nContent-Length: 0\r\n\r\n", status, seconds)
}

// TestServerErrorThatAsksForAPause: a call is not tried again before the time that the vendor
// asks for, and fails at once if that is long. Other calls are made.
func TestServerErrorThatAsksForAPause(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status, seconds int
		action          Action
		requests        int64 // with those of the call after it
		took            time.Duration
		failed          Kind // -1 if the call succeeds
	}{
		"read":                {503, 60, Read, 2, 0, KindStatus},
		"update":              {503, 60, Update, 2, 0, KindStatus},
		"create":              {503, 60, Create, 2, 0, KindStatus},
		"read, a short pause": {503, 1, Read, 3, time.Second, -1},
		"read, another 5xx":   {502, 60, Read, 2, 0, KindStatus},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				vendor := sequence(asking(c.status, c.seconds), good)
				pipeline, end := pipelineOf(t, vendor)
				defer end()
				kindOf := func(err error) Kind {
					if err == nil {
						return -1
					}
					return failureOf(t, err).Kind
				}
				started := time.Now()
				failed := kindOf(pipeline.Do(t.Context(), callOf(c.action)))
				took := time.Since(started)
				next := kindOf(pipeline.Do(t.Context(), callOf(Read)))
				if failed != c.failed || next != -1 || took != c.took || vendor.requests.Load() != c.requests {
					t.Errorf("%s after %s, then %s, %d requests", failed, took, next, vendor.requests.Load())
				}
			})
		})
	}
}

// numbered is the n-th credential.
func numbered(n int) (id credentialID) {
	binary.BigEndian.PutUint64(id[:], uint64(n)+1)
	return id
}

// TestPausesAreBounded: credentials that callers bring cannot fill the memory. Pauses
// that are over go first, and the service's own never.
func TestPausesAreBounded(t *testing.T) {
	t.Parallel()
	now, p := start(), newPauses()
	p.start(serviceCredential, now, time.Second)
	for i := range maxPauses - 1 {
		length := time.Hour
		if i == 1000 || i == 2000 {
			length = time.Minute
		}
		p.start(numbered(i), now, length)
	}
	now = now.Add(30 * time.Minute) // the service's own and two others are over
	for i := range 3 {
		p.start(numbered(maxPauses+i), now, 2*time.Hour)
	}
	running := 0
	for i := range maxPauses + 3 {
		if p.remaining(numbered(i), now) > 0 {
			running++
		}
	}
	if _, known := p.until[serviceCredential]; !known {
		t.Error("the service's own was evicted")
	}
	if len(p.until) != maxPauses || running != maxPauses-1 {
		t.Errorf("%d known, %d running", len(p.until), running)
	}
}

// TestShorterPauseDoesNotReplaceALonger: the longest that the vendor asked for holds.
func TestShorterPauseDoesNotReplaceALonger(t *testing.T) {
	t.Parallel()
	now, p := start(), newPauses()
	for _, length := range []time.Duration{0, 10 * time.Second, time.Second, -time.Second} {
		p.start(serviceCredential, now, length)
	}
	if got := p.remaining(serviceCredential, now); got != 10*time.Second {
		t.Errorf("%s remain", got)
	}
	if got := p.remaining(serviceCredential, now.Add(10*time.Second)); got != 0 || len(p.until) != 0 {
		t.Errorf("%s remain at the end, %d known", got, len(p.until))
	}
}
