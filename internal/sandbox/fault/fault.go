// Package fault injects faults into an emulated vendor: slow answers, refusals,
// broken bodies, dropped connections, and answers in another shape. An emulator
// wraps its operations with a Menu, and a test or a person at the admin endpoint
// adds faults to that.
package fault

import (
	"fmt"
	"slices"
	"strings"
)

// Kind names one type of fault.
type Kind string

// The kinds; Kinds explains each of them.
const (
	Latency       Kind = "latency"
	Status        Kind = "status"
	Unauthorized  Kind = "unauthorized"
	RateLimited   Kind = "rate_limited"
	MalformedJSON Kind = "malformed_json"
	Truncated     Kind = "truncated"
	HTML          Kind = "html"
	NotSuccess    Kind = "not_success"
	Redirect      Kind = "redirect"
	ResetBefore   Kind = "reset_before"
	ResetAfter    Kind = "reset_after"
	Empty         Kind = "empty"
	Oversize      Kind = "oversize"
	Reshape       Kind = "shape"
)

// AnyRoute is the route of a fault that matches every operation, as "" does.
const AnyRoute = "*"

// Bounds, so that one mistyped fault does not stop the whole process.
const (
	maxDelayMS = 10 * 60 * 1000
	maxBytes   = 1 << 30
)

// Fault is one entry of a menu: the kind of fault, the operation, and how often.
// Fields that the kind does not use are ignored.
type Fault struct {
	// ID is set by the menu.
	ID   string `json:"id,omitempty"`
	Kind Kind   `json:"kind"`
	// Route is the vendor's operation name; AnyRoute or "" means every one.
	Route string `json:"route,omitempty"`
	// Times is how many matching calls get the fault; 0 means until removed.
	Times int `json:"times,omitempty"`
	// Status is the HTTP status of the answer, for not_success the one in the body.
	Status int `json:"status,omitempty"`
	// RetryAfter is sent as the Retry-After header without a check, so that a test can
	// send an invalid one.
	RetryAfter string `json:"retryAfter,omitempty"`
	// Body replaces the vendor's own error form.
	Body string `json:"body,omitempty"`
	// ContentType goes with Body.
	ContentType string `json:"contentType,omitempty"`
	// Message is the text in the vendor's error form.
	Message string `json:"message,omitempty"`
	// Location is the target of a redirect.
	Location string `json:"location,omitempty"`
	// DelayMS is how long a latency fault waits, in milliseconds.
	DelayMS int `json:"delayMs,omitempty"`
	// Bytes is how much of a truncated answer is sent, or how much padding an
	// oversize answer or a sized shape gets.
	Bytes int `json:"bytes,omitempty"`
	// Rows is how many whole lines of a truncated answer are sent, instead of Bytes.
	Rows int `json:"rows,omitempty"`
	// Shape is the name of one of the vendor's shapes.
	Shape string `json:"shape,omitempty"`
}

// Dialect is the vendor's part of a menu: its operations and its forms of answers.
type Dialect struct {
	// Vendor is the vendor's name, and the beginning of the ids of its faults.
	Vendor string
	// Routes are the names of the vendor's operations.
	Routes []string
	// ErrorBody is the vendor's own error form; it leaves out a status of 0.
	ErrorBody func(status int, message string) []byte
	// ContentType goes with ErrorBody.
	ContentType string
	// Shapes are the other forms in which the vendor may answer.
	Shapes []Shape
}

// Shape rewrites a good answer into another form of the same vendor.
type Shape struct {
	Name    string
	Explain string
	// Rewrite is given the body of a 2xx answer of the operation.
	Rewrite func(operation string, body []byte) ([]byte, error)
	// Sized is Rewrite for shapes that need to know the bytes of the fault too; a
	// shape has one of the two.
	Sized func(operation string, body []byte, bytes int) ([]byte, error)
}

func (shape Shape) rewrite(operation string, body []byte, bytes int) ([]byte, error) {
	if shape.Sized != nil {
		return shape.Sized(operation, body, bytes)
	}
	return shape.Rewrite(operation, body)
}

// FieldError says which member of a fault is wrong, and how.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Error names the field first.
func (e *FieldError) Error() string { return e.Field + ": " + e.Message }

// check returns the first error in the members of the fault.
func (f Fault) check(dialect Dialect) error {
	return firstError(
		f.checkKind(),
		f.checkRoute(dialect.Routes),
		f.checkShape(dialect.Shapes),
		f.checkStatus(),
		within("times", f.Times, 0, maxBytes),
		within("delayMs", f.DelayMS, 0, maxDelayMS),
		within("bytes", f.Bytes, 0, maxBytes),
		within("rows", f.Rows, 0, maxBytes),
	)
}

func (f Fault) checkKind() *FieldError {
	if _, known := kindNamed(f.Kind); known {
		return nil
	}
	return unknown("kind", string(f.Kind), kindNames())
}

func (f Fault) checkRoute(routes []string) *FieldError {
	if f.matches(AnyRoute) || slices.Contains(routes, f.Route) {
		return nil
	}
	return unknown("route", f.Route, append([]string{AnyRoute}, routes...))
}

func (f Fault) checkShape(shapes []Shape) *FieldError {
	if f.Kind != Reshape {
		return nil
	}
	names := make([]string, len(shapes))
	for i, shape := range shapes {
		names[i] = shape.Name
	}
	if slices.Contains(names, f.Shape) {
		return nil
	}
	return unknown("shape", f.Shape, names)
}

// checkStatus refuses the 1xx codes, because net/http sends those as interim
// answers before the final one.
func (f Fault) checkStatus() *FieldError {
	switch {
	case f.Kind == Status && f.Status == 0:
		return &FieldError{"status", "is required, for example 503"}
	case f.Status == 0:
		return nil
	case f.Kind == Redirect:
		return within("status", f.Status, 300, 399)
	case f.Kind == Empty:
		return within("status", f.Status, 200, 299)
	}
	return within("status", f.Status, 200, 599)
}

// matches reports whether the fault applies to the route; AnyRoute asks whether it
// applies to all routes.
func (f Fault) matches(route string) bool {
	return f.Route == "" || f.Route == AnyRoute || f.Route == route
}

func within(field string, value, low, high int) *FieldError {
	if value >= low && value <= high {
		return nil
	}
	return &FieldError{field, fmt.Sprintf("must be %d to %d, got %d", low, high, value)}
}

func unknown(field, value string, known []string) *FieldError {
	return &FieldError{field, fmt.Sprintf("unknown %s %q; one of: %s", field, value, strings.Join(known, ", "))}
}

// firstError turns typed nils into a plain nil error.
func firstError(problems ...*FieldError) error {
	for _, problem := range problems {
		if problem != nil {
			return problem
		}
	}
	return nil
}
