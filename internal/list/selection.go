package list

import (
	"cmp"
	"reflect"
	"slices"
)

// candidate is a row that may be on the page.
type candidate[T any] struct {
	row      T
	slot     int    // of its sort values
	position int    // its place among the rows offered
	lead     uint64 // orders it while the rows are sorted, see sortFrom
}

// selection keeps the first rows after a cursor out of any number offered. As long as rows
// come in their order, as vendors often send them, each takes one comparison. As soon as
// one does not, the rows are a heap with the last of them at its root.
type selection[T any] struct {
	order []ordering
	after *cursor
	keep  int
	rows  []candidate[T]
	// values are the sort values of the rows, one after the other, slot by slot.
	values []value
	// scratch are the sort values of the row at hand.
	scratch []value
	inOrder bool
	isHeap  bool
	skipped uint64 // rows equal to the cursor seen so far
	offered int    // rows seen so far
	behind  uint64 // of them, those on earlier pages
}

func newSelection[T any](order []ordering, after *cursor, keep int) *selection[T] {
	return &selection[T]{order: order, after: after, keep: keep, scratch: make([]value, len(order)), inOrder: true}
}

// offer considers a row and returns one that is not kept: the row itself or one kept
// before, or the zero value if all are kept. Rows come in the caller's order, which
// decides between rows that compare equal.
func (s *selection[T]) offer(row T, fields reflect.Value) (spare T) {
	readKeys(s.order, fields, s.scratch)
	position := s.offered
	s.offered++
	switch {
	case s.isBehind():
		s.behind++
		return row
	case len(s.rows) < s.keep:
		s.add(row, position)
		return spare
	default:
		return s.replaceLast(row, position)
	}
}

// isBehind reports whether the scratch row was on an earlier page. Of the rows
// that equal the cursor, as many are behind as were already returned.
func (s *selection[T]) isBehind() bool {
	if s.after == nil {
		return false
	}
	side := compareKeys(s.order, s.scratch, s.after.last)
	if side == 0 && s.skipped < s.after.equal {
		s.skipped++
		return true
	}
	return side < 0
}

// add keeps the scratch row.
func (s *selection[T]) add(row T, position int) {
	if last := len(s.rows) - 1; s.inOrder && last >= 0 {
		s.inOrder = compareKeys(s.order, s.keys(s.rows[last]), s.scratch) <= 0
	}
	s.values = append(s.values, s.scratch...)
	s.rows = append(s.rows, candidate[T]{row: row, slot: len(s.rows), position: position})
}

// replaceLast keeps the scratch row in place of the last of the rows kept, unless it comes
// behind that one itself. It returns the row that is not kept.
func (s *selection[T]) replaceLast(row T, position int) (spare T) {
	last := s.last()
	if compareKeys(s.order, s.scratch, s.keys(*last)) >= 0 {
		return row
	}
	spare, last.row, last.position = last.row, row, position
	copy(s.keys(*last), s.scratch)
	if s.inOrder = false; s.isHeap {
		s.sink(0)
	}
	return spare
}

// last returns the row that comes behind all other rows kept.
func (s *selection[T]) last() *candidate[T] {
	if s.inOrder {
		return &s.rows[len(s.rows)-1]
	}
	if !s.isHeap {
		s.isHeap = true
		for i := len(s.rows) / 2; i >= 0; i-- {
			s.sink(i)
		}
	}
	return &s.rows[0]
}

// sink moves a row of the heap down until none below it comes behind it.
func (s *selection[T]) sink(parent int) {
	for {
		child := 2*parent + 1
		if child >= len(s.rows) {
			return
		}
		if right := child + 1; right < len(s.rows) && s.compare(s.rows[right], s.rows[child]) > 0 {
			child = right
		}
		if s.compare(s.rows[parent], s.rows[child]) >= 0 {
			return
		}
		s.rows[parent], s.rows[child] = s.rows[child], s.rows[parent]
		parent = child
	}
}

// cursorAfter returns the cursor behind the last of these rows.
func (s *selection[T]) cursorAfter(page []candidate[T]) *cursor {
	next := &cursor{last: s.keys(page[len(page)-1]), position: s.behind + uint64(len(page))}
	for _, c := range slices.Backward(page) {
		if compareKeys(s.order, s.keys(c), next.last) != 0 {
			return next
		}
		next.equal++
	}
	if s.after != nil && compareKeys(s.order, s.after.last, next.last) == 0 {
		next.equal += s.after.equal
	}
	return next
}

func (s *selection[T]) compare(a, b candidate[T]) int {
	return cmp.Or(compareKeys(s.order, s.keys(a), s.keys(b)), cmp.Compare(a.position, b.position))
}

// keys returns the sort values of a row.
func (s *selection[T]) keys(c candidate[T]) []value {
	return s.values[c.slot*len(s.order):][:len(s.order)]
}
