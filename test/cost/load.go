package cost

import (
	"context"
	"slices"
	"sync"
	"time"
)

// load is what a number of callers did together.
type load struct {
	took      time.Duration
	latencies []time.Duration
	failures  []error
}

// drive lets callers call one after the other for a time. Each makes one call at least,
// and the calls under way at the end are waited for, so that no part of a call is left
// out of what is measured around it.
func drive(ctx context.Context, callers int, length time.Duration, call Call) load {
	started := time.Now()
	return driveWhile(ctx, callers, call, func(int) bool { return time.Since(started) < length })
}

// driveEach lets callers make a number of calls each.
func driveEach(ctx context.Context, callers, calls int, call Call) load {
	return driveWhile(ctx, callers, call, func(made int) bool { return made < calls })
}

// driveWhile lets callers call as long as a condition of the calls made holds.
func driveWhile(ctx context.Context, callers int, call Call, goOn func(made int) bool) load {
	started, each := time.Now(), make([]load, callers)
	var all sync.WaitGroup
	for i := range each {
		all.Go(func() {
			for made := 0; made == 0 || ctx.Err() == nil && goOn(made); made++ {
				each[i].record(ctx, call)
			}
		})
	}
	all.Wait()
	return sumOf(each, time.Since(started))
}

// sumOf puts together what the callers did in a time.
func sumOf(each []load, took time.Duration) load {
	sum := load{took: took}
	for _, one := range each {
		sum.latencies = append(sum.latencies, one.latencies...)
		sum.failures = append(sum.failures, one.failures...)
	}
	return sum
}

// record makes one call.
func (l *load) record(ctx context.Context, call Call) {
	started := time.Now()
	if err := call(ctx); err != nil {
		l.failures = append(l.failures, err)
		return
	}
	l.latencies = append(l.latencies, time.Since(started))
}

// err returns the first failure.
func (l *load) err() error {
	if len(l.failures) > 0 {
		return l.failures[0]
	}
	return nil
}

// quantile returns the smallest value that so large a share of the values does not
// exceed; 0 if there are none. It sorts the values.
func quantile[T float64 | time.Duration](values []T, share float64) T {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[min(int(share*float64(len(values))), len(values)-1)]
}

// median returns the middle value, or the mean of the two in the middle.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}
