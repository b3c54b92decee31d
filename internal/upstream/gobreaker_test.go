package upstream

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sony/gobreaker/v2"
)

// Outcomes as errors, which is how gobreaker takes them.
var (
	errFailed  = errors.New("the call failed")
	errNeutral = errors.New("the call says nothing of the vendor")
)

// libraryBreaker is gobreaker with the settings that this package would use.
func libraryBreaker(defaults Breaker) *gobreaker.TwoStepCircuitBreaker[struct{}] {
	return gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Interval: defaults.Window, BucketPeriod: defaults.Window / windowSlots, Timeout: defaults.Pause,
		ReadyToTrip: func(counts gobreaker.Counts) bool {
			ended := counts.TotalFailures + counts.TotalSuccesses
			return ended >= uint32(defaults.Volume) && float64(counts.TotalFailures) >= defaults.Ratio*float64(ended)
		},
		IsExcluded: func(err error) bool { return errors.Is(err, errNeutral) },
	})
}

// allow admits one call to gobreaker.
func allow(t *testing.T, b *gobreaker.TwoStepCircuitBreaker[struct{}]) (done func(error)) {
	t.Helper()
	done, err := b.Allow()
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	return done
}

// TestLibraryBreakerMissesSlowFailures is why this package has a breaker of its own.
// sony/gobreaker counts a call in the part of the window in which it was admitted,
// and drops its result if it ends after the window. A vendor that accepts
// connections and never answers makes every call last for the cap of 30 s. With the
// window of 10 s none of these failures is counted, so gobreaker never opens for the
// vendor that needs it most. If this test fails after an update of the library, the
// library can replace circuit.
func TestLibraryBreakerMissesSlowFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		settings := Breaker{}.withDefaults()
		library, own := libraryBreaker(settings), quietCircuit(settings)
		for range 10 { // rounds of calls that all run into the cap
			var ended []func(error)
			for range settings.Volume {
				ended = append(ended, allow(t, library))
			}
			for range settings.Volume {
				defer recordAfter(own, 30*time.Second, failing)()
			}
			time.Sleep(30 * time.Second)
			for _, done := range ended {
				done(errFailed)
			}
			synctest.Wait()
		}
		if library.State() != gobreaker.StateClosed || library.Counts().TotalFailures != 0 {
			t.Errorf("gobreaker is %s with %+v: it can replace circuit now", library.State(), library.Counts())
		}
		if !own.isOpen() {
			t.Error("the own breaker is closed after 200 failures")
		}
	})
}

// recordAfter admits a call that ends after a time. The returned function waits for it.
func recordAfter(c *circuit, duration time.Duration, seen outcome) (wait func()) {
	ended := make(chan struct{})
	permit, _, admitted := c.acquire(time.Now())
	time.AfterFunc(duration, func() {
		defer close(ended)
		if admitted {
			permit.record(time.Now(), seen)
		}
	})
	return func() { <-ended }
}

// TestLibraryBreakerOtherwiseSuffices: the rest of what the breaker must do gobreaker
// can do as well, so only the window stands against it.
func TestLibraryBreakerOtherwiseSuffices(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		settings := Breaker{}.withDefaults()
		b := libraryBreaker(settings)
		early := allow(t, b)
		for range settings.Volume {
			allow(t, b)(errFailed)
		}
		if b.State() != gobreaker.StateOpen {
			t.Fatalf("%s after %d failures", b.State(), settings.Volume)
		}
		time.Sleep(settings.Pause + time.Nanosecond)
		probe := allow(t, b)
		early(nil)
		if _, err := b.Allow(); err == nil {
			t.Error("a call from before the opening decided in place of the probe")
		}
		probe(errNeutral)
		allow(t, b)(nil)
		if b.State() != gobreaker.StateClosed {
			t.Errorf("%s after a good probe", b.State())
		}
	})
}
