package codec

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
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
	errNoTypeURL     = errors.New("a google.protobuf.Any with a value but no type")
)

func encodeTimestamp(e *encoder, key string, stamp *timestamppb.Timestamp) {
	seconds, nanos := stamp.GetSeconds(), stamp.GetNanos()
	if seconds < minTimestampSeconds || seconds > maxTimestampSeconds || nanos < 0 || nanos > maxNanos {
		e.fail(key, errTimeRange)
		return
	}
	moment := time.Unix(seconds, 0).UTC()
	year, month, day := moment.Date()
	hour, minute, second := moment.Clock()
	e.raw(key, `"0000-00-00T00:00:00`)
	text := e.out[len(e.out)-len("0000-00-00T00:00:00"):]
	addTwoDigits(text[0:], year/100)
	addTwoDigits(text[2:], year%100)
	addTwoDigits(text[5:], int(month))
	addTwoDigits(text[8:], day)
	addTwoDigits(text[11:], hour)
	addTwoDigits(text[14:], minute)
	addTwoDigits(text[17:], second)
	e.fraction(nanos)
	e.out = append(e.out, `Z"`...)
}

// addTwoDigits adds a number below 100 to a text of zeros.
func addTwoDigits(zeros []byte, number int) {
	zeros[0] += byte(number / 10)
	zeros[1] += byte(number % 10)
}

func encodeDuration(e *encoder, key string, length *durationpb.Duration) {
	seconds, nanos := length.GetSeconds(), length.GetNanos()
	sign := `"`
	if seconds < 0 || nanos < 0 {
		sign, seconds, nanos = `"-`, -seconds, -nanos
	}
	if seconds < 0 || seconds > maxDurationSeconds || nanos < 0 || nanos > maxNanos {
		e.fail(key, errDurationRange)
		return
	}
	e.raw(key, sign)
	e.out = strconv.AppendInt(e.out, seconds, 10)
	e.fraction(nanos)
	e.out = append(e.out, `s"`...)
}

// fraction writes nanoseconds as 0, 3, 6 or 9 digits after a point.
func (e *encoder) fraction(nanos int32) {
	if nanos == 0 {
		return
	}
	digits := 9
	for nanos%1000 == 0 {
		nanos /= 1000
		digits -= 3
	}
	e.out = append(e.out, ".000000000"[:1+digits]...)
	for last := len(e.out) - 1; nanos > 0; last-- {
		e.out[last] += byte(nanos % 10)
		nanos /= 10
	}
}

// encodeStruct writes the members in the order of their names.
func encodeStruct(e *encoder, key string, object *structpb.Struct) {
	start := e.open(key)
	names := pushNames(e, object.GetFields())
	for _, name := range names {
		e.string(",", name)
		encodeValue(e, ":", object.GetFields()[name])
	}
	e.popNames(names)
	e.close(start, key)
}

func encodeValue(e *encoder, key string, value *structpb.Value) {
	switch kind := value.GetKind().(type) {
	case *structpb.Value_NullValue:
		e.raw(key, "null")
	case *structpb.Value_BoolValue:
		e.bool(key, kind.BoolValue)
	case *structpb.Value_StringValue:
		e.string(key, kind.StringValue)
	case *structpb.Value_StructValue:
		encodeStruct(e, key, kind.StructValue)
	case *structpb.Value_ListValue:
		encodeList(e, key, kind.ListValue.GetValues(), encodeValue)
	case *structpb.Value_NumberValue:
		if math.IsNaN(kind.NumberValue) || math.IsInf(kind.NumberValue, 0) {
			e.fail(key, errNotJSONNumber)
			return
		}
		e.double(key, kind.NumberValue)
	default:
		e.fail(key, errNoKind)
	}
}

// encodeAny writes the packed message with its type as the first member, so that a reader
// knows what follows.
func encodeAny(e *encoder, key string, packed *anypb.Any) {
	if packed.GetTypeUrl() == "" {
		if len(packed.GetValue()) > 0 {
			e.fail(key, errNoTypeURL)
		}
		e.raw(key, "{}")
		return
	}
	message, err := packed.UnmarshalNew()
	if err != nil {
		e.fail(key, fmt.Errorf("unpack %s: %w", packed.GetTypeUrl(), err))
		return
	}
	start := e.open(key)
	e.string(`,"@type":`, packed.GetTypeUrl())
	e.unpacked(message)
	e.close(start, key)
}

// unpacked writes the members of a message into the object that is being written: its
// braces are taken away again.
func (e *encoder) unpacked(message proto.Message) {
	start := len(e.out)
	if !e.message(message) {
		e.fail("", fmt.Errorf("%w: %T", errNoAnswer, message))
		return
	}
	e.out = e.out[:len(e.out)-len("}")]
	if len(e.out) == start+len("{") {
		e.out = e.out[:start]
		return
	}
	e.out[start] = ','
}
