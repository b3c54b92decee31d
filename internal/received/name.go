package received

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// wholeBody is what violations of the whole body are named.
const wholeBody = "body"

// Name returns the name that the caller of an HTTP request knows a field by: the path in
// its JSON body, the query parameter, or the variable of the path, in lowerCamelCase if
// the caller did not write it in snake_case. The path is the proto path from the request
// message; one that is not in the message is the caller's own name already.
func (r *Request) Name(path string) string {
	if given := r.Parameter(path); given != nil {
		return given.Name
	}
	message := r.Message
	if body := message.Fields().ByTextName(r.Body); body != nil && below(path, r.Body) {
		if path == r.Body {
			return wholeBody
		}
		path, message = strings.TrimPrefix(path[len(r.Body):], "."), body.Message()
	}
	var out strings.Builder
	for path != "" {
		name, index, rest := nextStep(path)
		field := fieldNamed(message, name)
		out.WriteString(r.spelling(name, field) + index)
		if message = nil; field != nil {
			message = elementOf(field)
		}
		if path = rest; path != "" {
			out.WriteByte('.')
		}
	}
	return out.String()
}

// fieldNamed returns the field of a message; nil if it has no such field.
func fieldNamed(message protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	if message == nil {
		return nil
	}
	return message.Fields().ByTextName(name)
}

// elementOf returns the message that a field, or each of its elements, is; nil if it is
// a scalar.
func elementOf(field protoreflect.FieldDescriptor) protoreflect.MessageDescriptor {
	if field.IsMap() {
		return field.MapValue().Message()
	}
	return field.Message()
}

func (r *Request) spelling(name string, field protoreflect.FieldDescriptor) string {
	if field == nil || slices.Contains(r.SnakeCase, field) {
		return name
	}
	return field.JSONName()
}

// nextStep takes the first name off a path, with the indexes and quoted keys that follow it:
// `a["b.c"].d` is `a`, `["b.c"]` and `d`. A text that is not a path is returned unchanged.
func nextStep(path string) (name, index, rest string) {
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		return path, "", ""
	}
	name, path = path[:end], path[end:]
	for rest = path; strings.HasPrefix(rest, "["); {
		opening, closing := "[", "]"
		if strings.HasPrefix(rest, `["`) {
			opening, closing = `["`, `"]`
		}
		at := strings.Index(rest[len(opening):], closing)
		if at < 0 {
			return name, path, ""
		}
		rest = rest[len(opening)+at+len(closing):]
	}
	if rest != "" && rest[0] != '.' {
		return name, path, ""
	}
	return name, path[:len(path)-len(rest)], strings.TrimPrefix(rest, ".")
}
