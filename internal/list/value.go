package list

import (
	"cmp"
	"crypto/sha256"
	"math"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// value is what a column holds in one row, in a form that is compared in the same way
// for all types. The zero value is an unset one.
type value struct {
	set    bool
	number int64 // see comparison.value
	nanos  int64 // of an instant
	text   string
}

// compare orders values of one column, unset first.
func compare(a, b value) int {
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
	case field.Cardinality() == protoreflect.Repeated, isHidden(field):
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

// value converts a field's set value.
func (c comparison) value(v protoreflect.Value) value {
	switch c {
	case text:
		return value{set: true, text: v.String()}
	case signed:
		return value{set: true, number: v.Int()}
	case unsigned:
		return fromUnsigned(v.Uint())
	case floating:
		return fromFloat(v.Float())
	case truth:
		return fromTruth(v.Bool())
	case enumeration:
		return value{set: true, number: int64(v.Enum())}
	default:
		stamp, _ := v.Message().Interface().(*timestamppb.Timestamp)
		return value{set: true, number: stamp.GetSeconds(), nanos: int64(stamp.GetNanos())}
	}
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
	return value{set: true, number: t.Unix(), nanos: int64(t.Nanosecond())}
}
