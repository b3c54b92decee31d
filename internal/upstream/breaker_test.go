package upstream

import (
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// start is when the tests of the breaker begin.
func start() time.Time { return time.Unix(1_000_000, 0) }

// recordAll admits a call for each outcome and records it at once.
func recordAll(t *testing.T, c *circuit, now time.Time, seen []outcome) {
	t.Helper()
	for i, one := range seen {
		permit, wait, admitted := c.acquire(now)
		if !admitted {
			t.Fatalf("call %d has to wait %s", i, wait)
		}
		permit.record(now, one)
	}
}

// quietCircuit is a circuit that tells nobody of its changes.
func quietCircuit(settings Breaker) *circuit {
	return newCircuit(settings.withDefaults(), func(BreakerState) {})
}

// isOpen reports whether the circuit is not closed.
func (c *circuit) isOpen() bool {
	state, _ := c.current()
	return state != BreakerClosed
}

// opened is a circuit that opened at a time.
func opened(t *testing.T, now time.Time) *circuit {
	t.Helper()
	c := quietCircuit(Breaker{})
	recordAll(t, c, now, repeat(failing, c.settings.Volume))
	if !c.isOpen() {
		t.Fatal("still closed")
	}
	return c
}

func repeat(seen outcome, times int) []outcome {
	all := make([]outcome, times)
	for i := range all {
		all[i] = seen
	}
	return all
}

// counted returns how many calls, and failures among them, the breaker remembers.
func counted(c *circuit) (calls, failures int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.recent.sum(time.Now())
}

// TestBreakerNeedsVolumeAndRatio: few failures, or failures among many successes and
// refusals, do not open it.
func TestBreakerNeedsVolumeAndRatio(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // no pause ends by itself meanwhile
		for name, c := range map[string]struct {
			settings Breaker
			seen     []outcome
			open     bool
		}{
			"nineteen failures":        {seen: repeat(failing, 19)},
			"twenty failures":          {seen: repeat(failing, 20), open: true},
			"half":                     {seen: append(repeat(healthy, 10), repeat(failing, 10)...), open: true},
			"less than half":           {seen: append(repeat(healthy, 11), repeat(failing, 10)...)},
			"refusals do not count":    {seen: append(repeat(neutral, 100), repeat(failing, 19)...)},
			"nor do they hide failure": {seen: append(repeat(neutral, 100), repeat(failing, 20)...), open: true},
			"volume of 2":              {settings: Breaker{Volume: 2}, seen: repeat(failing, 2), open: true},
			"ratio of 0.9":             {settings: Breaker{Ratio: 0.9}, seen: append(repeat(healthy, 3), repeat(failing, 20)...)},
			"ratio of 0.9, reached":    {settings: Breaker{Ratio: 0.9}, seen: append(repeat(healthy, 2), repeat(failing, 18)...), open: true},
		} {
			circuit := quietCircuit(c.settings)
			recordAll(t, circuit, start(), c.seen)
			if _, _, admitted := circuit.acquire(start()); admitted == c.open || circuit.isOpen() != c.open {
				t.Errorf("%s: open %t", name, !admitted)
			}
		}
	})
}

// TestOldFailuresAreForgotten: what is older than the window does not count.
func TestOldFailuresAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // no pause ends by itself meanwhile
		now, c := start(), quietCircuit(Breaker{Window: time.Minute})
		for range 10 {
			recordAll(t, c, now, repeat(failing, 2))
			now = now.Add(time.Minute)
		}
		if c.isOpen() {
			t.Error("failures of another time opened it")
		}
		for range 10 {
			recordAll(t, c, now, repeat(failing, 2))
			now = now.Add(5 * time.Second)
		}
		if !c.isOpen() {
			t.Error("failures within the window did not open it")
		}
	})
}

// TestOpenBreakerSaysHowLong: what remains of the pause.
func TestOpenBreakerSaysHowLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // no pause ends by itself meanwhile
		c := opened(t, start())
		for after, want := range map[time.Duration]time.Duration{0: 5 * time.Second, 2 * time.Second: 3 * time.Second, 4999 * time.Millisecond: time.Millisecond} {
			_, wait, admitted := c.acquire(start().Add(after))
			if admitted || wait != want || c.wait(start().Add(after)) != want {
				t.Errorf("after %s: admitted %t, wait %s, want %s", after, admitted, wait, want)
			}
		}
		if wait := c.wait(start().Add(5 * time.Second)); wait != 0 || !c.isOpen() {
			t.Errorf("after the pause: wait %s, open %t", wait, c.isOpen())
		}
	})
}

// TestProbe: after the pause one call decides; if it says nothing, the next one does.
func TestProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // no pause ends by itself meanwhile
		for name, c := range map[string]struct {
			seen []outcome
			open bool
		}{
			"healthy":               {[]outcome{healthy}, false},
			"failing":               {[]outcome{failing}, true},
			"neutral, then healthy": {[]outcome{neutral, neutral, healthy}, false},
			"neutral, then failing": {[]outcome{neutral, failing}, true},
		} {
			circuit, now := opened(t, start()), start().Add(5*time.Second)
			for _, seen := range c.seen {
				probe, wait, admitted := circuit.acquire(now)
				if !admitted {
					t.Fatalf("%s: the probe has to wait %s", name, wait)
				}
				if _, wait, admitted := circuit.acquire(now); admitted || wait != 5*time.Second {
					t.Fatalf("%s: beside the probe: admitted %t, wait %s", name, admitted, wait)
				}
				probe.record(now, seen)
			}
			if circuit.isOpen() != c.open || (circuit.wait(now) > 0) != c.open {
				t.Errorf("%s: open %t for %s", name, circuit.isOpen(), circuit.wait(now))
			}
		}
	})
}

// TestOlderCallsDoNotDecide: a call that was admitted before the breaker opened neither
// closes it, nor opens it again, nor gives the probe's place away.
func TestOlderCallsDoNotDecide(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // no pause ends by itself meanwhile
		for _, seen := range []outcome{healthy, failing, neutral} {
			c := quietCircuit(Breaker{})
			early, _, _ := c.acquire(start())
			recordAll(t, c, start(), repeat(failing, c.settings.Volume))
			now := start().Add(c.settings.Pause)
			probe, _, admitted := c.acquire(now)
			if !admitted {
				t.Fatal("no probe")
			}
			early.record(now, seen)
			if _, _, admitted := c.acquire(now); admitted || !c.isOpen() {
				t.Errorf("outcome %d of an older call: admitted %t, open %t", seen, admitted, c.isOpen())
			}
			probe.record(now, healthy)
			if c.isOpen() {
				t.Errorf("outcome %d of an older call: the probe did not decide", seen)
			}
			probe.record(now, failing) // its right has been used
			if calls, _ := c.recent.sum(now); calls != 0 {
				t.Errorf("%d calls counted for a permit of an older state", calls)
			}
		}
	})
}

// TestPanicReturnsThePermit: if the answer to the probe makes the service panic, the
// next call is the probe; otherwise the breaker would never close.
func TestPanicReturnsThePermit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var observed []string
		pipeline, end := pipelineOf(t, sequence(good), func(o *Options) {
			o.Connections = 1
			o.Observe = func(o Observation) { observed = append(observed, o.Outcome) }
		})
		defer end()
		recordAll(t, pipeline.circuit, time.Now(), repeat(failing, 20))
		time.Sleep(5 * time.Second)
		call := callOf(Read)
		call.Decode = func(int, http.Header, io.Reader) error { panic("a defect") }
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			_ = pipeline.Do(t.Context(), call)
		}()
		if err := pipeline.Do(t.Context(), callOf(Read)); err != nil || pipeline.circuit.isOpen() {
			t.Errorf("after the panic: %v, open %t", err, pipeline.circuit.isOpen())
		}
		if len(observed) != 2 || observed[0] != "internal" || observed[1] != "ok" {
			t.Errorf("observed %q", observed)
		}
	})
}

// TestBreakerIsOfTheVendor: the breaker stops the calls of every credential.
func TestBreakerIsOfTheVendor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		vendor := sequence(unavailable)
		pipeline, end := pipelineOf(t, vendor)
		defer end()
		pipeline.dialect = &plain{fromCaller: true}
		for i := range 30 {
			ctx := WithCallerCredential(t.Context(), "vendor", "credential "+string(rune('a'+i)))
			_ = pipeline.Do(ctx, callOf(Create)) // meant to fail
		}
		if vendor.requests.Load() != 20 || !pipeline.circuit.isOpen() {
			t.Errorf("%d requests, open %t", vendor.requests.Load(), pipeline.circuit.isOpen())
		}
	})
}

// TestLateTimeoutIsNoFailure: a call that spent its time elsewhere and then ran into
// the cap says nothing about the vendor; one that had its time does.
func TestLateTimeoutIsNoFailure(t *testing.T) {
	t.Parallel()
	e := &execution{Pipeline: NewPipeline(Options{Timeout: 30 * time.Second}, &plain{})}
	timeout := &Error{Kind: KindTimeout}
	for took, want := range map[time.Duration]outcome{30 * time.Second: failing, 15 * time.Second: failing, 14 * time.Second: neutral, 0: neutral} {
		if got := e.outcomeOf(timeout, took); got != want {
			t.Errorf("%s: %d, want %d", took, got, want)
		}
	}
}

// TestPauseEndsByItself: the breaker tells of each change, also of the end of its pause, for
// which no call is needed. A pause that has been followed by another state changes nothing.
func TestPauseEndsByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told []BreakerState
		c := newCircuit(Breaker{}.withDefaults(), func(state BreakerState) { told = append(told, state) })
		recordAll(t, c, time.Now(), repeat(failing, 20))
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if diff := cmp.Diff([]BreakerState{BreakerOpen, BreakerHalfOpen}, told); diff != "" {
			t.Fatal(diff)
		}
		recordAll(t, c, time.Now(), []outcome{failing})
		time.Sleep(3 * time.Second)
		if _, until := c.current(); time.Until(until) != 2*time.Second {
			t.Errorf("open until %s", until)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		recordAll(t, c, time.Now(), []outcome{healthy})
		time.Sleep(time.Minute)
		synctest.Wait()
		want := []BreakerState{BreakerOpen, BreakerHalfOpen, BreakerOpen, BreakerHalfOpen, BreakerClosed}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
	})
}
