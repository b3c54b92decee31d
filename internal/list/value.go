package list

import (
	"cmp"
	"crypto/sha256"
	"math"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// value is what a column holds in one row, in a form that every kind compares
// alike. The zero value is an unset one.
type value struct {
	set    bool
	number int64 // see kind.value
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

// maxSortText is how much of a string takes part in ordering as it is. With at
// most maxOrderFields fields and a key it keeps every page token below
// maxTokenLength.
const maxSortText = 512

// sortable shortens a long string to its first bytes and a digest of the whole.
// That is still one total order of all strings, the same on every page, and the
// order of bytes wherever the first maxSortText differ.
func (v value) sortable() value {
	if len(v.text) > maxSortText {
		sum := sha256.Sum256([]byte(v.text))
		v.text = v.text[:maxSortText] + string(sum[:])
	}
	return v
}

// kind is how the values of a field compare.
type kind int

const (
	incomparable kind = iota
	text
	whole   // a signed whole number
	natural // an unsigned whole number
	floating
	truth
	enumeration
	instant
)

// kinds says how fields compare; what is not in it does not.
var kinds = map[protoreflect.Kind]kind{
	protoreflect.StringKind:   text,
	protoreflect.Int32Kind:    whole,
	protoreflect.Sint32Kind:   whole,
	protoreflect.Sfixed32Kind: whole,
	protoreflect.Int64Kind:    whole,
	protoreflect.Sint64Kind:   whole,
	protoreflect.Sfixed64Kind: whole,
	protoreflect.Uint32Kind:   natural,
	protoreflect.Fixed32Kind:  natural,
	protoreflect.Uint64Kind:   natural,
	protoreflect.Fixed64Kind:  natural,
	protoreflect.FloatKind:    floating,
	protoreflect.DoubleKind:   floating,
	protoreflect.BoolKind:     truth,
	protoreflect.EnumKind:     enumeration,
}

// kindOf is how a field's values compare, incomparable where no filter and no
// order can use it.
func kindOf(field protoreflect.FieldDescriptor) kind {
	switch {
	case field.Cardinality() == protoreflect.Repeated, isHidden(field):
		return incomparable
	case field.Kind() != protoreflect.MessageKind:
		return kinds[field.Kind()]
	case field.Message().FullName() == "google.protobuf.Timestamp":
		return instant
	default:
		return incomparable
	}
}

// hasEmpty reports whether a kind has a value that means none: the empty string
// and the enum value UNSPECIFIED. Unset fields compare as that value.
func (k kind) hasEmpty() bool { return k == text || k == enumeration }

// hasRange reports whether `<` means something.
func (k kind) hasRange() bool { return k != truth && k != enumeration }

// value converts a field's set value.
func (k kind) value(v protoreflect.Value) value {
	switch k {
	case text:
		return value{set: true, text: v.String()}
	case whole:
		return value{set: true, number: v.Int()}
	case natural:
		return fromNatural(v.Uint())
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

// fromNatural shifts the unsigned range onto the signed one.
func fromNatural(n uint64) value {
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
