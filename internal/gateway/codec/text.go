package codec

import (
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/sipfacade/sipfacade/internal/limits"
)

// ParseText reads one value of a field, or one element of a repeated field, from
// a path segment or a query parameter. The problem is "" if nothing is wrong.
type ParseText func(text string) (value protoreflect.Value, problem string)

// RuleOf returns the rule that a text with this problem breaks.
func RuleOf(problem string) string {
	if problem == limits.TooManyMaskPaths {
		return ruleLimit
	}
	return ruleValue
}

// Text returns how a field is read from text: scalars, enums, and the well-known
// types whose JSON form is one string, all by the rules of JSON. False for every
// other field.
func (c *Codec) Text(desc protoreflect.FieldDescriptor) (ParseText, bool) {
	switch {
	case desc.IsMap():
		return nil, false
	case desc.Message() != nil:
		return c.messageText(desc.Message())
	}
	parse := scalarOf(desc).parse
	return func(text string) (protoreflect.Value, string) { return parse([]byte(text)) }, true
}

func (c *Codec) messageText(desc protoreflect.MessageDescriptor) (ParseText, bool) {
	form := c.plan(desc).special
	made, err := protoregistry.GlobalTypes.FindMessageByName(desc.FullName())
	if form == nil || form.text == nil || err != nil {
		return nil, false
	}
	return func(text string) (protoreflect.Value, string) {
		m := made.New()
		problem := form.text(m, []byte(text))
		return protoreflect.ValueOfMessage(m), problem
	}, true
}
