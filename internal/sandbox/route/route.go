// Package route matches requests to the operations of an emulated vendor, by
// method and path pattern. It writes no answers, because each vendor has its own
// form of a 404 and a 405.
package route

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Route names an operation and the requests that it serves.
type Route struct {
	// Operation is the vendor's name, which faults and counted calls refer to.
	Operation string
	Method    string
	// Pattern is the path below the vendor's base path, with `{name}` for
	// parameters.
	Pattern string
}

// Parameters returns the names of the parameters in the pattern.
func (r Route) Parameters() []string {
	var names []string
	for _, segment := range r.segments() {
		if name, is := parameter(segment); is {
			names = append(names, name)
		}
	}
	return names
}

func (r Route) segments() []string { return strings.Split(strings.TrimPrefix(r.Pattern, "/"), "/") }

// parameter returns the name in a segment of the form `{name}`.
func parameter(segment string) (name string, is bool) {
	inside, opened := strings.CutPrefix(segment, "{")
	name, closed := strings.CutSuffix(inside, "}")
	return name, opened && closed
}

// Operations returns the names of the operations, sorted and each once.
func Operations(routes []Route) []string {
	names := map[string]bool{}
	for _, r := range routes {
		names[r.Operation] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// Row is a route with its handler.
type Row struct {
	Route
	Handler http.Handler
	// Spells reports whether a path segment stands for a literal segment of the
	// pattern; nil requires that they are equal.
	Spells func(segment, literal string) bool
	// Unlisted routes do not count for the Allow header.
	Unlisted bool

	segments []string
}

// Table finds the handlers of requests. It is safe for concurrent use.
type Table struct {
	basePath string
	isID     func(text string) bool
	rows     []Row
}

// NewTable returns a table whose rows are tried in order, so literal segments come
// before the parameters that match the same paths. A path matches only if isID
// accepts the text of each parameter.
func NewTable(basePath string, isID func(text string) bool, rows []Row) *Table {
	rows = slices.Clone(rows)
	for i := range rows {
		rows[i].segments = rows[i].Route.segments()
		if rows[i].Spells == nil {
			rows[i].Spells = func(segment, literal string) bool { return segment == literal }
		}
	}
	return &Table{basePath: basePath, isID: isID, rows: rows}
}

// Find returns the handler of a request, and sets the request's path values. If no
// route has the method, the handler is nil, and allow is the Allow header with the
// methods that the path has; allow is empty if the path is unknown.
func (t *Table) Find(r *http.Request) (handler http.Handler, allow string) {
	path, below := strings.CutPrefix(r.URL.EscapedPath(), t.basePath+"/")
	segments, err := unescape(path)
	if !below || err != nil {
		return nil, ""
	}
	var methods []string
	for i := range t.rows {
		row := &t.rows[i]
		if !t.matches(row, segments) {
			continue
		}
		if row.Method == r.Method {
			row.setPathValues(r, segments)
			return row.Handler, ""
		}
		if !row.Unlisted {
			methods = append(methods, row.Method)
		}
	}
	slices.Sort(methods)
	return nil, strings.Join(slices.Compact(methods), ", ")
}

// unescape splits a path before it unescapes the segments, because an escaped
// slash is part of its segment.
func unescape(path string) ([]string, error) {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		text, err := url.PathUnescape(segment)
		if err != nil {
			return nil, err
		}
		segments[i] = text
	}
	return segments, nil
}

func (t *Table) matches(row *Row, segments []string) bool {
	if len(segments) != len(row.segments) {
		return false
	}
	for i, want := range row.segments {
		_, isParameter := parameter(want)
		if isParameter && !t.isID(segments[i]) || !isParameter && !row.Spells(segments[i], want) {
			return false
		}
	}
	return true
}

func (row *Row) setPathValues(r *http.Request, segments []string) {
	for i, segment := range row.segments {
		if name, is := parameter(segment); is {
			r.SetPathValue(name, segments[i])
		}
	}
}
