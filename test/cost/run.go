package cost

import (
	"context"
	"errors"
	"time"
)

// Run makes all measurements.
func (b *Bench) Run(ctx context.Context, version string) (*Results, error) {
	watched, err := observe()
	if err != nil {
		return nil, err
	}
	results := &Results{Date: watched.started.UTC().Truncate(time.Second), Version: version}
	if err := b.Open(); err != nil {
		return nil, err
	}
	err = b.measure(ctx, results)
	if err = errors.Join(err, b.Close()); err != nil {
		return nil, err
	}
	results.Machine, err = watched.machine()
	return results, err
}

// measure fills the results.
func (b *Bench) measure(ctx context.Context, results *Results) (err error) {
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"calls", func(ctx context.Context) error { results.Calls, err = b.Table(ctx); return err }},
		{"growth with the rows", func(ctx context.Context) error { results.Rows, err = b.ByRows(ctx); return err }},
		{"growth with the callers", func(ctx context.Context) error { results.Callers, err = b.ByCallers(ctx); return err }},
		{"ledgers", func(ctx context.Context) error { results.Ledgers, err = b.ByLedger(ctx); return err }},
		{"start and memory", func(ctx context.Context) error { results.Memory, err = b.MemoryAndStart(ctx); return err }},
		{"components", func(ctx context.Context) error { results.Components, err = b.Profile(ctx); return err }},
		{"crowds", func(ctx context.Context) error { results.Crowds, err = b.Crowds(ctx); return err }},
	} {
		started := time.Now()
		if err := part.run(ctx); err != nil {
			return err
		}
		b.Print("-- %s: %.0f s\n", part.name, time.Since(started).Seconds())
	}
	return nil
}
