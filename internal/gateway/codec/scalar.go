package codec

import (
	"bytes"
	"encoding/base64"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
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
		return &scalar{want: contract.Want(desc), kinds: `0"`, parse: parseFloat}
	case protoreflect.DoubleKind:
		return &scalar{want: contract.Want(desc), kinds: `0"`, parse: parseDouble}
	default:
		return integerScalar(desc)
	}
}

// integerScalar reads every number of the type, and names the bounds of the field's own rules
// if it cannot. The rules are applied later: an update may leave the field out.
func integerScalar(desc protoreflect.FieldDescriptor) *scalar {
	want := contract.Want(desc)
	read := integerReaders()[desc.Kind()]
	return &scalar{want: want, kinds: `0"`, parse: func(text []byte) (protoreflect.Value, string) {
		if value, ok := read(string(text)); ok {
			return value, ""
		}
		return protoreflect.Value{}, "want " + want
	}}
}

// integerReaders returns how whole numbers of each type are read.
func integerReaders() map[protoreflect.Kind]func(text string) (protoreflect.Value, bool) {
	return map[protoreflect.Kind]func(text string) (protoreflect.Value, bool){
		protoreflect.Int32Kind: readInt32, protoreflect.Sint32Kind: readInt32, protoreflect.Sfixed32Kind: readInt32,
		protoreflect.Int64Kind: readInt64, protoreflect.Sint64Kind: readInt64, protoreflect.Sfixed64Kind: readInt64,
		protoreflect.Uint32Kind: readUint32, protoreflect.Fixed32Kind: readUint32,
		protoreflect.Uint64Kind: readUint64, protoreflect.Fixed64Kind: readUint64,
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
		return protoreflect.Value{}, "want a number that fits in 32 bits"
	}
	return protoreflect.ValueOfFloat32(float32(number)), ""
}

func parseDouble(text []byte) (protoreflect.Value, string) {
	number, ok := parseFloating(string(text), 64)
	if !ok {
		return protoreflect.Value{}, "want a number that fits in 64 bits"
	}
	return protoreflect.ValueOfFloat64(number), ""
}

func readInt32(text string) (protoreflect.Value, bool) {
	number, ok := parseSigned(text, 32)
	return protoreflect.ValueOfInt32(int32(number)), ok
}

func readInt64(text string) (protoreflect.Value, bool) {
	number, ok := parseSigned(text, 64)
	return protoreflect.ValueOfInt64(number), ok
}

func readUint32(text string) (protoreflect.Value, bool) {
	number, ok := parseUnsigned(text, 32)
	return protoreflect.ValueOfUint32(uint32(number)), ok
}

func readUint64(text string) (protoreflect.Value, bool) {
	number, ok := parseUnsigned(text, 64)
	return protoreflect.ValueOfUint64(number), ok
}
