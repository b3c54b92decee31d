package upstream

import (
	"fmt"
	"net/url"
	"strings"
)

// Action is what a call does at the vendor.
type Action int

// The actions.
const (
	// Read changes nothing.
	Read Action = iota
	// Create makes something new each time it is executed.
	Create
	// Update sets absolute values.
	Update
	// Delete removes one thing.
	Delete
	// Assign moves things between owners, or sets something going.
	Assign
)

// Class says what a repeated execution would do, and so what may be retried.
type Class int

// The retry classes.
const (
	// Safe: nothing is changed, a repeat is harmless.
	Safe Class = iota
	// Idempotent: a repeat leaves the same state as the first execution.
	Idempotent
	// Once: a repeat could happen twice; never sent again once a byte has left.
	Once
)

// classes is the retry class of each action.
var classes = [...]Class{
	Read: Safe, Create: Once, Update: Idempotent, Delete: Idempotent, Assign: Once,
}

// Class returns the retry class of the action.
func (a Action) Class() Class { return classes[a] }

// Route is one operation of a vendor's API.
type Route struct {
	// Operation is the vendor's own name for it.
	Operation string
	// Method is the HTTP method.
	Method string
	// Path is the template below the base URL, with {parameters}.
	Path string
	// Action decides the retry class and what a conflict means.
	Action Action
	// Source names the document that states the route.
	Source string
}

// usualParameterBytes is how long most parameters are at most: UUIDs.
const usualParameterBytes = 36

// Expand fills the parameters in order, each escaped as one path segment.
func (r *Route) Expand(parameters ...string) (string, error) {
	var path strings.Builder
	path.Grow(len(r.Path) + usualParameterBytes*len(parameters))
	rest := r.Path
	for _, parameter := range parameters {
		before, after, found := cutParameter(rest)
		if !found {
			return "", fmt.Errorf("%s takes fewer than %d path parameters", r.Operation, len(parameters))
		}
		if parameter == "" || parameter == "." || parameter == ".." {
			return "", fmt.Errorf("%s: %q cannot be a path segment", r.Operation, parameter)
		}
		path.WriteString(before)
		path.WriteString(url.PathEscape(parameter))
		rest = after
	}
	if _, _, more := cutParameter(rest); more {
		return "", fmt.Errorf("%s takes more than %d path parameters", r.Operation, len(parameters))
	}
	path.WriteString(rest)
	return path.String(), nil
}

// cutParameter splits a template around its first {parameter}.
func cutParameter(template string) (before, after string, found bool) {
	before, rest, found := strings.Cut(template, "{")
	if !found {
		return template, "", false
	}
	_, after, found = strings.Cut(rest, "}")
	return before, after, found
}
