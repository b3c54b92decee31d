package upstream

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestForgetFailures: calls go through at once, whatever the vendor did before.
func TestForgetFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(p *Pipeline)
		kind   Kind
	}{
		"a pause":         {func(p *Pipeline) { p.pauses.start(serviceCredential, time.Now(), time.Hour) }, KindThrottled},
		"an open breaker": {func(p *Pipeline) { p.circuit.trip(time.Now()) }, KindBreakerOpen},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				pipeline, end := pipelineOf(t, sequence(good))
				defer end()
				c.before(pipeline)
				if failure := failureOf(t, pipeline.Do(t.Context(), callOf(Read))); failure.Kind != c.kind {
					t.Errorf("before: %v", failure)
				}
				pipeline.ForgetFailures()
				if err := pipeline.Do(t.Context(), callOf(Read)); err != nil {
					t.Errorf("after: %v", err)
				}
			})
		})
	}
}

// TestForgetFailuresWhileCallsFail: the end of a call that began before no longer counts.
func TestForgetFailuresWhileCallsFail(t *testing.T) {
	t.Parallel()
	circuit := quietCircuit(Breaker{Volume: 1})
	before, _, _ := circuit.acquire(time.Now())
	circuit.reset()
	before.record(time.Now(), failing)
	if circuit.isOpen() {
		t.Error("a call that began before the reset opened the breaker")
	}
}
