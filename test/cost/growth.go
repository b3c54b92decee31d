package cost

import (
	"context"
	"time"
)

// tablePlan is for the table: enough slices for a median. In those of long lists, 32
// callers with one call each take seconds.
func tablePlan() Plan {
	return Plan{Slice: 200 * time.Millisecond, Slices: 3, Limit: 5 * time.Second, Full: true}
}

// growthPlan is for a point of a plot.
func growthPlan() Plan { return Plan{Slice: 200 * time.Millisecond, Slices: 3, Limit: 2 * time.Second} }

// Table measures the kinds of calls that the targets are set for, for one caller and
// for many.
func (b *Bench) Table(ctx context.Context) (rows []Row, err error) {
	for _, work := range []Work{GetApp(), CreateInvite(), ListInvites(1000), ListUsers(5000)} {
		for _, callers := range []int{1, 32} {
			measured, err := b.Compare(ctx, work, callers, tablePlan())
			if err != nil {
				return nil, err
			}
			rows = append(rows, measured...)
		}
	}
	return rows, nil
}

// ByRows measures how a list costs more when the vendor's answer gets longer.
func (b *Bench) ByRows(ctx context.Context) (rows []Row, err error) {
	for length := 10; length <= 100_000; length *= 10 {
		measured, err := b.Compare(ctx, ListInvites(length), 1, growthPlan())
		if err != nil {
			return nil, err
		}
		for _, row := range measured {
			row.Length = length
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// ByCallers measures how a call costs more when more callers call at once.
func (b *Bench) ByCallers(ctx context.Context) (rows []Row, err error) {
	for _, callers := range []int{1, 4, 16, 64, 256, 1000} {
		measured, err := b.Compare(ctx, GetApp(), callers, growthPlan())
		if err != nil {
			return nil, err
		}
		rows = append(rows, measured...)
	}
	return rows, nil
}
