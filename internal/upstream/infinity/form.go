package infinity

import (
	"net/url"
	"strconv"
	"strings"
)

// Form is the parameters of a write, in the order in which they are sent.
type Form []Parameter

// Parameter is one parameter of a Form.
type Parameter struct{ Name, Value string }

// Encode returns the body as application/x-www-form-urlencoded.
func (f Form) Encode() []byte {
	var body strings.Builder
	for i, parameter := range f {
		if i > 0 {
			body.WriteByte('&')
		}
		body.WriteString(url.QueryEscape(parameter.Name))
		body.WriteByte('=')
		body.WriteString(url.QueryEscape(parameter.Value))
	}
	return []byte(body.String())
}

// IDs returns an array of ids: name[]=1&name[]=2.
func IDs(name string, ids []uint32) Form {
	form := make(Form, len(ids))
	for i, id := range ids {
		form[i] = Parameter{name + "[]", FormatID(id)}
	}
	return form
}

// OrderedIDs returns an array whose index is the order: name[0]=7&name[1]=3.
func OrderedIDs(name string, ids []uint32) Form {
	form := make(Form, len(ids))
	for i, id := range ids {
		form[i] = Parameter{name + "[" + strconv.Itoa(i) + "]", FormatID(id)}
	}
	return form
}

// Flag returns a boolean as the vendor takes it.
func Flag(value bool) string {
	if value {
		return "1"
	}
	return "0"
}

// FormatID returns an id in the form that paths and forms have.
func FormatID(id uint32) string { return strconv.FormatUint(uint64(id), 10) }

// Query narrows a list that the vendor pages.
type Query struct {
	// Filters are conditions that must all hold: field and value.
	Filters []Parameter
	// Sorts are fields with `asc` or `desc`, the most important first.
	Sorts []Parameter
	// Limit and Offset choose the page; a limit of 0 asks for everything.
	Limit, Offset int
}

// Encode returns the query string. The vendor's filter syntax is field, operand and
// value joined by hyphens; `eq` is the one operand that is known.
func (q *Query) Encode() string {
	if q == nil {
		return ""
	}
	var parameters Form
	for _, filter := range q.Filters {
		parameters = append(parameters, Parameter{"filter[]", filter.Name + "-eq-value-" + filter.Value})
	}
	for _, sort := range q.Sorts {
		parameters = append(parameters, Parameter{"sort[]", sort.Name + "-" + sort.Value})
	}
	if q.Limit > 0 {
		parameters = append(parameters,
			Parameter{"limit", strconv.Itoa(q.Limit)}, Parameter{"offset", strconv.Itoa(q.Offset)})
	}
	return string(parameters.Encode())
}
