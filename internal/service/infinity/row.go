package infinity

import (
	"math"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/sipfacade/sipfacade/internal/mapping"
	"github.com/sipfacade/sipfacade/internal/secret"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// coercions read a row's value into a field, by the field's type. Ok is false for
// a value that cannot be read; an invalid value with ok means that there is none.
var coercions = map[protoreflect.Kind]func(pbxColumn, infinity.Member, *time.Location) (protoreflect.Value, bool){
	protoreflect.StringKind:  coerceText,
	protoreflect.BoolKind:    coerceFlag,
	protoreflect.Uint32Kind:  coerceID,
	protoreflect.Int32Kind:   coerceNumber,
	protoreflect.EnumKind:    coerceWord,
	protoreflect.MessageKind: coerceTime,
}

func coerceText(_ pbxColumn, member infinity.Member, _ *time.Location) (protoreflect.Value, bool) {
	text, ok := member.Text()
	return protoreflect.ValueOfString(text), ok
}

func coerceFlag(_ pbxColumn, member infinity.Member, _ *time.Location) (protoreflect.Value, bool) {
	value, ok := member.Flag()
	return protoreflect.ValueOfBool(value), ok
}

// coerceID: ids begin at 1, so that 0 means none.
func coerceID(_ pbxColumn, member infinity.Member, _ *time.Location) (protoreflect.Value, bool) {
	value, ok := member.Integer()
	if !ok || value < 0 || value > math.MaxUint32 {
		return protoreflect.Value{}, false
	}
	if value == 0 {
		return protoreflect.Value{}, true
	}
	return protoreflect.ValueOfUint32(uint32(value)), true
}

func coerceNumber(_ pbxColumn, member infinity.Member, _ *time.Location) (protoreflect.Value, bool) {
	value, ok := member.Integer()
	if !ok || value < math.MinInt32 || value > math.MaxInt32 {
		return protoreflect.Value{}, false
	}
	return protoreflect.ValueOfInt32(int32(value)), true
}

func coerceWord(column pbxColumn, member infinity.Member, _ *time.Location) (protoreflect.Value, bool) {
	number, ok := mapping.Value(column.field.Enum().FullName(), member.Value.Text)
	return protoreflect.ValueOfEnum(number), ok
}

func coerceTime(_ pbxColumn, member infinity.Member, zone *time.Location) (protoreflect.Value, bool) {
	at, ok := member.Time(zone)
	if !ok || at.IsZero() {
		return protoreflect.Value{}, ok
	}
	return protoreflect.ValueOfMessage(timestamppb.New(at).ProtoReflect()), true
}

// show makes the resource of a row. Parents that the row does not repeat are known
// from its place. What is not modelled, and a word that the contract does not know,
// goes to the additional fields.
func (k *pbxKind[R]) show(vendor *infinity.Client, route *upstream.Route, row infinity.Row, at place) R {
	shown := k.empty()
	message := shown.ProtoReflect()
	for _, member := range row {
		column, ok := k.reads[member.Name]
		if !ok || message.Has(column.field) {
			keepAdditional(message, member)
			continue
		}
		if column.secret || member.Empty() {
			continue
		}
		value, ok := coercions[column.field.Kind()](*column, member, vendor.Zone())
		switch {
		case !ok:
			vendor.Misread(route, member.Name)
			if column.field.Enum() != nil {
				keepAdditional(message, member)
			}
		case value.IsValid():
			message.Set(column.field, value)
		}
	}
	k.locate(message, at)
	return shown
}

// locate fills in the ids of the path.
func (k *pbxKind[R]) locate(message protoreflect.Message, at place) {
	for _, above := range at {
		if column := k.column(above.field); column != nil && !message.Has(column.field) {
			message.Set(column.field, protoreflect.ValueOfUint32(above.id))
		}
	}
}

// keepAdditional keeps a member as it came, without the secrets that its text gives
// away. The row itself keeps them: an update may have to write the value back.
func keepAdditional(message protoreflect.Message, member infinity.Member) {
	field := message.Descriptor().Fields().ByName(additionalFields)
	message.Mutable(field).Map().Set(
		protoreflect.ValueOfString(member.Name).MapKey(), protoreflect.ValueOfString(secret.Text(member.Value.Text)))
}

// formValue is one value as the vendor takes it.
func formValue(field protoreflect.FieldDescriptor, value protoreflect.Value) string {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return infinity.Flag(value.Bool())
	case protoreflect.EnumKind:
		return mapping.Word(field.Enum().FullName(), value.Enum())
	case protoreflect.Uint32Kind:
		return strconv.FormatUint(value.Uint(), 10)
	case protoreflect.Int32Kind:
		return strconv.FormatInt(value.Int(), 10)
	default:
		return value.String()
	}
}

// settable reports whether an unmodelled member of a row is one that a write could
// keep: ids and dates are the vendor's own.
func settable(member infinity.Member) bool {
	switch member.Value.Kind {
	case 'n', '{', '[':
		return false
	default:
		return !strings.HasSuffix(member.Name, "Id") && !strings.HasSuffix(member.Name, "Datetime")
	}
}
