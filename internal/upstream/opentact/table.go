package opentact

import (
	"cmp"
	"errors"
	"strings"

	"github.com/sipfacade/sipfacade/internal/opentactapi"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// Dialect is the form of the requests to the vendor: a generation, with the routes and keys that
// the operator overrides.
type Dialect struct {
	Generation opentactapi.Generation
	// Keys are the names of body members that are sent in place of others, by the name that
	// the mapping tables have.
	Keys map[string]string
	// Header carries the token; empty means X-Auth-Token.
	Header string
}

// table is the routes and keys of a dialect.
type table struct {
	generation opentactapi.Generation
	routes     map[*upstream.Route]*upstream.Route
	keys       map[string]string
}

// newTable returns the table of a dialect. What the generation does not have stays as the
// first version is.
func newTable(d Dialect) *table {
	t := &table{generation: d.generation(), routes: map[*upstream.Route]*upstream.Route{}, keys: d.Keys}
	for _, row := range Rows() {
		route := row.Route
		if version, ok := row.Version(t.generation); ok {
			route = row.at(version)
		}
		t.routes[row.Route] = route
	}
	return t
}

// generation returns the first one if none is chosen.
func (d Dialect) generation() opentactapi.Generation {
	return cmp.Or(d.Generation, opentactapi.Generation1)
}

// header returns the name of the header with the token.
func (d Dialect) header() string { return cmp.Or(d.Header, tokenHeader) }

// route returns a route as the dialect has it.
func (t *table) route(of *upstream.Route) *upstream.Route {
	if found, ok := t.routes[of]; ok {
		return found
	}
	return of
}

// spell returns a body with the names that the dialect sends.
func (t *table) spell(body Object) Object {
	if len(t.keys) == 0 {
		return body
	}
	spelled := make(Object, len(body))
	for i, member := range body {
		spelled[i] = member
		if name, ok := t.keys[member.Name]; ok {
			spelled[i].Name = name
		}
	}
	return spelled
}

// unspell gives the arguments that an error names the names of the mapping tables, if the
// dialect sends others.
func (t *table) unspell(err error) error {
	var refused *upstream.Error
	if len(t.keys) == 0 || !errors.As(err, &refused) {
		return err
	}
	for i, field := range refused.Fields {
		refused.Fields[i].Name = t.unspelled(field.Name)
	}
	return err
}

// unspelled returns the path of an argument whose last segment has the name of the mapping
// tables.
func (t *table) unspelled(path string) string {
	last := strings.LastIndexByte(path, '.') + 1
	for usual, sent := range t.keys {
		if sent == path[last:] {
			return path[:last] + usual
		}
	}
	return path
}

// Generation returns the generation whose requests the client sends.
func (c *Client) Generation() opentactapi.Generation { return c.table.generation }

// Route returns a route as the client calls it.
func (c *Client) Route(of *upstream.Route) *upstream.Route { return c.table.route(of) }
