package list

import (
	"reflect"

	"google.golang.org/protobuf/proto"
)

// Page returns the rows that belong on the page, in order, and the token of the
// page after it: empty if, and only if, no row follows. The rows must be all that
// the resource has. They are neither reordered nor changed, and the page holds
// the same messages.
func (q *Query[T]) Page(rows []T) (page []T, nextPageToken string) {
	collector := q.Collect()
	for _, row := range rows {
		collector.Add(row)
	}
	return collector.Page()
}

// Collector picks a page from rows that come one by one. However many come, it keeps
// those of one page and one more.
type Collector[T proto.Message] struct {
	query  *Query[T]
	chosen *selection[T]
}

// Collect returns a collector that has seen no row yet.
func (q *Query[T]) Collect() *Collector[T] {
	return &Collector[T]{query: q, chosen: newSelection[T](q.order, q.after, q.limit+1)}
}

// Add considers a row. It returns a row that will not be on the page, which the caller may
// overwrite: this one, or one that was kept until now. It returns nil if there is none.
func (c *Collector[T]) Add(row T) (spare T) {
	fields := structOf(row)
	if !c.query.filter.matches(fields) {
		return row
	}
	return c.chosen.offer(row, fields)
}

// Page returns what Query.Page returns, once all rows have been added.
func (c *Collector[T]) Page() (page []T, nextPageToken string) {
	q, candidates := c.query, c.chosen.sorted()
	if len(candidates) > q.limit {
		candidates = candidates[:q.limit]
		nextPageToken = q.tokens.seal(c.chosen.cursorAfter(candidates).encode(q.digest))
	}
	page = make([]T, len(candidates))
	for i, candidate := range candidates {
		page[i] = candidate.row
	}
	return page, nextPageToken
}

// structOf returns the struct of a row.
func structOf(row proto.Message) reflect.Value { return reflect.ValueOf(row).Elem() }
