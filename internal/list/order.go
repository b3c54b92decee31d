package list

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// orderBy is the argument with the order.
const orderBy = "order_by"

// Bounds of an order.
const (
	maxOrderLength = 1 << 10
	maxOrderFields = 16
)

// defaultOrder comes first if the caller asks for no order and the rows have
// such a field.
const defaultOrder = "create_time"

// ordering is one column of an order.
type ordering struct {
	*column
	desc bool
}

// compareKeys orders the sort values of two rows.
func compareKeys(order []ordering, a, b []value) int {
	for i := range order {
		side := compare(&a[i], &b[i])
		switch {
		case side == 0:
		case order[i].desc:
			return -side
		default:
			return side
		}
	}
	return 0
}

// readKeys reads the sort values of a row, given as its struct.
func readKeys(order []ordering, row reflect.Value, keys []value) {
	for i := range order {
		keys[i] = order[i].read(row).sortable()
	}
}

// parseOrder reads an AIP-132 order and ends it in the key. On violations there
// is no order.
func parseOrder(rows rowType, text string, key []ordering) ([]ordering, violations) {
	if len(text) > maxOrderLength {
		return nil, broken(orderBy, "is longer than %d bytes", maxOrderLength)
	}
	terms := strings.Split(text, ",")
	switch {
	case strings.TrimSpace(text) == "":
		return withKey(orderByDefault(rows), key), nil
	case len(terms) > maxOrderFields:
		return nil, broken(orderBy, "names more than %d fields", maxOrderFields)
	}
	var found problems
	order := make([]ordering, 0, len(terms)+len(key))
	for _, term := range terms {
		next, err := parseTerm(rows, term)
		switch {
		case err != nil:
			found.add(err)
		case names(order, next.path):
			found.add(fmt.Errorf("names %s twice", quote(next.path)))
		default:
			order = append(order, next)
		}
	}
	if len(found.texts) > 0 {
		return nil, found.violations(orderBy)
	}
	return withKey(order, key), nil
}

// parseTerm reads one field of an order with its direction.
func parseTerm(rows rowType, term string) (ordering, error) {
	words := strings.Fields(term)
	if len(words) == 0 {
		return ordering{}, fmt.Errorf("names no field beside a comma")
	}
	if len(words) > 2 || len(words) == 2 && words[1] != "asc" && words[1] != "desc" {
		return ordering{}, fmt.Errorf("%s is not a field, or a field and `desc`", quote(strings.Join(words, " ")))
	}
	column, problem := resolve(rows, words[0])
	if problem != nil {
		return ordering{}, problem
	}
	return ordering{column: column, desc: len(words) == 2 && words[1] == "desc"}, nil
}

func orderByDefault(rows rowType) []ordering {
	if column, problem := resolve(rows, defaultOrder); problem == nil {
		return []ordering{{column: column}}
	}
	return nil
}

// withKey appends the fields of the key that the order does not have, so that no
// two rows tie.
func withKey(order, key []ordering) []ordering {
	for _, k := range key {
		if !names(order, k.path) {
			order = append(order, k)
		}
	}
	return order
}

func names(order []ordering, path string) bool {
	return slices.ContainsFunc(order, func(o ordering) bool { return o.path == path })
}
