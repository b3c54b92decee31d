package list

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// sorted returns the rows to keep, in order. No row can be offered afterwards.
func (s *selection[T]) sorted() []candidate[T] {
	if !s.inOrder {
		s.setLeads()
		slices.SortFunc(s.rows, s.compareByLead)
	}
	return s.rows
}

// setLeads sets the lead of each row: a number that orders most of the rows, taken from
// the first column in which they differ. Most comparisons then need no sort values.
func (s *selection[T]) setLeads() {
	column := s.firstDifferent()
	for i := range s.rows {
		s.rows[i].lead = s.order[column].lead(&s.keys(s.rows[i])[column])
	}
}

// firstDifferent returns the first column in which not all rows have the same value; the
// last column if there is none.
func (s *selection[T]) firstDifferent() (column int) {
	last := len(s.order) - 1
	for column = range last {
		for i := range s.rows[1:] {
			if compare(&s.keys(s.rows[i])[column], &s.keys(s.rows[i+1])[column]) != 0 {
				return column
			}
		}
	}
	return last
}

func (s *selection[T]) compareByLead(a, b candidate[T]) int {
	if a.lead != b.lead {
		return cmp.Compare(a.lead, b.lead)
	}
	return s.compare(a, b)
}

// lead returns a number for a value of the column. If two values have different numbers,
// these have the order of the values.
func (o ordering) lead(v *value) (lead uint64) {
	switch {
	case !v.set:
	case o.compared == text:
		var first [8]byte
		copy(first[:], v.text)
		lead = binary.BigEndian.Uint64(first[:])
	default:
		lead = uint64(v.number) ^ 1<<63
	}
	if o.desc {
		return ^lead
	}
	return lead
}
