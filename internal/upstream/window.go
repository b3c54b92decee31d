package upstream

import "time"

// windowSlots is into how many slots a rolling window is cut.
const windowSlots = 10

// window counts events, and how many of them are marked, over a rolling time.
type window struct {
	slotLength time.Duration
	slots      [windowSlots]slot
}

// slot counts the events of one part of the window.
type slot struct {
	number        int64
	total, marked int
}

// newWindow returns an empty window. A length below ten nanoseconds counts as ten.
func newWindow(length time.Duration) *window {
	return &window{slotLength: max(length/windowSlots, 1)}
}

// count counts one event.
func (w *window) count(now time.Time, marked bool) {
	current := w.at(now)
	current.total++
	if marked {
		current.marked++
	}
}

// at returns the slot of a time. A slot that holds older events is emptied first.
func (w *window) at(now time.Time) *slot {
	number := now.UnixNano() / int64(w.slotLength)
	found := &w.slots[number%windowSlots]
	if found.number != number {
		*found = slot{number: number}
	}
	return found
}

// sum counts the events that are not older than the window.
func (w *window) sum(now time.Time) (total, marked int) {
	oldest := now.UnixNano()/int64(w.slotLength) - windowSlots
	for _, s := range w.slots {
		if s.number > oldest {
			total, marked = total+s.total, marked+s.marked
		}
	}
	return total, marked
}
