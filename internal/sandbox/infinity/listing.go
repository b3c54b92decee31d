package infinity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// listing is the query of a list: which rows, in which order, how many.
type listing struct {
	filters []filter
	orders  []order
	offset  int
	// limit applies if limited is set. A choice: by default there is no limit, and
	// a limit of 0 means no rows, as in SQL.
	limit   int
	limited bool
}

// listParameters are the names of the parameters of a list.
func listParameters() []string { return []string{"filter", "sort", "limit", "offset"} }

// filter selects the rows with the value in the column.
type filter struct {
	column int
	is     scalar
	value  string
}

// order sorts rows by a column.
type order struct {
	column     int
	is         scalar
	descending bool
}

// readListing reads filter[], sort[], limit and offset for rows with these
// columns.
func readListing(columns []column, p parameters) (listing, error) {
	var wanted listing
	problems := p.unknown(listParameters()...)
	for _, name := range listParameters()[:2] {
		if _, isScalar := p.scalars[name]; isScalar {
			problems = append(problems, problem{name, "must be an array, " + name + "[]"})
		}
		for _, e := range p.arrays[name] {
			if wrong := wanted.add(name, e.value, columns); wrong != "" {
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

func (l *listing) add(name, text string, columns []column) (wrong string) {
	if name == "filter" {
		return l.addFilter(text, columns)
	}
	return l.addOrder(text, columns)
}

// addFilter reads {field}-{operand}-value-{value}; the value may hold dashes.
// A choice: eq is the one operand that the vendor's documentation still shows,
// so it is the only one here.
func (l *listing) addFilter(text string, columns []column) (wrong string) {
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

func (l *listing) addOrder(text string, columns []column) (wrong string) {
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

// apply filters, then sorts, then applies the offset, then the limit.
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

// compareAs orders unset values first.
func compareAs(is scalar, a, b string) int {
	if is != number || a == "" || b == "" {
		return cmp.Compare(a, b)
	}
	return cmp.Compare(numeric(a), numeric(b))
}
