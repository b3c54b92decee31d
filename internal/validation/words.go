package validation

import (
	"fmt"
	"strings"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// patterns are the patterns of the contract, with what each of them takes.
var patterns = map[string]string{
	`^[!-~]{8,128}$`:                                      "8 to 128 visible ASCII characters without spaces",
	`^[0-9*#]{1,32}$`:                                     "1 to 32 digits, * or #",
	`^[0-9A-Za-z]{1,32}$`:                                 "1 to 32 ASCII letters or digits",
	`^[0-9A-Za-z]([0-9A-Za-z._-]*[0-9A-Za-z])?$`:          "ASCII letters, digits, dots, hyphens and underscores; the first and the last must be a letter or a digit",
	`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`: "a date such as 1990-12-31",
	`^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$|^([0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}$|^[0-9A-Fa-f]{12}$`: "six pairs of hexadecimal digits, with colons, with hyphens or with nothing between them",
}

// describe says what a field takes. Of numbers and enums these are the words that the JSON
// gateway uses for what it cannot read. If a rule has no words of the service's own, its own
// message is repeated.
func describe(message protoreflect.MessageDescriptor, violation *protovalidate.Violation) string {
	field, rule := fieldAt(message, violation.Proto.GetField()), violation.Proto.GetRuleId()
	if want := wantNumber(field, rule); want != "" {
		return "want " + want
	}
	switch rule {
	case "string.pattern":
		if want, ok := patterns[violation.RuleValue.String()]; ok {
			return "want " + want
		}
	case "string.min_len":
		if violation.RuleValue.Uint() == 1 {
			return "must not be empty"
		}
	case "string.uuid":
		return "want a UUID, for example 0193b7c2-5f4e-7c30-9a51-3d2e8f6b1a04"
	case "string.ip_with_prefixlen":
		return "want an IP address with the length of its prefix, for example 198.51.100.0/24 or 2001:db8::/32"
	case "string.in":
		return "want one of " + listed(violation.RuleValue)
	case "repeated.min_items":
		return atLeast(violation.RuleValue.Uint())
	case "repeated.unique":
		return "must not contain an element twice"
	}
	return violation.Proto.GetMessage()
}

// wantNumber returns what a number or an enum takes; "" for other fields and other rules.
func wantNumber(field protoreflect.FieldDescriptor, rule string) string {
	if field == nil || strings.HasSuffix(rule, ".finite") {
		return ""
	}
	if rule != "required" && !strings.HasPrefix(rule, field.Kind().String()+".") {
		return ""
	}
	return contract.Want(field)
}

// atLeast says how many elements a list must have.
func atLeast(least uint64) string {
	if least == 1 {
		return "must have at least one element"
	}
	return fmt.Sprintf("must have at least %d elements", least)
}

// listed joins the values of a list.
func listed(values protoreflect.Value) string {
	words := make([]string, values.List().Len())
	for i := range words {
		words[i] = values.List().Get(i).String()
	}
	return strings.Join(words, ", ")
}
