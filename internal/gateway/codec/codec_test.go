package codec

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
	"pgregory.net/rapid"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/limits"
)

// TestReadsWhatProtojsonWrites decodes random messages.
func TestReadsWhatProtojsonWrites(t *testing.T) {
	t.Parallel()
	for name, types := range map[string][]proto.Message{"messages": testedTypes(), "scalars": wrappers()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, readsWhatProtojsonWrites(types))
		})
	}
}

func readsWhatProtojsonWrites(types []proto.Message) func(*rapid.T) {
	codec := New()
	return func(t *rapid.T) {
		kind := rapid.SampledFrom(types).Draw(t, "type").ProtoReflect().Type()
		message, read := drawMessage(t, kind, 3), kind.New().Interface()
		written, err := protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(message)
		if err != nil {
			t.Skip("no JSON can hold it")
		}
		if report := codec.Decode(written, read, ""); len(report.Violations) > 0 {
			t.Fatalf("read %s: %v", written, report.Violations)
		}
		if diff := cmp.Diff(message, read, protocmp.Transform(), cmpopts.EquateNaNs()); diff != "" {
			t.Fatalf("read %s:\n%s", written, diff)
		}
	}
}

// TestNumbersAgreeWithProtojson compares how numbers in every notation are read.
func TestNumbersAgreeWithProtojson(t *testing.T) {
	t.Parallel()
	codec := New()
	digits := `(0|[1-9][0-9]{0,3}|429496729[4-6]|214748364[7-9]|1844674407370955161[4-6]|9223372036854775807|340282350000000000000)`
	number := rapid.OneOf(
		rapid.StringMatching(`-?`+digits+`(\.(0{1,3}|[0-9]{1,3}))?([eE][+-]?[0-9]{1,3})?`),
		rapid.StringMatching(`[-+0-9.eE ]{0,5}`), rapid.SampledFrom([]string{"NaN", "Infinity", "-Infinity", "1e99999999999999999999", "-0"}))
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(wrappers()).Draw(t, "type").ProtoReflect().Type()
		input := number.Draw(t, "number")
		if rapid.Bool().Draw(t, "quoted") {
			input = `"` + input + `"`
		}
		ours, theirs := kind.New().Interface(), kind.New().Interface()
		violations := codec.Decode([]byte(input), ours, "").Violations
		theirErr := protojson.Unmarshal([]byte(input), theirs)
		if theirErr == nil && json.Valid([]byte(strings.Trim(input, `"`))) && (len(violations) > 0 || !cmp.Equal(ours, theirs, protocmp.Transform(), cmpopts.EquateNaNs())) {
			t.Fatalf("%T of %s: got %v, %v, want %v", ours, input, ours, violations, theirs)
		}
		if theirErr != nil && len(violations) == 0 && !lenient(input) {
			t.Fatalf("%T of %s: got %v, protojson: %v", ours, input, ours, theirErr)
		}
	})
}

// lenient reports whether only this codec reads the notation, which is one of JSON: those of
// whole numbers whose zeros are spread over fraction, digits and exponent, and negative zero.
func lenient(input string) bool {
	text := strings.Trim(input, `"`)
	return json.Valid([]byte(text)) && (strings.ContainsAny(text, "eE") || strings.Trim(text, "0.") == "-")
}

// TestNumberBounds: the bounds of each type of number are read, and what is beyond them is not.
func TestNumberBounds(t *testing.T) {
	t.Parallel()
	codec := New()
	for kind, c := range map[proto.Message]struct{ within, beyond []string }{
		&wrapperspb.Int32Value{}:  {[]string{"-2147483648", "2147483647"}, []string{"-2147483649", "2147483648", "1e10"}},
		&wrapperspb.Int64Value{}:  {[]string{"-9223372036854775808", "9223372036854775807"}, []string{"-9223372036854775809", "9223372036854775808", "1e19"}},
		&wrapperspb.UInt32Value{}: {[]string{"0", "4294967295"}, []string{"-1", "4294967296", "42949672960e-1"}},
		&wrapperspb.UInt64Value{}: {[]string{"0", "18446744073709551615"}, []string{"-1", "18446744073709551616", "1e20"}},
	} {
		for _, number := range c.within {
			if report := codec.Decode([]byte(number), proto.Clone(kind), ""); len(report.Violations) > 0 {
				t.Errorf("%T of %s: %v", kind, number, report.Violations)
			}
		}
		for _, number := range c.beyond {
			if report := codec.Decode([]byte(number), proto.Clone(kind), ""); len(report.Violations) == 0 {
				t.Errorf("%T of %s is read", kind, number)
			}
		}
	}
}

// TestNoNumbers: a text that is no number of JSON is refused, also as the content of a string.
func TestNoNumbers(t *testing.T) {
	t.Parallel()
	codec := New()
	for _, text := range []string{"", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "1e+-1", "1e-+1", "1e1x", "1e1e1", "0x1", "1_0", " 1", "1 "} {
		for _, kind := range wrappers()[3:] { // those of numbers
			if report := codec.Decode([]byte(`"`+text+`"`), proto.Clone(kind), ""); len(report.Violations) == 0 {
				t.Errorf("%T of %q is read", kind, text)
			}
		}
	}
}

func TestDecodeAccepts(t *testing.T) {
	t.Parallel()
	product := func(port int32) proto.Message { return &sipfacadev1.SipConnection{Port: proto.Int32(port)} }
	bypass := &sipfacadev1.TrunkSettings{MediaType: sipfacadev1.TrunkMediaType_TRUNK_MEDIA_TYPE_BYPASS_MEDIA.Enum()}
	cases := []struct {
		input string
		want  proto.Message
	}{
		{`{"port":5060}`, product(5060)}, {`{"port":"5060"}`, product(5060)}, {`{"port":5060.0}`, product(5060)},
		{`{"port":5.06e3}`, product(5060)}, {`{"port":50600e-1}`, product(5060)}, {`{"port":"1e3"}`, product(1000)},
		{`{"port":-0}`, product(0)}, {`{"port":0e999999999999}`, product(0)}, {`{"port":null}`, &sipfacadev1.SipConnection{}},
		{` { "class4_ingress_trunk_id" : 12 } `, &sipfacadev1.SipConnection{Class4IngressTrunkId: proto.Int64(12)}},
		{`{"class4IngressTrunkId":"-9223372036854775808"}`, &sipfacadev1.SipConnection{Class4IngressTrunkId: proto.Int64(-1 << 63)}},
		{`{"n\u0061me":"\u0041\ud83d\ude00"}`, &sipfacadev1.SipConnection{Name: proto.String("A😀")}},
		{`{"mediaType":"TRUNK_MEDIA_TYPE_BYPASS_MEDIA"}`, bypass}, {`{"media_type":"BYPASS_MEDIA"}`, bypass},
		{`{"mediaType":1}`, bypass}, {`{"mediaType":"1"}`, bypass},
		{`{"mediaType":9}`, &sipfacadev1.TrunkSettings{MediaType: sipfacadev1.TrunkMediaType(9).Enum()}},
		{`{"otherSettings":{"a":null,"b":[1,"x",{"c":true}]}}`, &sipfacadev1.TrunkSettings{OtherSettings: &structpb.Struct{
			Fields: map[string]*structpb.Value{
				"a": structpb.NewNullValue(),
				"b": structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{
					structpb.NewNumberValue(1), structpb.NewStringValue("x"),
					structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{"c": structpb.NewBoolValue(true)}}),
				}}),
			},
		}}},
		{`"2001-09-09T03:46:40.5+02:00"`, &timestamppb.Timestamp{Seconds: 1e9, Nanos: 5e8}},
		{`"1.5s"`, durationpb.New(1500 * time.Millisecond)},
		{`"expireTime,create_time,*"`, &fieldmaskpb.FieldMask{Paths: []string{"expire_time", "create_time", "*"}}},
		{`"-_8"`, wrapperspb.Bytes([]byte{0xfb, 0xff})},
		{`"NaN"`, wrapperspb.Double(math.NaN())},
		{`null`, structpb.NewNullValue()},
		{`{"nullValue":null}`, &expr.Constant{ConstantKind: &expr.Constant_NullValue{}}},
	}
	for _, c := range cases {
		read := c.want.ProtoReflect().New().Interface()
		if report := New().Decode([]byte(c.input), read, ""); len(report.Violations) > 0 {
			t.Errorf("%s: %v", c.input, report.Violations)
		}
		if diff := cmp.Diff(c.want, read, protocmp.Transform(), cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%s: %s", c.input, diff)
		}
	}
}

func TestDecodeViolations(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, 120) + "1" + strings.Repeat("}", 120)
	cases := []struct {
		into  proto.Message
		input string
		want  []string
	}{
		{&sipfacadev1.SipConnection{}, `{"nmae":1,"Port":2,"quux":3,"product_od":1}`, []string{
			`c.nmae: unknown field "nmae"; did you mean "name"?`,
			`c.Port: unknown field "Port"; did you mean "port"?`,
			`c.quux: unknown field "quux"; known: uuid, name, subdomain, ip, port, active, productId, ` +
				`class4IngressTrunkSettings, class4EgressTrunkSettings, outboundVoiceProfileUuid, hostname, shakenVerifyPolicy, shakenMinimumAttestation`,
			`c.product_od: unknown field "product_od"; did you mean "product_id"?`,
		}},
		{&sipfacadev1.SipConnection{}, `{"name":"a","name":"b","productId":1,"product_id":2}`,
			[]string{`c.name: duplicate field`, `c.product_id: duplicate field`}},
		{&sipfacadev1.SipConnection{}, `{"name":[],"port":true,"active":"true","createTime":{},"tnLeases":{"items":7},"account":"x"}`, []string{
			`c.name: want a string, got an array`, `c.port: want a whole number from 1024 to 65535, got a boolean`, `c.active: want true or false, got a string`,
			`c.create_time: ` + wantTime + `, got an object`, `c.tn_leases.items: want an array, got a number`, `c.account: want an object, got a string`,
		}},
		{&sipfacadev1.SipConnection{}, `{"port":2147483648,"productId":1.5,"class4IngressTrunkId":"x"}`, []string{
			`c.port: want a whole number from 1024 to 65535`,
			`c.product_id: want a whole number from 1 to 1024`,
			`c.class4_ingress_trunk_id: want a whole number from -9223372036854775808 to 9223372036854775807`,
		}},
		{&sipfacadev1.SipConnection{}, `{"tnLeases":{"items":[{"tn":{"phoneNumber":1}},null,{"uuid":"a"},{"account":{"balance":"1 "}}]}}`, []string{
			`c.tn_leases.items[0].tn.phone_number: want a string, got a number`, `c.tn_leases.items[1]: want an object, got null`,
			`c.tn_leases.items[3].account.balance: want a number that fits in 64 bits`,
		}},
		{&sipfacadev1.TrunkSettings{}, `{"mediaType":"BYPASS","otherSettings":{"a":1,"a":2,"b":[1e999]}}`, []string{
			`c.media_type: want one of TRUNK_MEDIA_TYPE_BYPASS_MEDIA, TRUNK_MEDIA_TYPE_PROXY_MEDIA_TRANSCODING, TRUNK_MEDIA_TYPE_PROXY_MEDIA`,
			`c.other_settings["a"]: duplicate member`,
			`c.other_settings["b"][0]: want a number that fits in 64 bits`,
		}},
		{&sipfacadev1.TrunkSettings{}, `{"mediaType":{},"otherSettings":` + deep + `}`, []string{
			`c.media_type: want one of TRUNK_MEDIA_TYPE_BYPASS_MEDIA, TRUNK_MEDIA_TYPE_PROXY_MEDIA_TRANSCODING, TRUNK_MEDIA_TYPE_PROXY_MEDIA, got an object`,
			`c.other_settings` + strings.Repeat(`["a"]`, 99) + `: nested deeper than 100 levels`,
		}},
		{&sipfacadev1.SipUserInvite{}, `{"expireTime":"2026-02-28T00:00:00,5Z","createTime":"2026-01-01","updateTime":"2026-01-01T00:00:00.0123456789Z"}`, []string{
			`c.expire_time: ` + wantTime, `c.create_time: ` + wantTime, `c.update_time: ` + wantTime,
		}},
		{&errdetails.ErrorInfo{}, `{"metadata":{"a":"x","b":7,"a":"y"}}`,
			[]string{`c.metadata["b"]: want a string, got a number`, `c.metadata["a"]: duplicate member`}},
		{&expr.SourceInfo{}, `{"positions":{"x":1,"2":null}}`, []string{
			`c.positions["x"]: want a whole number from -9223372036854775808 to 9223372036854775807`,
			`c.positions["2"]: want a whole number from -2147483648 to 2147483647, got null`,
		}},
		{&expr.Constant{}, `{"boolValue":true,"stringValue":"x"}`, []string{`c.string_value: another member of constant_kind is set already`}},
		{&errdetails.RetryInfo{}, `{"retryDelay":"1"}`, []string{`c.retry_delay: ` + wantDuration}},
		{&errdetails.RetryInfo{}, `{"retryDelay":1}`, []string{`c.retry_delay: ` + wantDuration + `, got a number`}},
		{&anypb.Any{}, `{"@type":"type.googleapis.com/no.such.Type"}`, []string{`c: want a message with its type in "@type"`}},
		{&anypb.Any{}, `[]`, []string{`c: want an object, got an array`}},
		{wrapperspb.Bytes(nil), `"*"`, []string{`c: want a base64 string`}},
		{&sipfacadev1.SipUserInvite{}, `null`, []string{`c: want an object, got null`}},
		{&sipfacadev1.SipUserInvite{}, `{"name":"x"} {}`, []string{`body: more data after the JSON value at 1:14`}},
		{&sipfacadev1.SipUserInvite{}, "{\n  \"name\": \"é\" x\n}", []string{`body: not valid JSON at 2:15: invalid character 'x' after object value (expecting ',' or '}')`}},
		{&sipfacadev1.SipUserInvite{}, `{"nmae":1,"name":"x`, []string{
			`c.nmae: unknown field "nmae"; did you mean "name"?`, `body: not valid JSON at 1:20: unexpected end`}},
		{&sipfacadev1.SipUserInvite{}, ``, []string{`body: not valid JSON at 1:1: unexpected end`}},
		{&sipfacadev1.SipUserInvite{}, "{\"name\":\"\xff\"}", []string{`body: not valid JSON at 1:10: invalid UTF-8`}},
	}
	for _, c := range cases {
		got := []string{}
		for _, violation := range New().Decode([]byte(c.input), c.into, "c").Violations {
			got = append(got, violation.GetField()+": "+violation.GetDescription())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%.200s: %s", c.input, diff)
		}
	}
}

func TestDecodeStopsAtTooManyViolations(t *testing.T) {
	t.Parallel()
	var input strings.Builder
	for i := range 10000 {
		fmt.Fprintf(&input, `"%d%s":0,`, i, strings.Repeat("y", 200))
	}
	report := New().Decode([]byte("{"+input.String()+`"z":0}`), &sipfacadev1.SipUserInvite{}, "")
	if len(report.Violations) != limits.MaxViolations {
		t.Errorf("%d violations", len(report.Violations))
	}
	if name := report.Violations[0].GetField(); len(name) > 70 {
		t.Errorf("the name is repeated in full: %s", name)
	}
}

func TestDecodeReportsMembers(t *testing.T) {
	t.Parallel()
	input := `{"subdomain":null,"name":"x","account":{"name":"y"},"name":"z","nmae":1,"product_id":[]}`
	report := New().Decode([]byte(input), &sipfacadev1.SipConnection{}, "sip_connection")
	if diff := cmp.Diff([]string{"subdomain", "name", "account", "product_id"}, report.Members); diff != "" {
		t.Error(diff)
	}
}

// TestDecodeKeepsNothing reuses the input after reading.
func TestDecodeKeepsNothing(t *testing.T) {
	t.Parallel()
	input := []byte(`{"name":"abc","otherSettings":1}`)
	read := &sipfacadev1.SipConnection{}
	report := New().Decode(input, read, "")
	for i := range input {
		input[i] = '#'
	}
	if read.GetName() != "abc" || report.Violations[0].GetField() != "otherSettings" {
		t.Errorf("read %v, %v", read, report.Violations)
	}
}

// TestConcurrentUse compiles the same plans in many goroutines.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	codec, want := New(), benchedInvite()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			data, err := codec.Marshal(want)
			got := &sipfacadev1.SipUserInvite{}
			if report := codec.Decode(data, got, ""); err != nil || len(report.Violations) > 0 || !proto.Equal(want, got) {
				t.Errorf("%v, %v, got %v", err, report.Violations, got)
			}
		})
	}
	group.Wait()
}

func TestText(t *testing.T) {
	t.Parallel()
	fields := func(message proto.Message, name protoreflect.Name) protoreflect.FieldDescriptor {
		return message.ProtoReflect().Descriptor().Fields().ByName(name)
	}
	cases := []struct {
		message       proto.Message
		field         protoreflect.Name
		text, problem string
		want          proto.Message
	}{
		{&sipfacadev1.SipConnection{}, "port", "5060", "", &sipfacadev1.SipConnection{Port: proto.Int32(5060)}},
		{&sipfacadev1.SipConnection{}, "name", "", "", &sipfacadev1.SipConnection{Name: proto.String("")}},
		{&sipfacadev1.SipConnection{}, "active", "1", "want true or false", nil},
		{&sipfacadev1.SipConnection{}, "create_time", "2001-09-09T01:46:40Z", "",
			&sipfacadev1.SipConnection{CreateTime: &timestamppb.Timestamp{Seconds: 1e9}}},
		{&sipfacadev1.TrunkSettings{}, "media_type", "PROXY_MEDIA", "",
			&sipfacadev1.TrunkSettings{MediaType: sipfacadev1.TrunkMediaType_TRUNK_MEDIA_TYPE_PROXY_MEDIA.Enum()}},
		{&sipfacadev1.OpentactAccount{}, "balance", "1e999", "want a number that fits in 64 bits", nil},
		{&sipfacadev1.UpdateSipConnectionRequest{}, "update_mask", "", "",
			&sipfacadev1.UpdateSipConnectionRequest{UpdateMask: &fieldmaskpb.FieldMask{}}},
	}
	for _, c := range cases {
		parse, ok := New().Text(fields(c.message, c.field))
		if !ok {
			t.Fatalf("%s cannot be read from text", c.field)
		}
		value, problem := parse(c.text)
		if problem != c.problem {
			t.Errorf("%s: problem %q, want %q", c.field, problem, c.problem)
		}
		if c.want == nil {
			continue
		}
		c.message.ProtoReflect().Set(fields(c.message, c.field), value)
		if diff := cmp.Diff(c.want, c.message, protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
	}
	for message, name := range map[proto.Message]protoreflect.Name{
		&errdetails.ErrorInfo{}: "metadata", &sipfacadev1.SipConnection{}: "account", &sipfacadev1.TrunkSettings{}: "other_settings",
	} {
		if _, ok := New().Text(fields(message, name)); ok {
			t.Errorf("%s is read from text", name)
		}
	}
}

// FuzzDecode compares the decoder with protojson: what protojson reads is read the same
// here, and what is read here is written so that protojson reads it.
func FuzzDecode(f *testing.F) {
	seeds := []string{
		`{}`, `{"name":"x","port":5060}`, `{"port":"1e3"}`, `{"tnLeases":{"items":[{"tn":{"phoneNumber":"+1"}}]}}`, `{"port":1.0,"active":true}`,
		`{"class4EgressTrunkSettings":{"mediaType":"TRUNK_MEDIA_TYPE_PROXY_MEDIA","otherSettings":{"a":[null,1e3,{"b":"\u0041"}]}}}`,
		`{"createTime":"2026-01-01T00:00:00.123+02:00"}`, `{"account":{"balance":1e-7,"class4Id":"5"}}`, `[null]`, `{"name":null}`,
	}
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	codec := New()
	f.Fuzz(func(t *testing.T, input []byte) {
		read, theirs := &sipfacadev1.SipConnection{}, &sipfacadev1.SipConnection{}
		report := codec.Decode(input, read, "")
		theirErr := protojson.Unmarshal(input, theirs)
		if theirErr == nil && json.Valid(input) && !agrees(read, report, theirs) { // protojson reads 0e, too
			t.Fatalf("%q: %v, got %v, want %v", input, report.Violations, read, theirs)
		}
		if len(report.Violations) > 0 {
			return
		}
		written, err := codec.Marshal(read)
		again := &sipfacadev1.SipConnection{}
		if err != nil || protojson.Unmarshal(written, again) != nil || !proto.Equal(read, again) {
			t.Fatalf("%q: written as %s, %v", input, written, err)
		}
	})
}

// agrees allows one difference: the limit of nesting.
func agrees(read proto.Message, report Report, theirs proto.Message) bool {
	for _, violation := range report.Violations {
		if strings.HasPrefix(violation.GetDescription(), "nested deeper") {
			return true
		}
	}
	return len(report.Violations) == 0 && proto.Equal(read, theirs)
}
