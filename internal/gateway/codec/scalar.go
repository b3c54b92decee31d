package codec

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// scalar is how one kind of scalar is read.
type scalar struct {
	want  string // what a caller should have sent
	kinds string // the JSON kinds that can hold it, as jsontext names them
	parse parseText
}

// parseText reads a value from the text of a JSON string, number or boolean, or of a
// query parameter. The second result says what is wrong, or is ""; it never repeats the
// text, which may be a secret.
type parseText func(text []byte) (protoreflect.Value, string)

// scalarOf returns how a field's scalars are read.
func scalarOf(desc protoreflect.FieldDescriptor) *scalar {
	switch desc.Kind() {
	case protoreflect.EnumKind:
		return enumScalar(desc)
	case protoreflect.BoolKind:
		return &scalar{want: "true or false", kinds: "tf", parse: parseBool}
	case protoreflect.StringKind:
		return &scalar{want: "a string", kinds: `"`, parse: parseString}
	case protoreflect.BytesKind:
		return &scalar{want: "a base64 string", kinds: `"`, parse: parseBytes}
	case protoreflect.FloatKind:
		return &scalar{want: "a number", kinds: `0"`, parse: parseFloat}
	case protoreflect.DoubleKind:
		return &scalar{want: "a number", kinds: `0"`, parse: parseDouble}
	default:
		return integerScalars()[desc.Kind()]
	}
}

func integerScalars() map[protoreflect.Kind]*scalar {
	int32s := &scalar{want: "a number", kinds: `0"`, parse: parseInt32}
	int64s := &scalar{want: "a number", kinds: `0"`, parse: parseInt64}
	uint32s := &scalar{want: "a number", kinds: `0"`, parse: parseUint32}
	uint64s := &scalar{want: "a number", kinds: `0"`, parse: parseUint64}
	return map[protoreflect.Kind]*scalar{
		protoreflect.Int32Kind: int32s, protoreflect.Sint32Kind: int32s, protoreflect.Sfixed32Kind: int32s,
		protoreflect.Int64Kind: int64s, protoreflect.Sint64Kind: int64s, protoreflect.Sfixed64Kind: int64s,
		protoreflect.Uint32Kind: uint32s, protoreflect.Fixed32Kind: uint32s,
		protoreflect.Uint64Kind: uint64s, protoreflect.Fixed64Kind: uint64s,
	}
}

func parseBool(text []byte) (protoreflect.Value, string) {
	switch string(text) {
	case "true":
		return protoreflect.ValueOfBool(true), ""
	case "false":
		return protoreflect.ValueOfBool(false), ""
	}
	return protoreflect.Value{}, "want true or false"
}

func parseString(text []byte) (protoreflect.Value, string) {
	return protoreflect.ValueOfString(string(text)), ""
}

// parseBytes takes both base64 alphabets, padded or not.
func parseBytes(text []byte) (protoreflect.Value, string) {
	encoding := base64.StdEncoding
	if bytes.ContainsAny(text, "-_") {
		encoding = base64.URLEncoding
	}
	if len(text)%4 != 0 {
		encoding = encoding.WithPadding(base64.NoPadding)
	}
	raw, err := encoding.AppendDecode(nil, text)
	if err != nil {
		return protoreflect.Value{}, "want a base64 string"
	}
	return protoreflect.ValueOfBytes(raw), ""
}

func parseFloat(text []byte) (protoreflect.Value, string) {
	number, ok := parseFloating(string(text), 32)
	if !ok {
		return protoreflect.Value{}, "want a number that fits 32 bits"
	}
	return protoreflect.ValueOfFloat32(float32(number)), ""
}

func parseDouble(text []byte) (protoreflect.Value, string) {
	number, ok := parseFloating(string(text), 64)
	if !ok {
		return protoreflect.Value{}, "want a number that fits 64 bits"
	}
	return protoreflect.ValueOfFloat64(number), ""
}

func parseInt32(text []byte) (protoreflect.Value, string) {
	number, ok := parseSigned(string(text), 32)
	if !ok || number < math.MinInt32 || number > math.MaxInt32 {
		return protoreflect.Value{}, fmt.Sprintf("want a whole number from %d to %d", math.MinInt32, math.MaxInt32)
	}
	return protoreflect.ValueOfInt32(int32(number)), ""
}

func parseInt64(text []byte) (protoreflect.Value, string) {
	number, ok := parseSigned(string(text), 64)
	if !ok {
		return protoreflect.Value{}, fmt.Sprintf("want a whole number from %d to %d", math.MinInt64, math.MaxInt64)
	}
	return protoreflect.ValueOfInt64(number), ""
}

func parseUint32(text []byte) (protoreflect.Value, string) {
	number, ok := parseUnsigned(string(text), 32)
	if !ok || number > math.MaxUint32 {
		return protoreflect.Value{}, fmt.Sprintf("want a whole number from 0 to %d", math.MaxUint32)
	}
	return protoreflect.ValueOfUint32(uint32(number)), ""
}

func parseUint64(text []byte) (protoreflect.Value, string) {
	number, ok := parseUnsigned(string(text), 64)
	if !ok {
		return protoreflect.Value{}, "want a whole number from 0 to " + strconv.FormatUint(math.MaxUint64, 10)
	}
	return protoreflect.ValueOfUint64(number), ""
}

// mapKeys is how map keys are read: their text is always a string.
func mapKeys() map[protoreflect.Kind]*scalar {
	keys := integerScalars()
	keys[protoreflect.StringKind] = &scalar{parse: parseString}
	keys[protoreflect.BoolKind] = &scalar{parse: parseBool}
	return keys
}
