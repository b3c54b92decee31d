package list

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// sorted returns the rows to keep, in order. No row can be offered afterwards.
func (s *selection[T]) sorted() []candidate[T] {
	if !s.inOrder {
		s.sortFrom(0, s.rows)
	}
	return s.rows
}

// sortFrom sorts rows that have the same values in the columns before one. It sorts them
// by a number for each value of the column, which costs a fraction of comparing all sort
// values, and then those that have the same number.
func (s *selection[T]) sortFrom(column int, rows []candidate[T]) {
	if column == len(s.order) {
		slices.SortFunc(rows, s.compare) // by their place
		return
	}
	for i := range rows {
		rows[i].lead = s.order[column].lead(&s.keys(rows[i])[column])
	}
	slices.SortFunc(rows, func(a, b candidate[T]) int { return cmp.Compare(a.lead, b.lead) })
	for len(rows) > 0 {
		end := 1
		for end < len(rows) && rows[end].lead == rows[0].lead {
			end++
		}
		s.sortTied(column, rows[:end])
		rows = rows[end:]
	}
}

// sortTied sorts rows that have the same number for a column. Their values may still
// differ.
func (s *selection[T]) sortTied(column int, rows []candidate[T]) {
	if len(rows) == 1 {
		return
	}
	for i := range rows[1:] {
		if compare(&s.keys(rows[i])[column], &s.keys(rows[i+1])[column]) != 0 {
			slices.SortFunc(rows, s.compare)
			return
		}
	}
	s.sortFrom(column+1, rows)
}

// lead returns a number for a value of the column. Of two values with different numbers,
// the one with the smaller number comes first.
func (o ordering) lead(v *value) (lead uint64) {
	switch {
	case !v.set:
	case o.compared == text:
		var first [8]byte
		copy(first[:], v.text)
		lead = binary.BigEndian.Uint64(first[:])
	case o.compared == instant:
		// The seconds of the years 1 to 9999 take 39 bits from here on, and nanoseconds 30.
		lead = uint64(v.number+1<<36)<<25 | uint64(v.nanos)>>5
	default:
		lead = uint64(v.number) ^ 1<<63
	}
	if o.desc {
		return ^lead
	}
	return lead
}
