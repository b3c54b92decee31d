package upstream

import (
	"sync"
	"time"
)

// windowSlots is into how many slots the rolling window is cut.
const windowSlots = 10

// window counts two kinds of event over a rolling time.
type window struct {
	slot  time.Duration
	slots [windowSlots]slot
}

// slot is what happened in one part of the window.
type slot struct {
	number     int64
	all, marks int
}

func newWindow(length time.Duration) *window { return &window{slot: length / windowSlots} }

// at is the slot of a time, emptied where it was of an earlier round.
func (w *window) at(now time.Time) *slot {
	number := now.UnixNano() / int64(w.slot)
	found := &w.slots[number%windowSlots]
	if found.number != number {
		*found = slot{number: number}
	}
	return found
}

// sum counts what is not older than the window.
func (w *window) sum(now time.Time) (all, marks int) {
	oldest := now.UnixNano()/int64(w.slot) - windowSlots
	for _, s := range w.slots {
		if s.number > oldest {
			all, marks = all+s.all, marks+s.marks
		}
	}
	return all, marks
}

// budget bounds retries to a share of the calls, so that a vendor in trouble is not
// given more to do.
type budget struct {
	mu    sync.Mutex
	calls *window // marks are retries
}

// The retry budget: a tenth of the calls of the last seconds, and a few without
// regard to how many there were, so that a quiet service may retry too.
const (
	budgetWindow = 10 * time.Second
	budgetShare  = 10
	budgetFree   = 3
)

func newBudget() *budget { return &budget{calls: newWindow(budgetWindow)} }

// call counts a call.
func (b *budget) call(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls.at(now).all++
}

// retry takes one retry out of the budget, where there is one.
func (b *budget) retry(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	calls, retries := b.calls.sum(now)
	if retries >= max(budgetFree, calls/budgetShare) {
		return false
	}
	b.calls.at(now).marks++
	return true
}
