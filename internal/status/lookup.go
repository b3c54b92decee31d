package status

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
)

// The names of the methods that show what a write did, by its verb: behind the verb of the
// read follows the name of what is written, and an s if it is listed. Verbs that are missing
// have none.
var lookupNames = map[string]string{
	"Create": "List%ss", "Update": "Get%s", "Delete": "Get%s", "Assign": "List%s", "Add": "List%s", "Remove": "List%s",
}

// lookupExceptions are the writes whose lookup has another name.
var lookupExceptions = map[protoreflect.Name]protoreflect.Name{"SetPbxQueueMemberOrder": "ListPbxQueueMembers"}

// lookupMethod names the method that reads what a write did; "" if none does.
func lookupMethod(write protoreflect.Name) protoreflect.Name {
	if name, ok := lookupExceptions[write]; ok {
		return name
	}
	verb, written := splitMethod(string(write))
	if lookupNames[verb] == "" {
		return ""
	}
	return protoreflect.Name(fmt.Sprintf(lookupNames[verb], written))
}

// WithLookup adds to an OUTCOME_UNKNOWN which call tells whether the write happened: the
// method and the JSON of its request.
func (s *Subjects) WithLookup(err error, fullMethod string, request any) error {
	written, ok := request.(proto.Message)
	rule := s.methods[fullMethod].lookup
	if !ok || rule.reads == nil || Reason(err) != ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN) {
		return err
	}
	text, errText := rule.request(written.ProtoReflect())
	if errText != nil {
		return err // the error itself is worth more than how to look
	}
	return WithMetadata(err, map[string]string{
		"lookupMethod":  fmt.Sprintf("%s/%s", rule.reads.Parent().FullName(), rule.reads.Name()),
		"lookupRequest": text,
	})
}

// lookupRule is how a caller sees whether a write happened.
type lookupRule struct {
	reads    protoreflect.MethodDescriptor // nil if nothing reads what was written
	resource protoreflect.FieldDescriptor  // of the write; nil if it has none
	// natural are the fields that find a resource that was created; if it has none, the
	// texts and booleans that were sent do.
	natural []string
}

// lookupOf returns the rule of a write. The resource is the field that the body holds.
func (s *Subjects) lookupOf(method protoreflect.MethodDescriptor, resource protoreflect.FieldDescriptor) lookupRule {
	service, _ := method.Parent().(protoreflect.ServiceDescriptor)
	rule := lookupRule{reads: service.Methods().ByName(lookupMethod(method.Name())), resource: resource}
	if resource != nil {
		rule.natural = s.natural[resource.Message().FullName()]
	}
	return rule
}

// request returns the JSON of the request that looks: the ids as the write states them,
// and the filter.
func (l lookupRule) request(written protoreflect.Message) (string, error) {
	made, err := protoregistry.GlobalTypes.FindMessageByName(l.reads.Input().FullName())
	if err != nil {
		return "", fmt.Errorf("make the request of %s: %w", l.reads.FullName(), err)
	}
	asks := made.New()
	for field := range contract.Fields(asks.Descriptor()) {
		if value, ok := l.given(written, field.Name()); ok && field.Kind() != protoreflect.MessageKind {
			asks.Set(field, value)
		}
	}
	if filter := asks.Descriptor().Fields().ByName("filter"); filter != nil && l.resource != nil {
		asks.Set(filter, protoreflect.ValueOfString(l.filterOf(written.Get(l.resource).Message())))
	}
	loose, err := protojson.Marshal(asks.Interface())
	if err != nil {
		return "", fmt.Errorf("write the request of %s: %w", l.reads.FullName(), err)
	}
	var text bytes.Buffer // protojson's spaces differ from build to build
	if err := json.Compact(&text, loose); err != nil {
		return "", fmt.Errorf("write the request of %s: %w", l.reads.FullName(), err)
	}
	return text.String(), nil
}

// given returns what the write states for a field, in the request or in the resource.
func (l lookupRule) given(written protoreflect.Message, name protoreflect.Name) (protoreflect.Value, bool) {
	if field := written.Descriptor().Fields().ByName(name); field != nil && written.Has(field) {
		return written.Get(field), true
	}
	if l.resource == nil {
		return protoreflect.Value{}, false
	}
	resource := written.Get(l.resource).Message()
	field := resource.Descriptor().Fields().ByName(name)
	if field == nil || !resource.Has(field) {
		return protoreflect.Value{}, false
	}
	return resource.Get(field), true
}

// filterOf returns a filter that finds the resource among all others.
func (l lookupRule) filterOf(resource protoreflect.Message) string {
	var terms []string
	for field := range contract.Fields(resource.Descriptor()) {
		if resource.Has(field) && l.compares(field) {
			if value := literal(field, resource.Get(field)); value != "" {
				terms = append(terms, string(field.Name())+" = "+value)
			}
		}
	}
	return strings.Join(terms, " AND ")
}

// compares reports whether the filter compares the field. An id of another resource is not compared
// unless it is a part of the natural key, because vendors leave relations out of their lists.
func (l lookupRule) compares(field protoreflect.FieldDescriptor) bool {
	if len(l.natural) > 0 {
		return slices.Contains(l.natural, string(field.Name()))
	}
	isPlain := field.Kind() == protoreflect.StringKind || field.Kind() == protoreflect.BoolKind
	return isPlain && field.Cardinality() != protoreflect.Repeated && !contract.Secret(field) &&
		!contract.Behaves(field, annotations.FieldBehavior_OUTPUT_ONLY) &&
		!contract.Behaves(field, annotations.FieldBehavior_IDENTIFIER) && !strings.HasSuffix(string(field.Name()), "_uuid")
}

// literal returns a value as a filter has it; "" for an empty text, which rows need not
// keep.
func literal(field protoreflect.FieldDescriptor, value protoreflect.Value) string {
	switch {
	case field.Kind() != protoreflect.StringKind:
		return value.String()
	case value.String() == "":
		return ""
	case field.Name() == "mac_address":
		return strconv.Quote(contract.MACWithColons(value.String()))
	default:
		return strconv.Quote(value.String())
	}
}
