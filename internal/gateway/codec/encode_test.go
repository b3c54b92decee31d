package codec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
	"pgregory.net/rapid"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
)

// answerTypes are the tested types that the encoder knows.
func answerTypes() []proto.Message {
	var known []proto.Message
	for _, message := range testedTypes() {
		if newEncoder().message(message) {
			known = append(known, message)
		}
	}
	return known
}

// TestEncodeAsProtojson compares random messages with what protojson writes, byte for byte
// but for the spaces that protojson adds at random.
func TestEncodeAsProtojson(t *testing.T) {
	t.Parallel()
	rapid.Check(t, encodesAsProtojson(answerTypes()))
}

// FuzzEncode does the same with what the fuzzer finds.
func FuzzEncode(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(encodesAsProtojson(answerTypes())))
}

func encodesAsProtojson(types []proto.Message) func(*rapid.T) {
	codec := New()
	return func(t *rapid.T) {
		kind := rapid.SampledFrom(types).Draw(t, "type").ProtoReflect().Type()
		message := drawMessage(t, kind, 3)
		if rapid.IntRange(0, 3).Draw(t, "spoiled") == 0 {
			spoil(t, message.ProtoReflect())
		}
		ours, ourErr := codec.Marshal(message)
		if errors.Is(ourErr, errNoAnswer) {
			t.Skip("an error with a detail that no error has")
		}
		if ourErr != nil {
			if theirs, err := protojson.Marshal(message); err == nil {
				t.Fatalf("got %v, want %s", ourErr, theirs)
			}
			return
		}
		if want := compacted(t, message); string(ours) != want {
			t.Fatalf("got  %s\nwant %s", ours, want)
		}
	}
}

// spoil puts a value that is unusual or cannot be written somewhere into a message.
func spoil(t *rapid.T, m protoreflect.Message) {
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if rapid.Bool().Draw(t, "elsewhere") {
			return true
		}
		switch {
		case field.IsMap():
			spoilMap(t, field, value.Map())
		case field.IsList() && field.Message() != nil:
			value.List().Set(0, protoreflect.ValueOfMessage(value.List().Get(0).Message().Type().Zero()))
		case field.Message() != nil:
			spoilMessage(t, value.Message())
		case field.Kind() == protoreflect.StringKind && !field.IsList():
			m.Set(field, protoreflect.ValueOfString(value.String()+rapid.SampledFrom([]string{"\xff", "\x7f", "\x1f", "<&>\u2028", "\\", `"`}).Draw(t, "text")))
		}
		return true
	})
}

func spoilMap(t *rapid.T, field protoreflect.FieldDescriptor, entries protoreflect.Map) {
	if field.MapKey().Kind() == protoreflect.StringKind && field.MapValue().Kind() == protoreflect.StringKind {
		bad := protoreflect.ValueOfString(rapid.SampledFrom([]string{"\xc0", "\ufffd", ""}).Draw(t, "entry"))
		entries.Set(bad.MapKey(), bad)
	}
}

func spoilMessage(t *rapid.T, m protoreflect.Message) {
	switch message := m.Interface().(type) {
	case *timestamppb.Timestamp:
		message.Nanos = rapid.SampledFrom([]int32{-1, 1, 10, 1000, maxNanos + 1}).Draw(t, "nanos")
	case *structpb.Struct:
		message.Fields = map[string]*structpb.Value{"b": nil, "a": structpb.NewNumberValue(rapid.Float64().Draw(t, "number"))}
	default:
		spoil(t, m)
	}
}

func TestMarshal(t *testing.T) {
	t.Parallel()
	created := func(nanos int32) proto.Message {
		return &sipfacadev1.SipUserInvite{CreateTime: &timestamppb.Timestamp{Seconds: 1e9, Nanos: nanos}}
	}
	retry := func(delay time.Duration) proto.Message {
		return &errdetails.RetryInfo{RetryDelay: durationpb.New(delay)}
	}
	settings := func(value *structpb.Value) proto.Message {
		return &sipfacadev1.TrunkSettings{OtherSettings: &structpb.Struct{Fields: map[string]*structpb.Value{"a": value}}}
	}
	cases := []struct {
		message proto.Message
		want    string
	}{
		{&sipfacadev1.SipConnectionProduct{}, `{"name":"","description":"","type":""}`},
		{&sipfacadev1.SipConnectionProduct{RateTableId: proto.Int64(1 << 60)},
			`{"name":"","description":"","type":"","rateTableId":"1152921504606846976"}`},
		{&sipfacadev1.DeleteSipAppResponse{}, `{}`},
		{(*sipfacadev1.DeleteSipAppResponse)(nil), `{}`},
		{(*sipfacadev1.SipConnectionProduct)(nil), `{"name":"","description":"","type":""}`},
		{&sipfacadev1.ListSipUserInvitesResponse{}, `{"sipUserInvites":[],"nextPageToken":""}`},
		{&sipfacadev1.ListSipUserInvitesResponse{SipUserInvites: []*sipfacadev1.SipUserInvite{nil, {Uuid: "u"}}},
			`{"sipUserInvites":[{"uuid":""},{"uuid":"u"}],"nextPageToken":""}`},
		{&sipfacadev1.TelephoneNumber{PhoneNumber: "<+1\u2028\"\\\x01\x7f\b>"},
			"{\"phoneNumber\":\"<+1\u2028\\\"\\\\\\u0001\x7f\\b>\"}"},
		{&sipfacadev1.TrunkSettings{}, `{}`},
		{&sipfacadev1.TrunkSettings{MediaType: sipfacadev1.TrunkMediaType_TRUNK_MEDIA_TYPE_PROXY_MEDIA.Enum()}, `{"mediaType":"TRUNK_MEDIA_TYPE_PROXY_MEDIA"}`},
		{&sipfacadev1.TrunkSettings{MediaType: sipfacadev1.TrunkMediaType(77).Enum()}, `{"mediaType":77}`},
		{settings(structpb.NewNullValue()), `{"otherSettings":{"a":null}}`},
		{settings(structpb.NewStringValue("é")), `{"otherSettings":{"a":"é"}}`},
		{settings(structpb.NewNumberValue(1e-7)), `{"otherSettings":{"a":1e-7}}`},
		{settings(structpb.NewListValue(&structpb.ListValue{})), `{"otherSettings":{"a":[]}}`},
		{settings(structpb.NewStructValue(nil)), `{"otherSettings":{"a":{}}}`},
		{&errdetails.ErrorInfo{Metadata: map[string]string{"b": "2", "a": "1", "c": "3"}},
			`{"reason":"","domain":"","metadata":{"a":"1","b":"2","c":"3"}}`},
		{&errdetails.DebugInfo{StackEntries: []string{"a", ""}}, `{"stackEntries":["a",""],"detail":""}`},
		{&spb.Status{Details: []*anypb.Any{{}, packed(t, &errdetails.Help{}), packed(t, &errdetails.RetryInfo{})}},
			`{"code":0,"message":"","details":[{},{"@type":"type.googleapis.com/google.rpc.Help","links":[]},` +
				`{"@type":"type.googleapis.com/google.rpc.RetryInfo"}]}`},
		{created(0), `{"uuid":"","createTime":"2001-09-09T01:46:40Z"}`},
		{created(120000000), `{"uuid":"","createTime":"2001-09-09T01:46:40.120Z"}`},
		{created(1000), `{"uuid":"","createTime":"2001-09-09T01:46:40.000001Z"}`},
		{created(1), `{"uuid":"","createTime":"2001-09-09T01:46:40.000000001Z"}`},
		{retry(-1500 * time.Millisecond), `{"retryDelay":"-1.500s"}`},
		{retry(-500 * time.Millisecond), `{"retryDelay":"-0.500s"}`},
	}
	for _, c := range cases {
		if got, err := New().Marshal(c.message); err != nil || string(got) != c.want {
			t.Errorf("%T: got %s, %v; want %s", c.message, got, err, c.want)
		}
	}
}

func packed(t *testing.T, message proto.Message) *anypb.Any {
	t.Helper()
	made, err := anypb.New(message)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestMarshalErrors: an error names the member that cannot be written.
func TestMarshalErrors(t *testing.T) {
	t.Parallel()
	stamp := func(seconds int64, nanos int32) *timestamppb.Timestamp {
		return &timestamppb.Timestamp{Seconds: seconds, Nanos: nanos}
	}
	settings := func(value *structpb.Value) proto.Message {
		return &sipfacadev1.TrunkSettings{OtherSettings: &structpb.Struct{Fields: map[string]*structpb.Value{"a": value}}}
	}
	status := func(details ...*anypb.Any) proto.Message { return &spb.Status{Details: details} }
	cases := map[string]struct {
		message proto.Message
		want    string
	}{
		"no type":       {nil, "a type that no answer has"},
		"foreign type":  {&wrapperspb.BoolValue{}, "a type that no answer has"},
		"request":       {&sipfacadev1.GetSipAppRequest{}, "a type that no answer has"},
		"not UTF-8":     {&sipfacadev1.OpentactAccount{Name: "\xff", Email: "\xff"}, "name: write a string"},
		"key not UTF-8": {&errdetails.ErrorInfo{Metadata: map[string]string{"\xff": ""}}, "metadata: write a string"},
		"nested, two": {&sipfacadev1.ListSipUserInvitesResponse{SipUserInvites: []*sipfacadev1.SipUserInvite{
			{}, {Account: &sipfacadev1.OpentactAccount{Name: "\xff"}, CreatedBy: &sipfacadev1.OpentactUser{}}, {Uuid: "\xff"},
		}, NextPageToken: "\xff"}, "sipUserInvites: element 1: account: name: write a string"},
		"year 10000":        {&sipfacadev1.OpentactAccount{CreateTime: stamp(253402300800, 0), UpdateTime: stamp(0, -1)}, "createTime: a time"},
		"negative nanos":    {&sipfacadev1.OpentactAccount{UpdateTime: stamp(0, -1)}, "updateTime: a time"},
		"too many nanos":    {&sipfacadev1.OpentactAccount{UpdateTime: stamp(0, 1e9)}, "updateTime: a time"},
		"a second in nanos": {&errdetails.RetryInfo{RetryDelay: &durationpb.Duration{Nanos: 1e9}}, "retryDelay: a duration"},
		"two signs":         {&errdetails.RetryInfo{RetryDelay: &durationpb.Duration{Seconds: 1, Nanos: -1}}, "retryDelay: a duration"},
		"endless duration":  {&errdetails.RetryInfo{RetryDelay: &durationpb.Duration{Seconds: 315576000001}}, "retryDelay: a duration"},
		"no value":          {settings(nil), "otherSettings: a google.protobuf.Value without a kind"},
		"no kind":           {settings(&structpb.Value{}), "otherSettings: a google.protobuf.Value without a kind"},
		"no number":         {settings(structpb.NewNumberValue(math.NaN())), "otherSettings: a google.protobuf.Value that"},
		"list of lists": {settings(structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{
			structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{nil, nil}}), nil,
		}})), "otherSettings: element 0: element 0: a google.protobuf.Value without a kind"},
		"no such type":       {status(&anypb.Any{TypeUrl: "type.googleapis.com/no.such.Type"}), "details: element 0: unpack type"},
		"foreign detail":     {status(&anypb.Any{}, packed(t, &wrapperspb.BoolValue{})), "details: element 1: a type that no answer has"},
		"value without type": {status(&anypb.Any{Value: []byte{1}}), "details: element 0: a google.protobuf.Any"},
		"broken value":       {status(&anypb.Any{TypeUrl: "type.googleapis.com/google.rpc.ErrorInfo", Value: []byte{0xff}}), "details: element 0: unpack"},
	}
	for name, c := range cases {
		_, err := New().Marshal(c.message)
		if want := fmt.Sprintf("write %T as JSON: %s", c.message, c.want); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
}

// TestEncoderKeepsNothing: an encoder that waits for the next message keeps no part of the
// last one in memory.
func TestEncoderKeepsNothing(t *testing.T) {
	t.Parallel()
	e := newEncoder()
	for _, message := range []proto.Message{benchedInvite(), &errdetails.ErrorInfo{Metadata: map[string]string{"b": "2", "a": "1"}}} {
		e.message(message)
		if len(e.names) > 0 || strings.Join(e.names[:cap(e.names)], "") != "" {
			t.Errorf("after %T: kept %q", message, e.names[:cap(e.names)])
		}
	}
}

// TestMarshalAfterError: an error does not stay in the encoder.
func TestMarshalAfterError(t *testing.T) {
	t.Parallel()
	codec := New()
	for range 10 {
		if _, err := codec.Marshal(&sipfacadev1.OpentactAccount{Name: "\xff"}); err == nil {
			t.Error("no error")
		}
		if got, err := codec.Marshal(&sipfacadev1.TrunkSettings{}); err != nil || string(got) != "{}" {
			t.Errorf("got %s, %v", got, err)
		}
	}
}

// TestStrings: every character at every place of a short and a long string is written as
// protojson writes it.
func TestStrings(t *testing.T) {
	t.Parallel()
	codec := New()
	for _, length := range []int{1, 7, 8, 9, 16, 21} {
		for at := range length {
			for letter := range rune(0x100) {
				text := []rune(strings.Repeat("~", length))
				text[at] = letter
				message := &sipfacadev1.SipUserInvite{Uuid: string(text)}
				got, err := codec.Marshal(message)
				if want := compacted(t, message); err != nil || string(got) != want {
					t.Fatalf("got %s, %v; want %s", got, err, want)
				}
			}
		}
	}
}

// compacted returns what protojson writes, without the spaces that it adds at random.
func compacted(t interface{ Fatalf(string, ...any) }, message proto.Message) string {
	written, err := protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(message)
	if err != nil {
		t.Fatalf("protojson: %v", err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, written); err != nil {
		t.Fatalf("%s: %v", written, err)
	}
	return compact.String()
}

// TestEveryAnswer: whatever a method of the contract returns can be written.
func TestEveryAnswer(t *testing.T) {
	t.Parallel()
	methods := contract.Methods(contract.Services(protoregistry.GlobalFiles))
	for _, method := range methods {
		output, err := protoregistry.GlobalTypes.FindMessageByName(method.Output().FullName())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := New().Marshal(output.Zero().Interface()); err != nil {
			t.Error(err)
		}
	}
	if len(methods) == 0 {
		t.Error("no services are linked")
	}
}
