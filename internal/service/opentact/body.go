package opentact

import (
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/mapping"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// columns are the fields of a resource that can be written, with the vendor's names for
// each: the one to write first.
type columns map[protoreflect.Name][]string

// names returns the columns the other way round: our name by the vendor's.
func (c columns) names() map[string]string {
	reversed := make(map[string]string, len(c))
	for ours, theirs := range c {
		for _, name := range theirs {
			reversed[name] = string(ours)
		}
	}
	return reversed
}

// only returns the columns that the changes write.
func (c columns) only(changes []list.Change) columns {
	changed := make(columns, len(changes))
	for _, change := range changes {
		changed[change.Field.Name()] = c[change.Field.Name()]
	}
	return changed
}

// creation returns the body of a create: every writable field that is set.
func (c columns) creation(resource proto.Message) opentact.Object {
	message := resource.ProtoReflect()
	fields := message.Descriptor().Fields()
	var body opentact.Object
	for i := range fields.Len() {
		field := fields.Get(i)
		if names, ok := c[field.Name()]; ok && message.Has(field) {
			body = append(body, opentact.Member{Name: names[0], Value: vendorValue(field, message.Get(field))})
		}
	}
	return body
}

// update returns the body of an update: the named changes, null for what is cleared.
func (c columns) update(resource proto.Message, changes []list.Change) opentact.Object {
	message := resource.ProtoReflect()
	body := make(opentact.Object, 0, len(changes))
	for _, change := range changes {
		member := opentact.Member{Name: c[change.Field.Name()][0]}
		if !change.Clear {
			member.Value = vendorValue(change.Field, message.Get(change.Field))
		}
		body = append(body, member)
	}
	return body
}

// vendorValue returns one value as the vendor takes it.
func vendorValue(field protoreflect.FieldDescriptor, value protoreflect.Value) any {
	switch field.Kind() {
	case protoreflect.EnumKind:
		return mapping.Word(field.Enum().FullName(), value.Enum())
	case protoreflect.MessageKind:
		return vendorMessage(value.Message().Interface())
	case protoreflect.StringKind:
		if strings.HasSuffix(string(field.Name()), "_uuid") {
			return strings.ToLower(value.String())
		}
		return value.String()
	default:
		return value.Interface()
	}
}

// vendorMessage returns one nested message as the vendor takes it.
func vendorMessage(message proto.Message) any {
	switch m := message.(type) {
	case *timestamppb.Timestamp:
		return m.AsTime()
	case *pb.TrunkSettings:
		return flatSettings(m)
	default:
		return nil
	}
}

// VendorNames returns, for each resource, our field names by the vendor's, so that errors
// can name the fields that callers know.
func VendorNames() map[protoreflect.FullName]map[string]string {
	names := map[protoreflect.FullName]map[string]string{
		"sipfacade.v1.ExecuteCallFlowRequest": {"file": "call_flow_xml"},
	}
	for resource, written := range writable {
		names[resource] = written.names()
	}
	return names
}
