package record

import (
	"slices"
	"strings"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/mapping"
)

// rule is what stays of the values of a member.
type rule int

const (
	byForm   rule = iota // what the form of the value says
	instants             // date-times
	settings             // numbers that configure something
	counts               // numbers that count the rows of an answer
	words                // words of an enum
	secrets              // nothing
)

// member is what is known of a member of an object.
type member struct {
	rule rule
	// word reports whether the vendor is known to write a word.
	word func(word string) bool
	// object is the shape of the objects that the member holds; nil if it is not modelled.
	object *shape
}

// shape is an object that the contract models. The report names the members that it does not
// know of such objects, so their names stay if they look like names.
type shape struct{ members map[string]*member }

// shapes are those of the messages of a dialect.
type shapes struct {
	dialect mapping.Dialect
	made    map[string]*shape
}

func newShapes(dialect mapping.Dialect) *shapes {
	return &shapes{dialect: dialect, made: map[string]*shape{}}
}

// root returns the shape of the objects that an answer begins with: the vendor's envelope, or a
// row.
func (s *shapes) root(message string) *shape {
	rows := s.of(message)
	if s.dialect.CamelCase { // as Infinity's rows, which come without an envelope
		return rows
	}
	count, payload := &member{rule: counts}, &shape{members: map[string]*member{}}
	for name, known := range rows.members {
		payload.members[name] = known
	}
	for name, known := range map[string]*member{
		"data": {object: rows}, "total": count, "take": count, "skip": count, "order": {},
		"mode": {rule: words, word: func(word string) bool { return word == "AND" || word == "OR" }},
	} {
		payload.members[name] = known
	}
	return &shape{members: map[string]*member{
		"success": {}, "payload": {object: payload}, "message": {}, "status": count, "fields": {}, "meta": {},
	}}
}

// of returns the shape of a message. Messages refer to each other in circles.
func (s *shapes) of(message string) *shape {
	if known, ok := s.made[message]; ok {
		return known
	}
	made := &shape{members: map[string]*member{}}
	s.made[message] = made
	for _, resource := range s.dialect.Resources {
		if resource.Message != message {
			continue
		}
		for _, name := range resource.WithoutField() {
			made.members[name] = &member{}
		}
		s.add(made, resource)
	}
	return made
}

// add adds the fields of a resource. The key of a relation has the name of the relation, which
// says more.
func (s *shapes) add(made *shape, resource mapping.Resource) {
	for field := range contract.Fields(resource.Descriptor()) {
		known := s.member(field)
		for _, name := range s.dialect.VendorNames(resource, field) {
			if before := made.members[name]; before == nil || before.object == nil {
				made.members[name] = known
			}
		}
	}
}

// member returns what a field says of the member that it is read from.
func (s *shapes) member(field protoreflect.FieldDescriptor) *member {
	allowed := textWords(field)
	switch {
	case contract.Secret(field):
		return &member{rule: secrets}
	case field.Enum() != nil:
		return &member{rule: words, word: enumWord(field.Enum())}
	case len(allowed) > 0:
		return &member{rule: words, word: func(word string) bool { return slices.Contains(allowed, word) }}
	case slices.Contains(keptSettings, field.Name()):
		return &member{rule: settings}
	case field.Message() == nil || field.IsMap():
		return &member{}
	default:
		return s.related(field.Message())
	}
}

// related returns what a field of a message says.
func (s *shapes) related(message protoreflect.MessageDescriptor) *member {
	switch message.Name() {
	case "Timestamp":
		return &member{rule: instants}
	case "TrunkSettings":
		return &member{object: s.trunkSettings(message)}
	}
	if items := message.Fields().ByName("items"); items != nil && items.Message() != nil {
		message = items.Message()
	}
	if strings.HasPrefix(string(message.FullName()), "google.protobuf.") {
		return &member{}
	}
	return &member{object: s.of(string(message.Name()))}
}

// trunkSettings returns the vendor's flat object of trunk settings. The contract has the words of
// only one of its members.
func (s *shapes) trunkSettings(message protoreflect.MessageDescriptor) *shape {
	const mediaType = "media_type"
	return &shape{members: map[string]*member{
		mediaType: {rule: words, word: enumWord(message.Fields().ByName(mediaType).Enum())},
	}}
}

// keptSettings are the fields whose numbers stay: they say how something is set up, and nothing
// of whose it is.
var keptSettings = []protoreflect.Name{
	"port", "shaken_verify_policy", "long_code_weight", "toll_free_weight", "record_calls", "audio_track_type",
	"channel_limit", "ring_attempts", "ring_seconds", "ring_order", "webhook_timeout", "call_flow_timeout",
}

// enumWord returns a function that reports whether a word is the vendor's word for a value of an
// enum.
func enumWord(enum protoreflect.EnumDescriptor) func(word string) bool {
	return func(word string) bool {
		_, ok := mapping.Value(enum.FullName(), word)
		return ok
	}
}

// textWords returns the words that the contract lists for a text.
func textWords(field protoreflect.FieldDescriptor) []string {
	rules, _ := proto.GetExtension(field.Options(), validate.E_Field).(*validate.FieldRules)
	return rules.GetString().GetIn()
}
