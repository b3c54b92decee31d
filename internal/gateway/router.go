package gateway

import (
	"net/url"
	"slices"
	"strings"
)

// router finds the route of a path. It is a tree of segments, because the mux of
// grpc-gateway tries one pattern after the other.
type router struct {
	root node
}

// node is the state of a path after some of its segments.
type node struct {
	words    map[string]*node
	variable *node
	verbs    map[string]methods // "" is the path that ends here without a verb
}

// methods are the routes of one path by HTTP method.
type methods map[string]*route

// add adds a route to the tree.
func (r *router) add(to *route) {
	at := &r.root
	for _, piece := range to.template.segments {
		at = at.child(piece)
	}
	if at.verbs == nil {
		at.verbs = map[string]methods{}
	}
	if at.verbs[to.template.verb] == nil {
		at.verbs[to.template.verb] = methods{}
	}
	at.verbs[to.template.verb][to.Method] = to
}

func (n *node) child(piece segment) *node {
	if piece.variable != "" {
		if n.variable == nil {
			n.variable = &node{}
		}
		return n.variable
	}
	if n.words == nil {
		n.words = map[string]*node{}
	}
	if n.words[piece.literal] == nil {
		n.words[piece.literal] = &node{}
	}
	return n.words[piece.literal]
}

// find returns the routes of an escaped path by HTTP method, and the unescaped
// segments. Empty segments, and so trailing slashes, match nothing; an escaped
// slash is a character of its segment.
func (r *router) find(escaped string) (methods, []string) {
	rest, rooted := strings.CutPrefix(escaped, "/")
	if !rooted {
		return nil, nil
	}
	if colon := strings.LastIndexByte(rest, ':'); colon > strings.LastIndexByte(rest, '/') {
		if found, segments := r.walk(rest[:colon], rest[colon+1:]); found != nil {
			return found, segments
		}
	}
	return r.walk(rest, "")
}

func (r *router) walk(path, verb string) (methods, []string) {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		segment, err := url.PathUnescape(part)
		if err != nil || segment == "" {
			return nil, nil
		}
		parts[i] = segment
	}
	return r.root.match(parts, verb), parts
}

// match prefers words to variables, and tries the variable if the word leads to no
// route.
func (n *node) match(parts []string, verb string) methods {
	if len(parts) == 0 {
		return n.verbs[verb]
	}
	if next := n.words[parts[0]]; next != nil {
		if found := next.match(parts[1:], verb); found != nil {
			return found
		}
	}
	if n.variable == nil {
		return nil
	}
	return n.variable.match(parts[1:], verb)
}

// allow returns the methods of a path for the Allow header.
func (m methods) allow() string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
