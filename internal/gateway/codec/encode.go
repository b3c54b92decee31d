package codec

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/protobuf/reflect/protoreflect"
)

func (p *plan) write(dst []byte, m protoreflect.Message) ([]byte, error) {
	if p.special != nil {
		return p.special.write(dst, m)
	}
	dst, err := p.writeMembers(append(dst, '{'), m)
	return append(dst, '}'), err
}

// writeMembers adds the members in the order of the contract. dst ends in `{`
// or in a member.
func (p *plan) writeMembers(dst []byte, m protoreflect.Message) ([]byte, error) {
	var err error
	for _, f := range p.fields {
		if f.presence && !m.Has(f.desc) {
			continue
		}
		dst = append(separate(dst), f.key...)
		if dst, err = f.write(dst, m.Get(f.desc)); err != nil {
			return dst, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return dst, nil
}

// separate adds the comma that a second member or element needs.
func separate(dst []byte) []byte {
	if last := dst[len(dst)-1]; last == '{' || last == '[' {
		return dst
	}
	return append(dst, ',')
}

func listWriter(write writeValue) writeValue {
	return func(dst []byte, value protoreflect.Value) ([]byte, error) {
		var err error
		list := value.List()
		dst = append(dst, '[')
		for i := range list.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, err = write(dst, list.Get(i)); err != nil {
				return dst, fmt.Errorf("element %d: %w", i, err)
			}
		}
		return append(dst, ']'), nil
	}
}

// mapWriter writes maps with their keys in order, since Go's own order changes
// from call to call.
func mapWriter(key protoreflect.FieldDescriptor, write writeValue) writeValue {
	order := keyOrder(key.Kind())
	return func(dst []byte, value protoreflect.Value) ([]byte, error) {
		var err error
		entries := value.Map()
		dst = append(dst, '{')
		for _, k := range sortedKeys(entries, order) {
			if dst, err = writeString(separate(dst), k.Value()); err != nil {
				return dst, err
			}
			if dst, err = write(append(dst, ':'), entries.Get(k)); err != nil {
				return dst, fmt.Errorf("key %q: %w", k.String(), err)
			}
		}
		return append(dst, '}'), nil
	}
}

func sortedKeys(entries protoreflect.Map, order func(a, b protoreflect.MapKey) int) []protoreflect.MapKey {
	keys := make([]protoreflect.MapKey, 0, entries.Len())
	entries.Range(func(key protoreflect.MapKey, _ protoreflect.Value) bool {
		keys = append(keys, key)
		return true
	})
	slices.SortFunc(keys, order)
	return keys
}

func keyOrder(kind protoreflect.Kind) func(a, b protoreflect.MapKey) int {
	switch kind {
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind,
		protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return func(a, b protoreflect.MapKey) int { return cmp.Compare(a.Int(), b.Int()) }
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return func(a, b protoreflect.MapKey) int { return cmp.Compare(a.Uint(), b.Uint()) }
	default: // strings, and "false" before "true"
		return func(a, b protoreflect.MapKey) int { return cmp.Compare(a.String(), b.String()) }
	}
}

// scalarWriter returns the writer for the JSON form of a scalar or an enum.
func scalarWriter(desc protoreflect.FieldDescriptor) writeValue {
	switch desc.Kind() {
	case protoreflect.EnumKind:
		return enumWriter(desc)
	case protoreflect.BoolKind:
		return writeBool
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return writeInt32
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return writeUint32
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return writeInt64
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return writeUint64
	case protoreflect.FloatKind:
		return writeFloat
	case protoreflect.DoubleKind:
		return writeDouble
	case protoreflect.BytesKind:
		return writeBytes
	default:
		return writeString
	}
}

func enumWriter(desc protoreflect.FieldDescriptor) writeValue {
	values := desc.Enum().Values()
	null := isNullValue(desc)
	return func(dst []byte, value protoreflect.Value) ([]byte, error) {
		number := value.Enum()
		if null {
			return append(dst, "null"...), nil
		}
		if known := values.ByNumber(number); known != nil {
			dst = append(append(dst, '"'), known.Name()...)
			return append(dst, '"'), nil
		}
		return strconv.AppendInt(dst, int64(number), 10), nil
	}
}

func writeBool(dst []byte, value protoreflect.Value) ([]byte, error) {
	return strconv.AppendBool(dst, value.Bool()), nil
}

func writeInt32(dst []byte, value protoreflect.Value) ([]byte, error) {
	return strconv.AppendInt(dst, value.Int(), 10), nil
}

func writeUint32(dst []byte, value protoreflect.Value) ([]byte, error) {
	return strconv.AppendUint(dst, value.Uint(), 10), nil
}

// writeInt64 quotes the number: JSON readers keep 53 bits.
func writeInt64(dst []byte, value protoreflect.Value) ([]byte, error) {
	return append(strconv.AppendInt(append(dst, '"'), value.Int(), 10), '"'), nil
}

func writeUint64(dst []byte, value protoreflect.Value) ([]byte, error) {
	return append(strconv.AppendUint(append(dst, '"'), value.Uint(), 10), '"'), nil
}

func writeFloat(dst []byte, value protoreflect.Value) ([]byte, error) {
	return appendFloat(dst, value.Float(), 32), nil
}

func writeDouble(dst []byte, value protoreflect.Value) ([]byte, error) {
	return appendFloat(dst, value.Float(), 64), nil
}

func writeBytes(dst []byte, value protoreflect.Value) ([]byte, error) {
	return append(base64.StdEncoding.AppendEncode(append(dst, '"'), value.Bytes()), '"'), nil
}

func writeString(dst []byte, value protoreflect.Value) ([]byte, error) {
	return quote(dst, value.String())
}

func quote(dst []byte, text string) ([]byte, error) {
	dst, err := jsontext.AppendQuote(dst, text)
	if err != nil {
		return dst, fmt.Errorf("write a string: %w", err)
	}
	return dst, nil
}

// appendFloat writes the shortest digits that read back as the same number, in
// the notation of ECMAScript, as protojson and encoding/json do.
func appendFloat(dst []byte, number float64, bits int) []byte {
	switch {
	case math.IsNaN(number):
		return append(dst, `"NaN"`...)
	case math.IsInf(number, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(number, -1):
		return append(dst, `"-Infinity"`...)
	case plainNotation(math.Abs(number), bits):
		return strconv.AppendFloat(dst, number, 'f', -1, bits)
	}
	dst = strconv.AppendFloat(dst, number, 'e', -1, bits)
	if end := len(dst); dst[end-4] == 'e' && dst[end-3] == '-' && dst[end-2] == '0' {
		dst[end-2] = dst[end-1] // e-09 is e-9 in ECMAScript
		dst = dst[:end-1]
	}
	return dst
}

func plainNotation(size float64, bits int) bool {
	if bits == 32 {
		return size == 0 || float32(size) >= 1e-6 && float32(size) < 1e21
	}
	return size == 0 || size >= 1e-6 && size < 1e21
}
