package codec

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// The range of google.protobuf.Timestamp and google.protobuf.Duration.
const (
	minTimestampSeconds = -62135596800
	maxTimestampSeconds = 253402300799
	maxDurationSeconds  = 315576000000
	maxNanos            = 999999999
)

var (
	errTimeRange     = errors.New("a time outside the years 1 to 9999")
	errDurationRange = errors.New("a duration of more than 10000 years, or with two signs")
	errNoKind        = errors.New("a google.protobuf.Value without a kind")
	errNotJSONNumber = errors.New("a google.protobuf.Value that is no finite number")
	errMaskPath      = errors.New("a field mask path that JSON cannot carry")
	errNoTypeURL     = errors.New("a google.protobuf.Any with a value but no type")
)

func writeTimestamp(dst []byte, stamp *timestamppb.Timestamp) ([]byte, error) {
	seconds, nanos := stamp.GetSeconds(), stamp.GetNanos()
	if seconds < minTimestampSeconds || seconds > maxTimestampSeconds || nanos < 0 || nanos > maxNanos {
		return dst, errTimeRange
	}
	dst = time.Unix(seconds, 0).UTC().AppendFormat(append(dst, '"'), time.RFC3339)
	dst = appendFraction(dst[:len(dst)-len("Z")], nanos)
	return append(dst, `Z"`...), nil
}

func writeDuration(dst []byte, length *durationpb.Duration) ([]byte, error) {
	seconds, nanos := length.GetSeconds(), length.GetNanos()
	negative := seconds < 0 || nanos < 0
	if negative {
		seconds, nanos = -seconds, -nanos
	}
	if seconds < 0 || seconds > maxDurationSeconds || nanos < 0 || nanos > maxNanos {
		return dst, errDurationRange
	}
	dst = append(dst, '"')
	if negative {
		dst = append(dst, '-')
	}
	dst = appendFraction(strconv.AppendInt(dst, seconds, 10), nanos)
	return append(dst, `s"`...), nil
}

// appendFraction writes nanoseconds as 0, 3, 6 or 9 digits after a point.
func appendFraction(dst []byte, nanos int32) []byte {
	if nanos == 0 {
		return dst
	}
	digits := fmt.Appendf(nil, "%09d", nanos)
	for range 2 {
		digits = bytes.TrimSuffix(digits, []byte("000"))
	}
	return append(append(dst, '.'), digits...)
}

func writeFieldMask(dst []byte, mask *fieldmaskpb.FieldMask) ([]byte, error) {
	paths := make([]string, len(mask.GetPaths()))
	for i, path := range mask.GetPaths() {
		paths[i] = camelCase(path)
		if !protoreflect.FullName(path).IsValid() || snakeCase(paths[i]) != path {
			return dst, fmt.Errorf("%w: %q", errMaskPath, path)
		}
	}
	return quote(dst, strings.Join(paths, ","))
}

func writeStruct(dst []byte, object *structpb.Struct) ([]byte, error) {
	var err error
	dst = append(dst, '{')
	for _, name := range slices.Sorted(maps.Keys(object.GetFields())) {
		if dst, err = quote(separate(dst), name); err != nil {
			return dst, err
		}
		if dst, err = writeStructValue(append(dst, ':'), object.GetFields()[name]); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func writeListValue(dst []byte, list *structpb.ListValue) ([]byte, error) {
	var err error
	dst = append(dst, '[')
	for i, value := range list.GetValues() {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = writeStructValue(dst, value); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

func writeStructValue(dst []byte, value *structpb.Value) ([]byte, error) {
	switch kind := value.GetKind().(type) {
	case *structpb.Value_NullValue:
		return append(dst, "null"...), nil
	case *structpb.Value_BoolValue:
		return strconv.AppendBool(dst, kind.BoolValue), nil
	case *structpb.Value_StringValue:
		return quote(dst, kind.StringValue)
	case *structpb.Value_StructValue:
		return writeStruct(dst, kind.StructValue)
	case *structpb.Value_ListValue:
		return writeListValue(dst, kind.ListValue)
	case *structpb.Value_NumberValue:
		if math.IsNaN(kind.NumberValue) || math.IsInf(kind.NumberValue, 0) {
			return dst, errNotJSONNumber
		}
		return appendFloat(dst, kind.NumberValue, 64), nil
	default:
		return dst, errNoKind
	}
}

// writeAny writes the packed message with its type as the first member, so that
// a reader knows what follows.
func (c *Codec) writeAny(dst []byte, packed *anypb.Any) ([]byte, error) {
	if packed.GetTypeUrl() == "" {
		if len(packed.GetValue()) > 0 {
			return dst, errNoTypeURL
		}
		return append(dst, "{}"...), nil
	}
	message, err := packed.UnmarshalNew()
	if err != nil {
		return dst, fmt.Errorf("unpack %s: %w", packed.GetTypeUrl(), err)
	}
	if dst, err = quote(append(dst, `{"@type":`...), packed.GetTypeUrl()); err != nil {
		return dst, err
	}
	return c.writeUnpacked(dst, message.ProtoReflect())
}

func (c *Codec) writeUnpacked(dst []byte, m protoreflect.Message) ([]byte, error) {
	var err error
	if p := c.plan(m.Descriptor()); p.special == nil {
		dst, err = p.writeMembers(dst, m)
	} else {
		dst, err = p.special.write(append(dst, `,"value":`...), m)
	}
	return append(dst, '}'), err
}

// camelCase turns a field path into its JSON spelling.
func camelCase(path string) string {
	var out strings.Builder
	upper := false
	for _, letter := range []byte(path) {
		switch {
		case letter == '_':
			upper = true
			continue
		case upper && 'a' <= letter && letter <= 'z':
			letter -= 'a' - 'A'
		}
		upper = false
		out.WriteByte(letter)
	}
	return out.String()
}

// snakeCase turns a field path in either spelling into its proto spelling.
func snakeCase(path string) string {
	var out strings.Builder
	for _, letter := range []byte(path) {
		if 'A' <= letter && letter <= 'Z' {
			out.WriteByte('_')
			letter += 'a' - 'A'
		}
		out.WriteByte(letter)
	}
	return out.String()
}
