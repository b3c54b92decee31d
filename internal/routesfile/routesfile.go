// Package routesfile reads the file in which an operator overrides single routes of a vendor,
// and checks it against the routes that the service calls. It reports all mistakes at once.
package routesfile

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/sipfacade/sipfacade/internal/reload"
	"github.com/sipfacade/sipfacade/internal/spelling"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// The members of the file beside operations.
const (
	headerMember   = "header"
	keysMember     = "keys"
	networksMember = "trusted_networks"
)

// Vendor says what a file may override.
type Vendor struct {
	// Routes are those that the service calls.
	Routes []*upstream.Route
	// Headers are the names that the header with the token may have; none means that it
	// cannot be chosen.
	Headers []string
	// Keys are the members of request bodies that can be renamed; none means that there are
	// none.
	Keys []string
	// Segment is the path segment that the member trusted_networks replaces, in all of its
	// spellings; none means that there is no such member.
	Segment []string
}

// Overrides are what a file overrides.
type Overrides struct {
	// Paths are templates by the operation.
	Paths map[string]string
	// Header carries the token; empty means the usual one.
	Header string
	// Keys are the names that are sent, by the usual ones.
	Keys map[string]string
}

// Read reads a file; an empty path overrides nothing.
func Read(path string, vendor Vendor) (Overrides, error) {
	if path == "" {
		return Overrides{}, nil
	}
	content, err := reload.ReadFile(path)
	if err != nil {
		return Overrides{}, fmt.Errorf("cannot be read: %w", err)
	}
	return Parse(content, vendor)
}

// Parse reads the content of a file.
func Parse(content []byte, vendor Vendor) (Overrides, error) {
	var members map[string]yaml.Node
	if err := yaml.Unmarshal(content, &members); err != nil {
		return Overrides{}, errors.New("it is not a YAML object of operations and paths, each once" + placesOf(err))
	}
	p := &parser{vendor: vendor, read: Overrides{Paths: map[string]string{}, Keys: map[string]string{}}}
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		node := members[name]
		p.member(name, &node)
	}
	if len(p.problems) > 0 {
		return Overrides{}, errors.New(strings.Join(p.problems, "; "))
	}
	return p.read, nil
}

// lineNumbers finds where the YAML parser saw a problem.
var lineNumbers = regexp.MustCompile(`line \d+`)

// placesOf says where the parser saw a problem. The parser's words quote the file, which may
// be one of secrets that was given to the wrong setting.
func placesOf(err error) string {
	lines := lineNumbers.FindAllString(err.Error(), 3)
	if len(lines) == 0 {
		return ""
	}
	return "; see " + strings.Join(lines, ", ")
}

// parser reads the members of a file.
type parser struct {
	vendor   Vendor
	read     Overrides
	problems []string
}

func (p *parser) wrong(format string, args ...any) {
	p.problems = append(p.problems, fmt.Sprintf(format, args...))
}

// member reads one member.
func (p *parser) member(name string, node *yaml.Node) {
	switch {
	case name == headerMember && len(p.vendor.Headers) > 0:
		p.header(node)
	case name == keysMember && len(p.vendor.Keys) > 0:
		p.keys(node)
	case name == networksMember && len(p.vendor.Segment) > 0:
		p.networks(node)
	default:
		p.path(name, node)
	}
}

// header reads the name of the header with the token.
func (p *parser) header(node *yaml.Node) {
	for _, known := range p.vendor.Headers {
		if strings.EqualFold(node.Value, known) {
			p.read.Header = known
			return
		}
	}
	p.wrong("%s must be one of %s", headerMember, strings.Join(p.vendor.Headers, ", "))
}

// bodyKey is what a member of a body may be called.
var bodyKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)

// keys reads the names of members of request bodies.
func (p *parser) keys(node *yaml.Node) {
	var renamed map[string]string
	if err := node.Decode(&renamed); err != nil {
		p.wrong("%s must be an object of names", keysMember)
		return
	}
	for _, name := range sortedKeys(renamed) {
		switch {
		case !slices.Contains(p.vendor.Keys, name):
			p.wrong("%s.%s is not a key of a request%s", keysMember, name, meant(name, p.vendor.Keys))
		case !bodyKey.MatchString(renamed[name]):
			p.wrong("%s.%s must be 1 to 64 letters, digits and underscores", keysMember, name)
		default:
			p.read.Keys[name] = renamed[name]
		}
	}
}

// pathSegment is what one segment of a path may be.
var pathSegment = regexp.MustCompile(`^[0-9A-Za-z._~-]+$`)

// networks replaces the segment in the paths of all routes that have it and that the file
// does not override one by one.
func (p *parser) networks(node *yaml.Node) {
	if !pathSegment.MatchString(node.Value) {
		p.wrong("%s must be one path segment, such as %s", networksMember, p.vendor.Segment[0])
		return
	}
	for _, route := range p.vendor.Routes {
		segments := strings.Split(route.Path, "/")
		for i, segment := range segments {
			if slices.Contains(p.vendor.Segment, segment) {
				segments[i] = node.Value
				if _, overridden := p.read.Paths[route.Operation]; !overridden {
					p.read.Paths[route.Operation] = strings.Join(segments, "/")
				}
			}
		}
	}
}

// path reads the path of an operation.
func (p *parser) path(operation string, node *yaml.Node) {
	routes := p.routesOf(operation)
	switch {
	case len(routes) == 0:
		p.wrong("%s is not an operation%s", operation, meant(operation, p.operations()))
	case node.Kind != yaml.ScalarNode || !validTemplate(node.Value):
		p.wrong("%s must be a path template such as %s", operation, routes[0].Path)
	case !slices.Equal(parameters(node.Value), parameters(routes[0].Path)):
		p.wrong("%s must have %s, as %s has", operation, described(parameters(routes[0].Path)), routes[0].Path)
	default:
		p.read.Paths[operation] = node.Value
	}
}

// routesOf returns the routes of an operation.
func (p *parser) routesOf(operation string) (found []*upstream.Route) {
	for _, route := range p.vendor.Routes {
		if route.Operation == operation {
			found = append(found, route)
		}
	}
	return found
}

// operations returns the names of all operations.
func (p *parser) operations() (names []string) {
	for _, route := range p.vendor.Routes {
		names = append(names, route.Operation)
	}
	return names
}

// parameter is a {parameter} that is a whole segment.
var parameter = regexp.MustCompile(`^\{[a-z_]+\}$`)

// validTemplate reports whether a text is a path of segments and parameters.
func validTemplate(text string) bool {
	rest, rooted := strings.CutPrefix(text, "/")
	if !rooted {
		return false
	}
	for segment := range strings.SplitSeq(rest, "/") {
		dots := segment == "." || segment == ".."
		if dots || !pathSegment.MatchString(segment) && !parameter.MatchString(segment) {
			return false
		}
	}
	return true
}

// parameters returns those of a template, in its order.
func parameters(template string) (found []string) {
	for segment := range strings.SplitSeq(template, "/") {
		if parameter.MatchString(segment) {
			found = append(found, segment)
		}
	}
	return found
}

// described says which parameters a path must have.
func described(parameters []string) string {
	if len(parameters) == 0 {
		return "no parameter"
	}
	return "the parameters " + strings.Join(parameters, ", ") + " in this order and no other"
}

// meant says which name a mistyped one may have meant, or nothing.
func meant(name string, known []string) string {
	if near, ok := spelling.Nearest(name, known); ok {
		return "; did you mean " + near + "?"
	}
	return ""
}

// sortedKeys returns the keys of a map in their order.
func sortedKeys(of map[string]string) []string {
	keys := make([]string, 0, len(of))
	for key := range of {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
