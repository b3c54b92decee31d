package list

import (
	"cmp"
	"slices"

	"google.golang.org/protobuf/proto"
)

// candidate is a row that may be on the page.
type candidate struct {
	keys     []value // its sort values
	position int     // its place among the rows offered
	row      proto.Message
}

// selection keeps the first rows after a cursor out of any number offered. It
// holds at most twice as many as asked for, and sorts only those.
type selection struct {
	order   []ordering
	after   *cursor
	keep    int
	rows    []candidate
	trimmed bool   // rows[keep-1] is the worst that can still be kept
	skipped uint64 // rows equal to the cursor seen so far
	offered int    // rows seen so far
	behind  uint64 // of them, those on earlier pages
	scratch []value
}

func newSelection(order []ordering, after *cursor, keep int) *selection {
	return &selection{order: order, after: after, keep: keep, scratch: make([]value, len(order))}
}

// offer considers a row. Rows come in the caller's order, which decides between
// rows that compare equal.
func (s *selection) offer(row proto.Message) {
	message := row.ProtoReflect()
	for i, o := range s.order {
		s.scratch[i] = o.read(message).sortable()
	}
	offered := candidate{keys: s.scratch, position: s.offered, row: row}
	s.offered++
	if s.isBehind() {
		s.behind++
		return
	}
	if s.trimmed && s.compare(offered, s.rows[s.keep-1]) > 0 {
		return
	}
	offered.keys = slices.Clone(s.scratch)
	s.rows = append(s.rows, offered)
	if len(s.rows) == 2*s.keep {
		s.trim()
	}
}

// isBehind reports whether the scratch row was on an earlier page. Of the rows
// that equal the cursor, as many are behind as were already returned.
func (s *selection) isBehind() bool {
	if s.after == nil {
		return false
	}
	side := s.compareKeys(s.scratch, s.after.last)
	if side == 0 && s.skipped < s.after.equal {
		s.skipped++
		return true
	}
	return side < 0
}

func (s *selection) trim() {
	slices.SortFunc(s.rows, s.compare)
	if len(s.rows) >= s.keep {
		clear(s.rows[s.keep:]) // let the rows go
		s.rows, s.trimmed = s.rows[:s.keep], true
	}
}

// sorted returns the rows to keep, in order.
func (s *selection) sorted() []candidate {
	s.trim()
	return s.rows
}

// cursorAfter is the cursor behind the last of these rows.
func (s *selection) cursorAfter(page []candidate) *cursor {
	next := &cursor{last: page[len(page)-1].keys, position: s.behind + uint64(len(page))}
	for _, c := range slices.Backward(page) {
		if s.compareKeys(c.keys, next.last) != 0 {
			return next
		}
		next.equal++
	}
	if s.after != nil && s.compareKeys(s.after.last, next.last) == 0 {
		next.equal += s.after.equal
	}
	return next
}

func (s *selection) compare(a, b candidate) int {
	return cmp.Or(s.compareKeys(a.keys, b.keys), cmp.Compare(a.position, b.position))
}

func (s *selection) compareKeys(a, b []value) int { return compareKeys(s.order, a, b) }

// compareKeys orders sort values.
func compareKeys(order []ordering, a, b []value) int {
	for i, o := range order {
		if side := o.compare(a[i], b[i]); side != 0 {
			return side
		}
	}
	return 0
}
