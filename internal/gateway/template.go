package gateway

import (
	"fmt"
	"strings"
)

// template is the path of a route: `/v1/calls/{call_uuid}:executeCallFlow`.
type template struct {
	segments []segment
	verb     string
}

// segment is a word of the path, or the name of a variable.
type segment struct {
	literal  string
	variable string
}

// parseTemplate reads the path of a google.api.http rule. It accepts the part of
// the grammar that the contract uses: words, `{field.path}`, and a verb at the end.
func parseTemplate(path string) (template, error) {
	var parsed template
	rest, rooted := strings.CutPrefix(path, "/")
	if !rooted {
		return parsed, fmt.Errorf("template %q does not begin with a slash", path)
	}
	if colon := strings.LastIndexByte(rest, ':'); colon > strings.LastIndexByte(rest, '/') {
		rest, parsed.verb = rest[:colon], rest[colon+1:]
	}
	for _, part := range strings.Split(rest, "/") {
		piece, err := parseSegment(part)
		if err != nil {
			return parsed, fmt.Errorf("template %q: %w", path, err)
		}
		parsed.segments = append(parsed.segments, piece)
	}
	return parsed, nil
}

func parseSegment(part string) (segment, error) {
	name, opened := strings.CutPrefix(part, "{")
	name, closed := strings.CutSuffix(name, "}")
	if part == "" || name == "" || opened != closed || strings.ContainsAny(name, "{}=*:") {
		return segment{}, fmt.Errorf("segment %q is neither a word nor a variable", part)
	}
	if opened {
		return segment{variable: name}, nil
	}
	return segment{literal: part}, nil
}

// path returns the path with the value in place of every variable.
func (t template) path(value string) string {
	var out strings.Builder
	for _, piece := range t.segments {
		out.WriteByte('/')
		if piece.variable != "" {
			out.WriteString(value)
		}
		out.WriteString(piece.literal)
	}
	if t.verb != "" {
		out.WriteString(":" + t.verb)
	}
	return out.String()
}
