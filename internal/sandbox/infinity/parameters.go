package infinity

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// element is one value of an array. Its index matters if the array is an order.
type element struct {
	index int
	value string
}

// parameters are the arguments of a call, parsed as PHP parses them.
type parameters struct {
	scalars map[string]string
	arrays  map[string][]element
}

// readParameters reads the query, and for writes also the form in the body: the
// vendor probably merges them, because its public clients use either.
func readParameters(r *http.Request) (parameters, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return parameters{}, malformed("the query", err)
	}
	if r.Method == http.MethodGet {
		return merge(query)
	}
	form, err := readForm(r)
	if err != nil {
		return parameters{}, err
	}
	return merge(query, form)
}

// readForm reads a body. A choice: one of another media type is a 400, because
// the vendor declares no 415.
func readForm(r *http.Request) (url.Values, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, unreadable(err)
	}
	if len(body) == 0 {
		return url.Values{}, nil
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/x-www-form-urlencoded" {
		return nil, refused("parameters must be sent as application/x-www-form-urlencoded")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, malformed("the body", err)
	}
	return form, nil
}

func malformed(what string, err error) *failure {
	return refused(fmt.Sprintf("%s is malformed: %v", what, err))
}

func unreadable(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &failure{status: http.StatusRequestEntityTooLarge, message: fmt.Sprintf("the body has more than %d bytes", tooLarge.Limit)}
	}
	return refused("the body cannot be read")
}

// merge combines sources. A choice: PHP uses the last of two values; here two that
// differ are an error, which shows mistakes of a client.
func merge(sources ...url.Values) (parameters, error) {
	all := parameters{map[string]string{}, map[string][]element{}}
	var problems []problem
	for _, source := range sources {
		for name, values := range source {
			if wrong := all.add(name, values); wrong != "" {
				problems = append(problems, problem{name, wrong})
			}
		}
	}
	for name := range all.arrays {
		if wrong := all.orderElements(name); wrong != "" {
			problems = append(problems, problem{name, wrong})
		}
	}
	return all, invalid(problems)
}

// appended is the index of an element that has none of its own and comes last.
const appended = -1

func (p parameters) add(name string, values []string) (wrong string) {
	base, brackets, isArray := strings.Cut(name, "[")
	if !isArray {
		return p.addScalar(name, values)
	}
	index := appended
	if inside, closed := strings.CutSuffix(brackets, "]"); !closed {
		return "is not a known parameter"
	} else if inside != "" {
		if _, wrong := wholeNumber(inside); wrong != "" {
			return "has an index that is not a whole number from 0 to 9999"
		}
		index = numeric(inside)
	}
	for _, value := range values {
		p.arrays[base] = append(p.arrays[base], element{index, value})
	}
	return ""
}

func (p parameters) addScalar(name string, values []string) (wrong string) {
	for _, value := range values {
		if before, given := p.scalars[name]; given && before != value {
			return "is given twice with different values"
		}
		p.scalars[name] = value
	}
	return ""
}

// settle gives the appended elements the indexes after the others, and sorts by
// index.
func (p parameters) orderElements(name string) (wrong string) {
	elements, next := p.arrays[name], 0
	for _, e := range elements {
		next = max(next, e.index+1)
	}
	for i := range elements {
		if elements[i].index == appended {
			elements[i].index = next
			next++
		}
	}
	slices.SortStableFunc(elements, func(a, b element) int { return cmp.Compare(a.index, b.index) })
	for i := range elements[1:] {
		if elements[i].index == elements[i+1].index && elements[i].value != elements[i+1].value {
			return fmt.Sprintf("has two values at index %d", elements[i].index)
		}
	}
	p.arrays[name] = slices.Compact(elements)
	return ""
}

// general returns the parameters of the whole Config API; only format has an effect.
func general() []string { return []string{"format", "display", "rootOrgId", "tz"} }

// unknown lists the parameters whose names are not among these.
func (p parameters) unknown(known ...string) []problem {
	var problems []problem
	for _, names := range [][]string{keys(p.scalars), keys(p.arrays)} {
		for _, name := range names {
			if !slices.Contains(known, name) && !slices.Contains(general(), name) {
				problems = append(problems, problem{name, "is not a known parameter"})
			}
		}
	}
	return problems
}

func keys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	return names
}

// changes checks the parameters of the columns, and returns the values that they set.
// It reports all problems at once.
func (p parameters) changes(columns []column, creating bool) (map[string]string, error) {
	kept, known := map[string]string{}, []string{}
	var problems []problem
	for _, c := range columns {
		if c.accepts == nil || c.createOnly && !creating {
			continue
		}
		known = append(known, c.name)
		if wrong := p.change(c, creating, kept); wrong != "" {
			problems = append(problems, problem{c.name, wrong})
		}
	}
	return kept, invalid(append(problems, p.unknown(known...)...))
}

func (p parameters) change(c column, creating bool, kept map[string]string) (wrong string) {
	if _, isArray := p.arrays[c.name]; isArray {
		return "must not be an array"
	}
	given, ok := p.scalars[c.name]
	switch {
	case ok:
		kept[c.name], wrong = c.accepts(given)
	case creating && c.required:
		wrong = "is required"
	}
	return wrong
}

// ids returns the one array of ids that a call must have.
func (p parameters) ids(name string) ([]element, error) {
	problems := p.unknown(name)
	if _, isScalar := p.scalars[name]; isScalar {
		problems = append(problems, problem{name, "must be an array, " + name + "[]"})
	} else if len(p.arrays[name]) == 0 {
		problems = append(problems, problem{name, "is required, as " + name + "[]"})
	}
	for _, e := range p.arrays[name] {
		if _, wrong := idNumber(e.value); wrong != "" {
			problems = append(problems, problem{fmt.Sprintf("%s[%d]", name, e.index), wrong})
		}
	}
	return p.arrays[name], invalid(problems)
}
