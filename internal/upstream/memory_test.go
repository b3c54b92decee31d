package upstream

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// usage returns how much of the budget is taken.
func (m *Memory) usage() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used
}

// leaseOf is a lease of the budget.
func leaseOf(m *Memory) *Lease {
	_, lease := m.Lease(context.Background())
	return lease
}

// acquiring asks for bytes in the background. The channel has the result.
func acquiring(ctx context.Context, lease *Lease, bytes int64) <-chan error {
	result := make(chan error, 1)
	go func() { result <- lease.acquire(ctx, bytes) }()
	synctest.Wait()
	return result
}

// waits reports whether nothing has come yet.
func waits(result <-chan error) bool {
	synctest.Wait()
	select {
	case _, came := <-result:
		return !came
	default:
		return true
	}
}

// TestMemoryIsFirstComeFirstServed: what does not fit waits in the order of arrival,
// and a small request does not overtake a large one.
func TestMemoryIsFirstComeFirstServed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory(100)
		first, beyond, large, small := leaseOf(m), leaseOf(m), leaseOf(m), leaseOf(m)
		for _, step := range []struct {
			lease *Lease
			bytes int64
		}{{first, 90}, {beyond, 50}} {
			if err := step.lease.acquire(t.Context(), step.bytes); err != nil {
				t.Fatal(err)
			}
		}
		waiting := acquiring(t.Context(), large, 60)
		overtaking := acquiring(t.Context(), small, 1)
		if !waits(waiting) || !waits(overtaking) {
			t.Fatal("served though a lease is beyond the budget")
		}
		beyond.Release()
		if waits(waiting) {
			t.Error("the oldest that waits did not go beyond the budget")
		}
		if !waits(overtaking) {
			t.Error("two leases are beyond the budget")
		}
		first.Release()
		if waits(overtaking) || m.usage() != 61 {
			t.Errorf("the last one waits, %d taken", m.usage())
		}
		large.Release()
		small.Release()
		if m.usage() != 0 {
			t.Errorf("%d taken in the end", m.usage())
		}
	})
}

// TestHoldersDoNotBlockEachOther: every lease holds something and waits for more. They
// finish one after the other.
func TestHoldersDoNotBlockEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory(100)
		var all sync.WaitGroup
		for range 10 {
			lease := leaseOf(m)
			if err := lease.acquire(t.Context(), 10); err != nil {
				t.Fatal(err)
			}
			all.Go(func() {
				defer lease.Release()
				for range 5 {
					if err := lease.acquire(t.Context(), 10); err != nil {
						t.Error(err)
					}
					time.Sleep(time.Second)
				}
			})
		}
		all.Wait()
		if m.usage() != 0 {
			t.Errorf("%d taken in the end", m.usage())
		}
	})
}

// TestWaitForMemoryEnds: a lease whose context ends leaves the queue, holds what it
// held, and lets the next one pass.
func TestWaitForMemoryEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory(100)
		beyond, holder := leaseOf(m), leaseOf(m)
		if err := errors.Join(holder.acquire(t.Context(), 50), beyond.acquire(t.Context(), 60), beyond.acquire(t.Context(), 5)); err != nil {
			t.Fatal(err)
		}
		beyond.giveBack(30) // 85 are taken
		reason := errors.New("over")
		ctx, cancel := context.WithCancelCause(t.Context())
		first := acquiring(ctx, holder, 20)
		second := acquiring(t.Context(), leaseOf(m), 10)
		cancel(reason)
		if err := <-first; !errors.Is(err, reason) {
			t.Errorf("the first ended with %v", err)
		}
		if waits(second) || m.usage() != 95 {
			t.Errorf("the second waits, %d taken", m.usage())
		}
	})
}

// TestRelease: everything is given back, as often as it is asked for, and without a budget
// there is nothing to give.
func TestRelease(t *testing.T) {
	t.Parallel()
	m := NewMemory(100)
	lease := leaseOf(m)
	if err := lease.acquire(t.Context(), 150); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if lease.Release(); m.usage() != 0 {
			t.Errorf("%d taken", m.usage())
		}
	}
	var none *Memory
	ctx, unbounded := none.Lease(t.Context())
	if unbounded != nil || ctx != t.Context() || unbounded.acquire(ctx, 1<<60) != nil {
		t.Error("no budget has a bound")
	}
	unbounded.giveBack(1)
	unbounded.Release()
}

// TestMemoryBounds: whatever the leases do, the sum stays within the budget and what one
// lease took, and is 0 in the end.
func TestMemoryBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.Int64Range(0, 1000).Draw(t, "limit")
		m := NewMemory(limit)
		ended, end := context.WithCancel(context.Background())
		end() // what cannot be had at once is withdrawn
		leases := make([]*Lease, rapid.IntRange(1, 6).Draw(t, "leases"))
		for i := range leases {
			leases[i] = leaseOf(m)
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			lease := rapid.SampledFrom(leases).Draw(t, "lease")
			bytes := rapid.Int64Range(0, 400).Draw(t, "bytes")
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0:
				lease.Release()
			case 1:
				lease.giveBack(min(bytes, lease.held))
			default:
				before, hadBytes := m.used, lease.held
				err := lease.acquire(ended, bytes)
				if fits := before+bytes <= limit; fits && err != nil {
					t.Fatalf("refused %d of %d with %d taken", bytes, limit, before)
				}
				if taken := lease.held - hadBytes; err == nil && taken != bytes || err != nil && taken != 0 {
					t.Fatalf("took %d of %d, %v", taken, bytes, err)
				}
			}
			checkMemory(t, m, leases)
		}
		for _, lease := range leases {
			lease.Release()
		}
		if m.used != 0 || m.beyond != nil || m.waiting.Len() != 0 {
			t.Fatalf("in the end %d taken, %d waiting", m.used, m.waiting.Len())
		}
	})
}

// checkMemory: the sum is that of the leases, and only one of them is beyond the budget.
func checkMemory(t *rapid.T, m *Memory, leases []*Lease) {
	var sum, largest int64
	for _, lease := range leases {
		sum += lease.held
		largest = max(largest, lease.held)
		if lease.held < 0 {
			t.Fatalf("a lease holds %d", lease.held)
		}
	}
	if sum != m.used || sum > m.limit+largest {
		t.Fatalf("%d taken, the leases hold %d, the largest %d, of %d", m.used, sum, largest, m.limit)
	}
}
