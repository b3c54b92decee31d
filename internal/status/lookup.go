package status

import (
	"bytes"
	"encoding/json"
	"fmt"
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

// lookup is how a caller sees whether a write happened: the method that reads what it
// wrote, empty if nothing does, and the fields of the resource that the filter of a list
// compares.
type lookup struct {
	method string
	filter []protoreflect.Name
}

// sent stands for all texts and booleans that were sent, for resources without a
// natural key.
var sent = []protoreflect.Name{"*"}

// lookups has a row for each write of the contract.
var lookups = map[protoreflect.Name]lookup{
	"CreateSipUserInvite":         {"ListSipUserInvites", sent},
	"UpdateSipUserInvite":         {"GetSipUserInvite", nil},
	"DeleteSipUserInvite":         {"GetSipUserInvite", nil},
	"AssignSipConnectionTnLeases": {"ListSipConnectionTnLeases", nil},
	"CreateSipConnection":         {"ListSipConnections", sent},
	"UpdateSipConnection":         {"GetSipConnection", nil},
	"DeleteSipConnection":         {"GetSipConnection", nil},
	"CreateSipDomain":             {"ListSipDomains", []protoreflect.Name{"domain"}},
	"UpdateSipDomain":             {"GetSipDomain", nil},
	"DeleteSipDomain":             {"GetSipDomain", nil},
	"CreateSipUser":               {"ListSipUsers", []protoreflect.Name{"login"}},
	"UpdateSipUser":               {"GetSipUser", nil},
	"DeleteSipUser":               {"GetSipUser", nil},

	"CreateSipApp":         {"ListSipApps", sent},
	"UpdateSipApp":         {"GetSipApp", nil},
	"DeleteSipApp":         {"GetSipApp", nil},
	"AssignSipAppTnLeases": {"ListSipAppTnLeases", nil},
	"ExecuteCallFlow":      {},

	"CreateMessagingProfile":     {"ListMessagingProfiles", sent},
	"UpdateMessagingProfile":     {"GetMessagingProfile", nil},
	"DeleteMessagingProfile":     {"GetMessagingProfile", nil},
	"CreateOutboundVoiceProfile": {"ListOutboundVoiceProfiles", sent},
	"UpdateOutboundVoiceProfile": {"GetOutboundVoiceProfile", nil},
	"DeleteOutboundVoiceProfile": {"GetOutboundVoiceProfile", nil},

	"UpdatePbxDomain":         {"GetPbxDomain", nil},
	"CreatePbxUser":           {"ListPbxUsers", []protoreflect.Name{"login"}},
	"UpdatePbxUser":           {"GetPbxUser", nil},
	"DeletePbxUser":           {"GetPbxUser", nil},
	"CreatePbxGroup":          {"ListPbxGroups", []protoreflect.Name{"group_name"}},
	"UpdatePbxGroup":          {"GetPbxGroup", nil},
	"DeletePbxGroup":          {"GetPbxGroup", nil},
	"AddPbxGroupUsers":        {"ListPbxGroupUsers", nil},
	"RemovePbxGroupUsers":     {"ListPbxGroupUsers", nil},
	"CreatePbxUserDevice":     {"ListPbxUserDevices", []protoreflect.Name{"pbx_device_id"}},
	"DeletePbxUserDevice":     {"GetPbxUserDevice", nil},
	"AddPbxUserGroups":        {"ListPbxUserGroups", nil},
	"CreatePbxQueue":          {"ListPbxQueues", []protoreflect.Name{"queue_name"}},
	"UpdatePbxQueue":          {"GetPbxQueue", nil},
	"DeletePbxQueue":          {"GetPbxQueue", nil},
	"CreatePbxQueueMember":    {"ListPbxQueueMembers", []protoreflect.Name{"group_id", "ring_order"}},
	"UpdatePbxQueueMember":    {"GetPbxQueueMember", nil},
	"DeletePbxQueueMember":    {"GetPbxQueueMember", nil},
	"SetPbxQueueMemberOrder":  {"ListPbxQueueMembers", nil},
	"CreatePbxTrustedNetwork": {"ListPbxTrustedNetworks", []protoreflect.Name{"network"}},
	"UpdatePbxTrustedNetwork": {"GetPbxTrustedNetwork", nil},
	"DeletePbxTrustedNetwork": {"GetPbxTrustedNetwork", nil},
	"CreatePbxDevice":         {"ListPbxDevices", []protoreflect.Name{"mac_address"}},
	"UpdatePbxDevice":         {"GetPbxDevice", nil},
	"DeletePbxDevice":         {"GetPbxDevice", nil},
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

// lookupRule is a lookup with the descriptors of its method.
type lookupRule struct {
	reads    protoreflect.MethodDescriptor // nil if nothing reads what was written
	resource protoreflect.FieldDescriptor  // of the write; nil if it has none
	filter   []protoreflect.Name
}

// lookupOf returns the rule of a write. The resource is the field that the body holds.
func lookupOf(method protoreflect.MethodDescriptor, resource protoreflect.FieldDescriptor) lookupRule {
	row := lookups[method.Name()]
	service, _ := method.Parent().(protoreflect.ServiceDescriptor)
	return lookupRule{reads: service.Methods().ByName(protoreflect.Name(row.method)), resource: resource, filter: row.filter}
}

// request returns the JSON of the request that looks: the ids as the write states them,
// and the filter.
func (l lookupRule) request(written protoreflect.Message) (string, error) {
	made, err := protoregistry.GlobalTypes.FindMessageByName(l.reads.Input().FullName())
	if err != nil {
		return "", fmt.Errorf("make the request of %s: %w", l.reads.FullName(), err)
	}
	asks := made.New()
	for i := range asks.Descriptor().Fields().Len() {
		field := asks.Descriptor().Fields().Get(i)
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
	fields := resource.Descriptor().Fields()
	for i := range fields.Len() {
		if field := fields.Get(i); resource.Has(field) && l.compares(field) {
			if value := literal(field, resource.Get(field)); value != "" {
				terms = append(terms, string(field.Name())+" = "+value)
			}
		}
	}
	return strings.Join(terms, " AND ")
}

// compares reports whether the filter compares the field. An id of another resource is
// not compared if it is no part of the natural key, because vendors leave relations out
// of their lists.
func (l lookupRule) compares(field protoreflect.FieldDescriptor) bool {
	if l.filter == nil || l.filter[0] != sent[0] {
		for _, name := range l.filter {
			if field.Name() == name {
				return true
			}
		}
		return false
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
		return strconv.Quote(withColons(value.String()))
	default:
		return strconv.Quote(value.String())
	}
}

// withColons returns a MAC address as it is sent, whichever way it was written.
func withColons(address string) string {
	digits := strings.NewReplacer(":", "", "-", "").Replace(address)
	var out strings.Builder
	for i, digit := range digits {
		if i > 0 && i%2 == 0 {
			out.WriteByte(':')
		}
		out.WriteRune(digit)
	}
	return out.String()
}
