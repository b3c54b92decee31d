package cost

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestDrive: the callers call for the time that is given, and calls that are under way
// at its end are waited for.
func TestDrive(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		callers int
		length  time.Duration
		calls   int
		took    time.Duration
	}{
		{"one caller", 1, 100 * time.Millisecond, 4, 120 * time.Millisecond},
		{"two callers", 2, 60 * time.Millisecond, 4, 60 * time.Millisecond},
		{"each caller calls once at least", 3, 0, 3, 30 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				done := drive(t.Context(), tt.callers, tt.length, func(context.Context) error {
					time.Sleep(30 * time.Millisecond)
					return nil
				})
				if len(done.latencies) != tt.calls || done.took != tt.took || done.err() != nil {
					t.Errorf("%d calls in %s, %v; want %d in %s", len(done.latencies), done.took, done.err(), tt.calls, tt.took)
				}
				if got := quantile(done.latencies, 0.99); got != 30*time.Millisecond {
					t.Errorf("p99 is %s", got)
				}
			})
		})
	}
}

// TestDriveEach: failed calls are counted apart, and have no latency.
func TestDriveEach(t *testing.T) {
	t.Parallel()
	failure, calls := errors.New("refused"), 0
	done := driveEach(t.Context(), 1, 3, func(context.Context) error {
		calls++
		if calls == 2 {
			return failure
		}
		return nil
	})
	if len(done.latencies) != 2 || !errors.Is(done.err(), failure) || len(done.failures) != 1 {
		t.Errorf("%d latencies, failures %v", len(done.latencies), done.failures)
	}
}

// TestStatistics: the median of an even number of values is the mean of those in the
// middle; a quantile is one of the values.
func TestStatistics(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		values                []float64
		median, quarter, most float64
	}{
		{nil, 0, 0, 0},
		{[]float64{3}, 3, 3, 3},
		{[]float64{4, 1, 3, 2}, 2.5, 2, 4},
		{[]float64{5, 1, 4, 2, 3}, 3, 2, 5},
	} {
		got := []float64{median(tt.values), quantile(tt.values, 0.25), quantile(tt.values, 1)}
		if diff := cmp.Diff([]float64{tt.median, tt.quarter, tt.most}, got); diff != "" {
			t.Errorf("%v: %s", tt.values, diff)
		}
	}
}

// TestRatio: a ratio is taken within each turn. A machine that slows down in the middle
// changes both sides of it.
func TestRatio(t *testing.T) {
	t.Parallel()
	subjects := []*subject{
		{server: Proxy, cpu: []float64{100, 200, 100, 400}},
		{server: OverGRPC, cpu: []float64{150, 300, 160, 560}},
	}
	want := &Ratio{Median: 1.5, Low: 1.5, High: 1.6}
	if diff := cmp.Diff(want, ratioTo(subjects, Proxy, subjects[1])); diff != "" {
		t.Error(diff)
	}
	if got := ratioTo(subjects, DecodeProxy, subjects[1]); got != nil {
		t.Errorf("a ratio to a server that was not measured: %v", got)
	}
}
