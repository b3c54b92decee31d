package codec

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/limits"
)

const (
	aTime        = `a time by RFC 3339, for example "2026-01-02T15:04:05Z"`
	aDuration    = `seconds with the letter s, for example "3.5s"`
	aMask        = `field names separated by commas, for example "name,expireTime", or "*"`
	wantTime     = "want " + aTime
	wantDuration = "want " + aDuration
	wantMask     = "want " + aMask
)

func fillTimestamp(stamp *timestamppb.Timestamp, text []byte) string {
	read, ok := contract.ParseTime(string(text))
	if !ok {
		return wantTime
	}
	stamp.Seconds, stamp.Nanos = read.Unix(), int32(read.Nanosecond())
	return ""
}

func fillDuration(length *durationpb.Duration, text []byte) string {
	quoted, err := jsontext.AppendQuote(nil, text)
	if err != nil || protojson.Unmarshal(quoted, length) != nil {
		return wantDuration
	}
	return ""
}

// fillFieldMask takes both spellings of a name and the "*" of AIP-134; protojson takes
// only lowerCamelCase.
func fillFieldMask(mask *fieldmaskpb.FieldMask, text []byte) string {
	list := strings.TrimSpace(string(text))
	if list == "" {
		return ""
	}
	if strings.Count(list, ",") >= limits.MaxMaskPaths {
		return limits.TooManyMaskPaths
	}
	for path := range strings.SplitSeq(list, ",") {
		path = snakeCase(path)
		if path != "*" && !protoreflect.FullName(path).IsValid() {
			return wantMask
		}
		mask.Paths = append(mask.Paths, path)
	}
	return ""
}

// snakeCase returns a field path that has either spelling in its proto spelling. No field has a
// name that begins with a capital, so such a name stays as the caller wrote it.
func snakeCase(path string) string {
	if path == "" || isCapital(path[0]) {
		return path
	}
	var out strings.Builder
	for _, letter := range []byte(path) {
		if isCapital(letter) {
			out.WriteByte('_')
			letter += 'a' - 'A'
		}
		out.WriteByte(letter)
	}
	return out.String()
}

func isCapital(letter byte) bool { return 'A' <= letter && letter <= 'Z' }

func (d *decoder) fillStruct(object *structpb.Struct) {
	object.Fields = map[string]*structpb.Value{}
	d.object(func(name []byte) {
		if !d.countStructValue() {
			return
		}
		key := string(name)
		d.pushKey(key)
		defer d.pop()
		if _, twice := object.Fields[key]; twice {
			d.problem(ruleDuplicate, "duplicate member")
			d.skip()
			return
		}
		value := &structpb.Value{}
		d.fillStructValue(value)
		object.Fields[key] = value
	})
}

func (d *decoder) fillListValue(list *structpb.ListValue) {
	list.Values = []*structpb.Value{}
	d.array(d.countStructValue, func() {
		value := &structpb.Value{}
		d.fillStructValue(value)
		list.Values = append(list.Values, value)
	})
}

// countStructValue counts a value and stops reading at the first one too many.
func (d *decoder) countStructValue() bool {
	d.structValues++
	return d.within(d.structValues <= limits.MaxStructValues, limits.TooManyStructValues) && d.countElement()
}

func (d *decoder) fillStructValue(value *structpb.Value) {
	switch d.json.PeekKind() {
	case '{':
		object := &structpb.Struct{}
		d.fillStruct(object)
		value.Kind = &structpb.Value_StructValue{StructValue: object}
	case '[':
		list := &structpb.ListValue{}
		d.fillListValue(list)
		value.Kind = &structpb.Value_ListValue{ListValue: list}
	default:
		d.fillPlainValue(value)
	}
}

func (d *decoder) fillPlainValue(value *structpb.Value) {
	kind := d.json.PeekKind()
	text, ok := d.scalarText("a JSON value", `"0tfn`)
	if !ok {
		return
	}
	switch kind {
	case '"':
		value.Kind = &structpb.Value_StringValue{StringValue: string(text)}
	case 't', 'f':
		value.Kind = &structpb.Value_BoolValue{BoolValue: kind == 't'}
	case 'n':
		value.Kind = &structpb.Value_NullValue{}
	default:
		number, fits := parseFloating(string(text), 64)
		if !fits {
			d.problem(ruleValue, "want a number that fits in 64 bits")
		}
		value.Kind = &structpb.Value_NumberValue{NumberValue: number}
	}
}

// fillAny reads the packed message with protojson: its type is known only once "@type"
// is found, anywhere in the object. No request of the contract has one.
func (d *decoder) fillAny(packed *anypb.Any) {
	if d.json.PeekKind() != '{' {
		d.wrongType("an object")
		return
	}
	raw, ok := d.raw()
	if !ok {
		return
	}
	read := &anypb.Any{}
	if err := (protojson.UnmarshalOptions{RecursionLimit: limits.MaxDepth}).Unmarshal(raw, read); err != nil {
		d.problem(ruleType, `want a message with its type in "@type"`)
		return
	}
	proto.Merge(packed, read)
}
