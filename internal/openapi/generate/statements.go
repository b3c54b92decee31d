package main

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/sipfacade/sipfacade/internal/openapi"
)

// statement states one rule of protovalidate in a schema.
type statement func(made *openapi.Schema, value protoreflect.Value)

// statements returns how each rule is stated, by its name.
func statements() map[protoreflect.FullName]statement {
	all := map[protoreflect.FullName]statement{
		"StringRules.min_len":   func(made *openapi.Schema, value protoreflect.Value) { made.MinLength = new(value.Uint()) },
		"StringRules.max_len":   func(made *openapi.Schema, value protoreflect.Value) { made.MaxLength = new(value.Uint()) },
		"StringRules.min_bytes": describe("at least %v bytes"),
		// No text has more characters than bytes.
		"StringRules.max_bytes": func(made *openapi.Schema, value protoreflect.Value) { made.MaxLength = new(value.Uint()) },
		"StringRules.len": func(made *openapi.Schema, value protoreflect.Value) {
			made.MinLength, made.MaxLength = new(value.Uint()), new(value.Uint())
		},
		"StringRules.pattern": func(made *openapi.Schema, value protoreflect.Value) { made.Pattern = value.String() },
		// Without a pattern: generated clients hold such values as a type of their own, and some
		// match a pattern against it, which fails.
		"StringRules.uuid":              format("uuid"),
		"StringRules.ip_with_prefixlen": func(made *openapi.Schema, _ protoreflect.Value) { made.Pattern = network },
		"StringRules.uri":               format("uri"), "StringRules.uri_ref": format("uri-reference"),
		"StringRules.email": format("email"), "StringRules.hostname": format("hostname"),
		"StringRules.ipv4": format("ipv4"), "StringRules.ipv6": format("ipv6"),
		"StringRules.prefix": describe("begins with `%v`"), "StringRules.suffix": describe("ends with `%v`"),
		"StringRules.contains": describe("contains `%v`"), "StringRules.not_contains": describe("does not contain `%v`"),
		"StringRules.address": describe("a host name or an IP address"), "StringRules.ip": describe("an IP address"),
		"EnumRules.defined_only":  func(*openapi.Schema, protoreflect.Value) {}, // the schema lists the names
		"EnumRules.not_in":        exceptNumbers,
		"RepeatedRules.items":     func(*openapi.Schema, protoreflect.Value) {}, // stated in the schema of the items
		"RepeatedRules.min_items": func(made *openapi.Schema, value protoreflect.Value) { made.MinItems = new(value.Uint()) },
		"RepeatedRules.max_items": func(made *openapi.Schema, value protoreflect.Value) { made.MaxItems = new(value.Uint()) },
		"RepeatedRules.unique":    func(made *openapi.Schema, value protoreflect.Value) { made.UniqueItems = value.Bool() },
		"MapRules.min_pairs":      func(made *openapi.Schema, value protoreflect.Value) { made.MinProperties = new(value.Uint()) },
		"MapRules.max_pairs":      func(made *openapi.Schema, value protoreflect.Value) { made.MaxProperties = new(value.Uint()) },
		"BytesRules.min_len":      describe("at least %v bytes"),
		"BytesRules.max_len":      describe("at most %v bytes"),
	}
	for _, name := range []protoreflect.FullName{"StringRules", "Int32Rules", "UInt32Rules", "DoubleRules", "FloatRules"} {
		all[name+".const"] = only
		all[name+".in"] = oneOf
	}
	all["StringRules.in"] = anyWord
	for _, name := range []protoreflect.FullName{"Int32Rules", "UInt32Rules", "SInt32Rules", "DoubleRules", "FloatRules"} {
		all[name+".gte"] = func(made *openapi.Schema, value protoreflect.Value) { made.Minimum = new(number(value)) }
		all[name+".lte"] = func(made *openapi.Schema, value protoreflect.Value) { made.Maximum = new(number(value)) }
		all[name+".finite"] = func(*openapi.Schema, protoreflect.Value) {} // as all numbers of JSON
	}
	for _, name := range []protoreflect.FullName{"Int32Rules", "UInt32Rules", "SInt32Rules"} {
		all[name+".gt"] = func(made *openapi.Schema, value protoreflect.Value) { made.Minimum = new(number(value) + 1) }
		all[name+".lt"] = func(made *openapi.Schema, value protoreflect.Value) { made.Maximum = new(number(value) - 1) }
	}
	for _, name := range []protoreflect.FullName{"DoubleRules", "FloatRules"} {
		all[name+".gt"] = func(made *openapi.Schema, value protoreflect.Value) { made.ExclusiveMinimum = new(number(value)) }
		all[name+".lt"] = func(made *openapi.Schema, value protoreflect.Value) { made.ExclusiveMaximum = new(number(value)) }
	}
	for _, name := range []protoreflect.FullName{"Int64Rules", "UInt64Rules", "DurationRules", "TimestampRules"} {
		for rule, words := range map[protoreflect.FullName]string{"gte": "at least", "lte": "at most", "gt": "more than", "lt": "less than"} {
			all[name+"."+rule] = describe(words + " %v")
		}
	}
	return qualified(all)
}

// qualified returns the statements by the full names of the rules.
func qualified(all map[protoreflect.FullName]statement) map[protoreflect.FullName]statement {
	made := map[protoreflect.FullName]statement{}
	for name, one := range all {
		made["buf.validate."+name] = one
	}
	return made
}

// network is the pattern of an address of IPv4 or IPv6 with the length of its prefix.
const network = `^((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])/(3[0-2]|[12]?[0-9])$` +
	`|^[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*:[0-9A-Fa-f.:]*/(12[0-8]|1[01][0-9]|[1-9]?[0-9])$`

// format states a format that JSON Schema knows.
func format(name string) statement {
	return func(made *openapi.Schema, _ protoreflect.Value) { made.Format = name }
}

// describe states a rule in the description, with its value in place of a verb.
func describe(text string) statement {
	return func(made *openapi.Schema, value protoreflect.Value) {
		if made.Description != "" {
			made.Description += "\n\n"
		}
		made.Description += "Rule: " + strings.ReplaceAll(text, "%v", shown(value)) + "."
	}
}

// shown returns a value of a rule as text.
func shown(value protoreflect.Value) string {
	message, ok := value.Interface().(protoreflect.Message)
	if !ok {
		return value.String()
	}
	switch known := message.Interface().(type) {
	case *durationpb.Duration:
		return known.AsDuration().String()
	case *timestamppb.Timestamp:
		return known.AsTime().Format(time.RFC3339Nano)
	}
	return string(message.Descriptor().Name())
}

// only states the one value that is allowed.
func only(made *openapi.Schema, value protoreflect.Value) { made.Enum = []any{value.Interface()} }

// oneOf states all values that are allowed.
func oneOf(made *openapi.Schema, values protoreflect.Value) {
	for i := range values.List().Len() {
		made.Enum = append(made.Enum, values.List().Get(i).Interface())
	}
}

// anyWord states all texts that are allowed, as a pattern. With an enum, a generated client
// would have one type for writing and another for reading, if a vendor may have words of
// its own, and could not send back what it has read.
func anyWord(made *openapi.Schema, values protoreflect.Value) {
	words := make([]string, values.List().Len())
	for i := range words {
		words[i] = regexp.QuoteMeta(values.List().Get(i).String())
	}
	made.Pattern = "^(" + strings.Join(words, "|") + ")$"
}

// number returns a bound, whatever type of number it is.
func number(value protoreflect.Value) float64 {
	read, _ := strconv.ParseFloat(value.String(), 64) // it is written as a number
	return read
}

// exceptNumbers states which values of an enum are not allowed. The schema of an enum does
// not list the zero.
func exceptNumbers(made *openapi.Schema, values protoreflect.Value) {
	for i := range values.List().Len() {
		if number := values.List().Get(i).Int(); number != 0 {
			describe("not the value with the number %v")(made, protoreflect.ValueOfInt64(number))
		}
	}
}
