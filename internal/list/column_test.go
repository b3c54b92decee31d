package list

import (
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/timestamppb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// TestEveryColumnIsRead holds what is read from the generated structs against what
// protoreflect reads, for each column of each resource of the contract: of empty rows, and
// of rows in which the field is set to its zero value and to another one.
func TestEveryColumnIsRead(t *testing.T) {
	t.Parallel()
	read := 0
	for _, file := range []protoreflect.FileDescriptor{
		sipfacadev1.File_sipfacade_v1_sip_connection_service_proto, sipfacadev1.File_sipfacade_v1_sip_app_service_proto,
		sipfacadev1.File_sipfacade_v1_profile_service_proto, sipfacadev1.File_sipfacade_v1_pbx_config_service_proto,
	} {
		methods := file.Services().Get(0).Methods()
		for i := range methods.Len() {
			if method := methods.Get(i); strings.HasPrefix(string(method.Name()), "List") {
				read += checkColumns(t, method.Output().Fields().Get(0).Message())
			}
		}
	}
	if read < 500 {
		t.Errorf("columns were read %d times", read)
	}
}

// checkColumns checks the columns of the rows of a message, and returns how often one was
// read.
func checkColumns(t *testing.T, message protoreflect.MessageDescriptor) (read int) {
	t.Helper()
	kind, err := protoregistry.GlobalTypes.FindMessageByName(message.FullName())
	if err != nil {
		t.Fatal(err)
	}
	rows := rowType{message: message, structure: reflect.TypeOf(kind.Zero().Interface()).Elem()}
	for _, path := range paths(message) {
		column, problem := resolve(rows, path)
		if problem != nil {
			t.Errorf("%s: %v", message.FullName(), problem)
			continue
		}
		for _, row := range samples(kind, path) {
			if got, want := column.read(structOf(row)), reflected(row.ProtoReflect(), column); got != want {
				t.Errorf("%s of %v: got %+v, want %+v", path, row, got, want)
			}
			read++
		}
	}
	return read
}

// paths are the paths of the columns of a message, at both levels.
func paths(message protoreflect.MessageDescriptor) (all []string) {
	for _, name := range columnNames(message, "") {
		if parent, nested := strings.CutSuffix(name, ".*"); nested {
			all = append(all, columnNames(message.Fields().ByName(protoreflect.Name(parent)).Message(), parent+".")...)
		} else {
			all = append(all, name)
		}
	}
	return all
}

// samples are rows with no value at a path, with the zero value and with another one.
func samples(kind protoreflect.MessageType, path string) []proto.Message {
	empty, zero, set := kind.New(), kind.New(), kind.New()
	for _, row := range []protoreflect.Message{zero, set} {
		holder, name := row, path
		if parent, rest, nested := strings.Cut(path, "."); nested {
			holder, name = row.Mutable(row.Descriptor().Fields().ByName(protoreflect.Name(parent))).Message(), rest
		}
		field := holder.Descriptor().Fields().ByName(protoreflect.Name(name))
		holder.Set(field, holder.NewField(field))
		if row == set {
			holder.Set(field, another(holder.NewField(field)))
		}
	}
	return []proto.Message{empty.Interface(), zero.Interface(), set.Interface()}
}

// another returns a value of the same type that is not the zero value.
func another(zero protoreflect.Value) protoreflect.Value {
	switch held := zero.Interface().(type) {
	case string:
		return protoreflect.ValueOfString("x")
	case bool:
		return protoreflect.ValueOfBool(true)
	case int32:
		return protoreflect.ValueOfInt32(-7)
	case int64:
		return protoreflect.ValueOfInt64(-7)
	case uint32:
		return protoreflect.ValueOfUint32(7)
	case uint64:
		return protoreflect.ValueOfUint64(7)
	case float64:
		return protoreflect.ValueOfFloat64(-0.5)
	case protoreflect.EnumNumber:
		return protoreflect.ValueOfEnum(1)
	case protoreflect.Message:
		proto.Merge(held.Interface(), &timestamppb.Timestamp{Seconds: 7, Nanos: 8})
	}
	return zero
}

// reflected is what protoreflect reads of a column.
func reflected(row protoreflect.Message, c *column) value {
	if parent, _, nested := strings.Cut(c.path, "."); nested {
		field := row.Descriptor().Fields().ByName(protoreflect.Name(parent))
		if !row.Has(field) {
			return value{}
		}
		row = row.Get(field).Message()
	}
	if !row.Has(c.field) && (c.field.HasPresence() || c.compared.hasEmpty()) {
		return value{}
	}
	switch held := row.Get(c.field); c.compared {
	case text:
		return value{set: true, text: held.String()}
	case signed:
		return value{set: true, number: held.Int()}
	case unsigned:
		return fromUnsigned(held.Uint())
	case floating:
		return fromFloat(held.Float())
	case truth:
		return fromTruth(held.Bool())
	case enumeration:
		return value{set: true, number: int64(held.Enum())}
	default:
		return fromTime(held.Message().Interface().(*timestamppb.Timestamp).AsTime())
	}
}

// TestStructOfAnotherForm: a field that is not in its place in the struct is no column.
func TestStructOfAnotherForm(t *testing.T) {
	t.Parallel()
	invites := (&sipfacadev1.SipUserInvite{}).ProtoReflect().Descriptor()
	for name, structure := range map[string]reflect.Type{
		"none":    reflect.TypeFor[struct{}](),
		"another": reflect.TypeFor[sipfacadev1.SipConnection](),
	} {
		if column, problem := resolve(rowType{message: invites, structure: structure}, "account.name"); problem == nil {
			t.Errorf("%s: got %+v", name, column)
		}
	}
}
