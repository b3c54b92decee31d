package list

import "reflect"

// A vendor that filters, sorts and pages itself need not send every row for every
// page. What it sends is used only if it can be checked: if it does not fit, the whole
// list has to be read. One page cannot show how the rest of the list is sorted: that the
// vendor sorts as it is asked to, with unset values first, is assumed.

// Window returns which rows of the vendor's own order make up the page, if the vendor
// filters and sorts as this query does: how many to skip, and how many to ask for. From
// the second page on it begins with the last row of the page before, and it always ends
// with one row of the page after. It is not ok if the place of that last row is not known.
func (q *Query[T]) Window() (offset, limit int, ok bool) {
	switch {
	case q.after == nil:
		return 0, q.limit + 1, true
	case q.after.position == 0 || q.after.position > maxPosition:
		return 0, 0, false
	default:
		return int(q.after.position) - 1, q.limit + 2, true
	}
}

// maxPosition bounds what a window asks a vendor to skip.
const maxPosition = 1 << 31

// Windowed returns the page and its next token from the rows of the window. It is
// not ok if they cannot be the window: if the last row of the page before has moved, if
// more rows came than were asked for, or if a row does not match the filter or is out of
// order.
func (q *Query[T]) Windowed(rows []T) (page []T, nextPageToken string, ok bool) {
	last, position := []value(nil), uint64(0)
	if q.after != nil {
		if len(rows) == 0 || !same(q.keys(structOf(rows[0])), q.after.last) {
			return nil, "", false
		}
		last, position, rows = q.after.last, q.after.position, rows[1:]
	}
	if len(rows) > q.limit+1 {
		return nil, "", false
	}
	for i, row := range rows {
		fields := structOf(row)
		keys := q.keys(fields)
		if !q.filter.matches(fields) || last != nil && compareKeys(q.order, last, keys) >= 0 {
			return nil, "", false
		}
		last = keys
		if i == q.limit-1 && len(rows) > q.limit {
			next := &cursor{last: keys, equal: 1, position: position + uint64(q.limit)}
			nextPageToken = q.tokens.seal(next.encode(q.digest))
		}
	}
	return rows[:min(len(rows), q.limit)], nextPageToken, true
}

// keys returns the sort values of a row, given as its struct.
func (q *Query[T]) keys(row reflect.Value) []value {
	keys := make([]value, len(q.order))
	readKeys(q.order, row, keys)
	return keys
}

// same reports whether two rows have the same sort values.
func same(a, b []value) bool {
	for i := range a {
		if compare(&a[i], &b[i]) != 0 {
			return false
		}
	}
	return true
}
