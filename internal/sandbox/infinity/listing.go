package infinity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// listing is what a list is asked for: which rows, in which order, how many.
type listing struct {
	filters []filter
	orders  []order
	offset  int
	// limit counts where limited is set. A choice: otherwise there is none, and a
	// limit of 0 is no rows, as in SQL.
	limit   int
	limited bool
}

// siftedBy are the names of the parameters of a list.
func siftedBy() []string { return []string{"filter", "sort", "limit", "offset"} }

// filter keeps the rows with the value in the column, order sorts by it.
type filter struct {
	column int
	is     scalar
	value  string
}

type order struct {
	column     int
	is         scalar
	descending bool
}

// readListing reads filter[], sort[], limit and offset for rows with these
// columns.
func readListing(columns []column, p parameters) (listing, error) {
	var wanted listing
	problems := p.unknown(siftedBy()...)
	for _, name := range siftedBy()[:2] {
		if _, isScalar := p.scalars[name]; isScalar {
			problems = append(problems, problem{name, "must be an array, " + name + "[]"})
		}
		for _, e := range p.arrays[name] {
			if wrong := wanted.take(name, e.value, columns); wrong != "" {
				problems = append(problems, problem{fmt.Sprintf("%s[%d]", name, e.index), wrong})
			}
		}
	}
	for name, into := range map[string]*int{"limit": &wanted.limit, "offset": &wanted.offset} {
		if wrong := p.count(name, into); wrong != "" {
			problems = append(problems, problem{name, wrong})
		}
	}
	_, wanted.limited = p.scalars["limit"]
	return wanted, invalid(problems)
}

func (p parameters) count(name string, into *int) (wrong string) {
	if _, isArray := p.arrays[name]; isArray {
		return "must not be an array"
	}
	given, ok := p.scalars[name]
	if !ok {
		return ""
	}
	_, wrong = within(0, 1<<31-1)(given)
	*into = numeric(given)
	return wrong
}

func (l *listing) take(name, text string, columns []column) (wrong string) {
	if name == "filter" {
		return l.takeFilter(text, columns)
	}
	return l.takeOrder(text, columns)
}

// takeFilter reads {field}-{operand}-value-{value}; the value may hold dashes.
// A choice: eq is the one operand that the vendor's documentation still shows,
// so it is the only one here.
func (l *listing) takeFilter(text string, columns []column) (wrong string) {
	parts := strings.SplitN(text, "-", 4)
	if len(parts) < 4 || parts[2] != "value" {
		return "must be {field}-{operand}-value-{value}"
	}
	at, wrong := columnNamed(parts[0], columns)
	if wrong != "" {
		return wrong
	}
	if parts[1] != "eq" {
		return fmt.Sprintf("has the unknown operand %q; use eq", parts[1])
	}
	if _, wrong := optionalNumber(parts[3]); columns[at].is == number && parts[3] != "0" && wrong != "" {
		return "compares a number with " + parts[3]
	}
	l.filters = append(l.filters, filter{at, columns[at].is, parts[3]})
	return ""
}

func (l *listing) takeOrder(text string, columns []column) (wrong string) {
	name, direction, _ := strings.Cut(text, "-")
	if direction != "asc" && direction != "desc" {
		return "must be {field}-asc or {field}-desc"
	}
	at, wrong := columnNamed(name, columns)
	if wrong != "" {
		return wrong
	}
	l.orders = append(l.orders, order{at, columns[at].is, direction == "desc"})
	return ""
}

func columnNamed(name string, columns []column) (at int, wrong string) {
	at = slices.IndexFunc(columns, func(c column) bool { return c.name == name })
	if at < 0 {
		return 0, fmt.Sprintf("names the unknown field %q", name)
	}
	return at, ""
}

// apply is filter, then sort, then offset, then limit.
func (l listing) apply(rows []row) []row {
	rows = slices.DeleteFunc(rows, func(r row) bool { return !l.keeps(r) })
	if len(l.orders) > 0 {
		slices.SortStableFunc(rows, l.compare)
	}
	rows = rows[min(l.offset, len(rows)):]
	if l.limited {
		rows = rows[:min(l.limit, len(rows))]
	}
	return rows
}

func (l listing) keeps(r row) bool {
	for _, f := range l.filters {
		if r[f.column].text != f.value {
			return false
		}
	}
	return true
}

func (l listing) compare(a, b row) int {
	for _, o := range l.orders {
		result := compareAs(o.is, a[o.column].text, b[o.column].text)
		if o.descending {
			result = -result
		}
		if result != 0 {
			return result
		}
	}
	return 0
}

// compareAs puts what is not set first.
func compareAs(is scalar, a, b string) int {
	if is != number || a == "" || b == "" {
		return cmp.Compare(a, b)
	}
	return cmp.Compare(numeric(a), numeric(b))
}
