package cost

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Plan says how much of a comparison is made.
type Plan struct {
	// Slice is how long one server is measured at a time.
	Slice time.Duration
	// Slices is how many there are for each server at least, and Limit for how long more
	// of them are made.
	Slices int
	Limit  time.Duration
	// Full also counts allocations and measures the tuned proxy.
	Full bool
}

// Compare measures a kind of work in all servers, in slices that take turns, so that a
// busy moment of the machine falls on all of them alike. Only the ratios within a turn
// are compared.
func (b *Bench) Compare(ctx context.Context, work Work, callers int, plan Plan) (rows []Row, err error) {
	subjects, err := b.startAll(ctx, work, callers, plan)
	if err != nil {
		return nil, fmt.Errorf("compare %s: %w", work.Name, err)
	}
	defer func() { err = errors.Join(err, stopAll(subjects)) }()
	if err := takeTurns(ctx, subjects, callers, plan); err != nil {
		return nil, fmt.Errorf("compare %s: %w", work.Name, err)
	}
	return b.rowsOf(ctx, work, callers, plan, subjects)
}

// takeTurns measures servers in slices.
func takeTurns(ctx context.Context, subjects []*subject, callers int, plan Plan) error {
	for _, s := range subjects {
		if err := s.warm(ctx, callers); err != nil {
			return err
		}
	}
	started := time.Now()
	for turn := 0; turn < plan.Slices || time.Since(started) < plan.Limit; turn++ {
		for _, i := range rand.Perm(len(subjects)) { // none always follows the same other
			if err := subjects[i].slice(ctx, callers, plan.Slice); err != nil {
				return err
			}
		}
	}
	return nil
}

// rowsOf returns what was measured. Allocations are counted last, because reading the
// counter is work too.
func (b *Bench) rowsOf(ctx context.Context, work Work, callers int, plan Plan, subjects []*subject) ([]Row, error) {
	var rows []Row
	for _, s := range subjects {
		row := Row{
			Work: work.Name, Server: s.server, Callers: callers, Calls: len(s.latencies), CPUMicros: median(s.cpu),
			P50Micros: micros(quantile(s.latencies, 0.5)), P99Micros: micros(quantile(s.latencies, 0.99)),
		}
		if s.server != Proxy {
			row.ToProxy, row.ToDecode = ratioTo(subjects, Proxy, s), ratioTo(subjects, DecodeProxy, s)
		}
		if s.facade != nil && plan.Full {
			allocations, err := s.facade.Allocations(ctx, countedCalls(row.CPUMicros), s.call)
			if err != nil {
				return nil, fmt.Errorf("count the allocations of %s: %w", work.Name, err)
			}
			row.Allocations = allocations
		}
		b.print(row)
		rows = append(rows, row)
	}
	return rows, nil
}

// countedCalls is over how many calls allocations are counted: a quarter of a second.
func countedCalls(cpuMicros float64) int { return max(3, int(250_000/cpuMicros)) }

// ratioTo returns the ratio of a server's slices to those of another; nil if there is no
// other of that name.
func ratioTo(subjects []*subject, server string, of *subject) *Ratio {
	for _, base := range subjects {
		if base.server != server || base == of {
			continue
		}
		var ratios []float64
		for i, cpu := range of.cpu {
			ratios = append(ratios, cpu/base.cpu[i])
		}
		return &Ratio{Median: median(ratios), Low: quantile(ratios, 0.25), High: quantile(ratios, 0.75)}
	}
	return nil
}

// micros returns a duration in µs.
func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// print reports a row.
func (b *Bench) print(row Row) {
	ratio := ""
	if row.ToProxy != nil {
		ratio = fmt.Sprintf("  %.2f proxies", row.ToProxy.Median)
	}
	if row.ToDecode != nil {
		ratio += fmt.Sprintf("  %.2f decoding proxies", row.ToDecode.Median)
	}
	b.Print("%-34s %4d callers  %-14s %9.0f µs %s", row.Work, row.Callers, row.Server, row.CPUMicros, ratio)
}
