package contract

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Want says which values a number or an enum, or each element of a list of them, takes:
// "a whole number from 1024 to 65535", "one of A, B". The bounds are those of the field's
// own rules, and those of its type if it has none. It is "" for every other field.
func Want(field protoreflect.FieldDescriptor) string {
	if enum := field.Enum(); enum != nil {
		return "one of " + strings.Join(words(enum), ", ")
	}
	switch field.Kind() {
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return wantNumber(field)
	default:
		return wantWhole(field)
	}
}

// words returns the names of an enum that a caller can write: all but that of the zero value,
// which means "not stated".
func words(enum protoreflect.EnumDescriptor) []string {
	var words []string
	for i := range enum.Values().Len() {
		if value := enum.Values().Get(i); value.Number() != 0 || !strings.HasSuffix(string(value.Name()), "_UNSPECIFIED") {
			words = append(words, string(value.Name()))
		}
	}
	return words
}

// wantWhole returns "" if the field holds no whole numbers.
func wantWhole(field protoreflect.FieldDescriptor) string {
	lowest, highest, ok := typeBounds(field.Kind())
	if !ok {
		return ""
	}
	if isID(field) {
		lowest = "1"
	}
	rules := numberRules(field)
	if least, ok := bound(rules, "gte", 0); ok {
		lowest = least
	} else if least, ok := bound(rules, "gt", +1); ok {
		lowest = least
	}
	if most, ok := bound(rules, "lte", 0); ok {
		highest = most
	} else if most, ok := bound(rules, "lt", -1); ok {
		highest = most
	}
	return "a whole number from " + lowest + " to " + highest
}

// wantNumber has bounds on one side only if the rules have.
func wantNumber(field protoreflect.FieldDescriptor) string {
	var bounds []string
	for _, side := range []struct {
		rule protoreflect.Name
		text string
	}{{"gte", "%s or more"}, {"gt", "more than %s"}, {"lte", "%s or less"}, {"lt", "less than %s"}} {
		if limit, ok := bound(numberRules(field), side.rule, 0); ok {
			bounds = append(bounds, fmt.Sprintf(side.text, limit))
		}
	}
	if len(bounds) == 0 {
		return "a number"
	}
	return "a number, " + strings.Join(bounds, ", ")
}

// typeBounds returns the bounds of a type of whole numbers; it is not ok for every other
// type.
func typeBounds(kind protoreflect.Kind) (lowest, highest string, ok bool) {
	switch kind {
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return strconv.Itoa(math.MinInt32), strconv.Itoa(math.MaxInt32), true
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return strconv.FormatInt(math.MinInt64, 10), strconv.FormatInt(math.MaxInt64, 10), true
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return "0", strconv.FormatUint(math.MaxUint32, 10), true
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return "0", strconv.FormatUint(math.MaxUint64, 10), true
	default:
		return "", "", false
	}
}

// isID reports whether a number identifies something, so that 0 is not a valid value: the id of a
// resource, or a number without presence that is required.
func isID(field protoreflect.FieldDescriptor) bool {
	return Behaves(field, annotations.FieldBehavior_IDENTIFIER) || Rules(field).GetRequired() && !field.HasPresence()
}

// Rules returns the protovalidate rules of a field, nil if it has none.
func Rules(field protoreflect.FieldDescriptor) *validate.FieldRules {
	rules, _ := proto.GetExtension(field.Options(), validate.E_Field).(*validate.FieldRules)
	return rules
}

// numberRules returns the rules of the field's type, or of its elements; nil if it has none.
func numberRules(field protoreflect.FieldDescriptor) protoreflect.Message {
	rules := Rules(field)
	if field.IsList() {
		rules = rules.GetRepeated().GetItems()
	}
	if rules == nil {
		return nil
	}
	message := rules.ProtoReflect()
	typed := message.Descriptor().Fields().ByName(protoreflect.Name(field.Kind().String()))
	if typed == nil || !message.Has(typed) {
		return nil
	}
	return message.Get(typed).Message()
}

// bound returns the value of a rule, moved by so much if it is a whole number.
func bound(rules protoreflect.Message, rule protoreflect.Name, move int64) (string, bool) {
	if rules == nil {
		return "", false
	}
	field := rules.Descriptor().Fields().ByName(rule)
	if field == nil || !rules.Has(field) {
		return "", false
	}
	switch limit := rules.Get(field).Interface().(type) {
	case int32:
		return strconv.FormatInt(int64(limit)+move, 10), true
	case int64:
		return strconv.FormatInt(limit+move, 10), true
	case uint32:
		return strconv.FormatInt(int64(limit)+move, 10), true
	default:
		return fmt.Sprint(limit), true
	}
}
