package list

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/status"
)

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

func (o ordering) compare(a, b value) int {
	if o.desc {
		return compare(b, a)
	}
	return compare(a, b)
}

// parseOrder reads an AIP-132 order and ends it in the key. On violations there
// is no order.
func parseOrder(descriptor protoreflect.MessageDescriptor, text string, key []ordering) ([]ordering, violations) {
	if len(text) > maxOrderLength {
		return nil, violations{status.BrokenRule("order_by", "ORDER_BY", "is longer than %d bytes", maxOrderLength)}
	}
	terms := strings.Split(text, ",")
	switch {
	case strings.TrimSpace(text) == "":
		return withKey(orderByDefault(descriptor), key), nil
	case len(terms) > maxOrderFields:
		return nil, violations{status.BrokenRule("order_by", "ORDER_BY", "names more than %d fields", maxOrderFields)}
	}
	var found problems
	order := make([]ordering, 0, len(terms)+len(key))
	for _, term := range terms {
		next, err := parseTerm(descriptor, term)
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
		return nil, found.violations("order_by")
	}
	return withKey(order, key), nil
}

// parseTerm reads one field of an order with its direction.
func parseTerm(descriptor protoreflect.MessageDescriptor, term string) (ordering, error) {
	words := strings.Fields(term)
	if len(words) == 0 {
		return ordering{}, fmt.Errorf("names no field beside a comma")
	}
	if len(words) > 2 || len(words) == 2 && words[1] != "asc" && words[1] != "desc" {
		return ordering{}, fmt.Errorf("%s is not a field, or a field and `desc`", quote(strings.Join(words, " ")))
	}
	column, problem := resolve(descriptor, words[0])
	if problem != nil {
		return ordering{}, problem
	}
	return ordering{column: column, desc: len(words) == 2 && words[1] == "desc"}, nil
}

func orderByDefault(descriptor protoreflect.MessageDescriptor) []ordering {
	if column, problem := resolve(descriptor, defaultOrder); problem == nil {
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
