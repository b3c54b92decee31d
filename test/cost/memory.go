package cost

import (
	"context"
	"fmt"
	"time"
)

// megabyteRows is how many invites take one megabyte in the vendor's answer.
const megabyteRows = 3_400

const mib = 1 << 20

// MemoryAndStart measures what the process takes: from its start to the first answer,
// at rest, and at most under lists.
func (b *Bench) MemoryAndStart(ctx context.Context) ([]Figure, error) {
	figures, err := b.startAndRest(ctx)
	if err != nil {
		return nil, err
	}
	for _, run := range []struct {
		name           string
		target         float64
		server         string
		callers, calls int
		work           Work
	}{
		{"peak, 256 callers with lists of 1 MB, gRPC", 430, OverGRPC, 256, 2, ListInvites(megabyteRows)},
		{"peak, 256 callers with lists of 1 MB, JSON", 430, OverJSON, 256, 2, ListInvites(megabyteRows)},
		{"peak, one caller with 100,000 invites, gRPC", 150, OverGRPC, 1, 4, ListInvites(100_000)},
		{"peak, one caller with 100,000 invites, JSON", 150, OverJSON, 1, 4, ListInvites(100_000)},
	} {
		used, err := b.peak(ctx, run.server, run.work, run.callers, run.calls)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", run.name, err)
		}
		figures = append(figures, Figure{Name: run.name, Value: used, Target: run.target, Unit: "MiB"})
	}
	for _, f := range figures {
		b.Print("%-50s %5.0f %s", f.Name, f.Value, f.Unit)
	}
	return figures, nil
}

// peak returns the most MiB that are resident during a number of calls by each caller.
func (b *Bench) peak(ctx context.Context, server string, work Work, callers, calls int) (float64, error) {
	s, err := b.startFacade(ctx, server, work, callers)
	if err != nil {
		return 0, err
	}
	defer func() { _ = s.stop() }() // stopping the service does not fail
	done := driveEach(ctx, callers, calls, s.call)
	if err := done.err(); err != nil {
		return 0, err
	}
	bytes, err := s.facade.Memory("VmHWM")
	return float64(bytes) / mib, err
}

// startAndRest returns how long the start takes until the first answer, and what is
// resident a second after it: the median of several starts.
func (b *Bench) startAndRest(ctx context.Context) ([]Figure, error) {
	var starts, rests []float64
	for range 7 {
		began := time.Now()
		s, err := b.startFacade(ctx, OverGRPC, GetApp(), 1)
		if err != nil {
			return nil, err
		}
		err = s.call(ctx)
		starts = append(starts, micros(time.Since(began))/1000)
		var bytes int64
		if err == nil {
			bytes, err = memoryAtRest(ctx, s.facade)
		}
		_ = s.stop() // stopping the service does not fail
		if err != nil {
			return nil, fmt.Errorf("measure the start: %w", err)
		}
		rests = append(rests, float64(bytes)/mib)
	}
	return []Figure{
		{Name: "from the start to the first answer", Value: median(starts), Target: 85, Unit: "ms"},
		{Name: "resident, one second after the first answer", Value: median(rests), Target: 40, Unit: "MiB"},
	}, nil
}

// memoryAtRest returns what is resident after a second.
func memoryAtRest(ctx context.Context, f *Facade) (int64, error) {
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(time.Second):
		return f.Memory("VmRSS")
	}
}
