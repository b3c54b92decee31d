package list

import (
	"cmp"
	"crypto/sha256"
	"math"
	"reflect"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// value is what a column holds in one row, in a form that is compared in the same way
// for all types. The zero value is an unset one.
type value struct {
	number int64 // see comparison.value
	text   string
	nanos  int32 // of an instant
	set    bool
}

// compare orders values of one column, unset first.
func compare(a, b *value) int {
	switch {
	case a.set != b.set && b.set:
		return -1
	case a.set != b.set:
		return 1
	case a.number != b.number:
		return cmp.Compare(a.number, b.number)
	case a.nanos != b.nanos:
		return cmp.Compare(a.nanos, b.nanos)
	default:
		return cmp.Compare(a.text, b.text)
	}
}

// maxSortText is how many bytes of a string are compared as they are. With at
// most maxOrderFields fields and a key it keeps every page token below
// maxTokenLength.
const maxSortText = 512

// sortable shortens a long string to its first bytes and a digest of the whole.
// That is still one total order of all strings, the same on every page, and the
// order of bytes if the first maxSortText differ.
func (v value) sortable() value {
	if len(v.text) > maxSortText {
		sum := sha256.Sum256([]byte(v.text))
		v.text = v.text[:maxSortText] + string(sum[:])
	}
	return v
}

// comparison is how the values of a field are compared.
type comparison int

const (
	incomparable comparison = iota
	text
	signed   // integers
	unsigned // integers
	floating
	truth
	enumeration
	instant
)

// comparisons has the comparison of each kind of field that has one.
var comparisons = map[protoreflect.Kind]comparison{
	protoreflect.StringKind:   text,
	protoreflect.Int32Kind:    signed,
	protoreflect.Sint32Kind:   signed,
	protoreflect.Sfixed32Kind: signed,
	protoreflect.Int64Kind:    signed,
	protoreflect.Sint64Kind:   signed,
	protoreflect.Sfixed64Kind: signed,
	protoreflect.Uint32Kind:   unsigned,
	protoreflect.Fixed32Kind:  unsigned,
	protoreflect.Uint64Kind:   unsigned,
	protoreflect.Fixed64Kind:  unsigned,
	protoreflect.FloatKind:    floating,
	protoreflect.DoubleKind:   floating,
	protoreflect.BoolKind:     truth,
	protoreflect.EnumKind:     enumeration,
}

// comparisonOf returns how a field's values are compared: incomparable if no filter and no
// order can use it.
func comparisonOf(field protoreflect.FieldDescriptor) comparison {
	switch {
	case field.Cardinality() == protoreflect.Repeated, isHidden(field), field.Name() == contract.Etag:
		return incomparable
	case field.Kind() != protoreflect.MessageKind:
		return comparisons[field.Kind()]
	case field.Message().FullName() == "google.protobuf.Timestamp":
		return instant
	default:
		return incomparable
	}
}

// hasEmpty reports whether there is a value that means none: the empty string and the
// enum value UNSPECIFIED. Unset fields are compared as that value.
func (c comparison) hasEmpty() bool { return c == text || c == enumeration }

// hasRange reports whether `<` means something.
func (c comparison) hasRange() bool { return c != truth && c != enumeration }

// value converts what a field of the row's struct holds, for all but an instant.
func (c comparison) value(held reflect.Value) value {
	switch c {
	case text:
		return value{set: true, text: held.String()}
	case unsigned:
		return fromUnsigned(held.Uint())
	case floating:
		return fromFloat(held.Float())
	case truth:
		return fromTruth(held.Bool())
	default:
		return value{set: true, number: held.Int()}
	}
}

// fromStamp converts what the field of an instant holds if it is set.
func fromStamp(held any) value {
	stamp, _ := held.(*timestamppb.Timestamp)
	return value{set: true, number: stamp.GetSeconds(), nanos: stamp.GetNanos()}
}

// fromUnsigned shifts the unsigned range onto the signed one.
func fromUnsigned(n uint64) value {
	return value{set: true, number: int64(n ^ 1<<63)}
}

// fromFloat maps a float to a whole number with the same order; what is not a
// number counts as unset.
func fromFloat(f float64) value {
	if math.IsNaN(f) {
		return value{}
	}
	bits := int64(math.Float64bits(f + 0)) // Adding 0 turns -0 into 0.
	if bits < 0 {
		bits ^= math.MaxInt64
	}
	return value{set: true, number: bits}
}

func fromTruth(b bool) value {
	if b {
		return value{set: true, number: 1}
	}
	return value{set: true}
}

func fromTime(t time.Time) value {
	return value{set: true, number: t.Unix(), nanos: int32(t.Nanosecond())}
}
