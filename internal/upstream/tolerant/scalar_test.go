package tolerant

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// forms has a member of each form that a scalar can be kept in.
type forms struct {
	Text, UUID, Date string
	Instant          time.Time
	Flag             bool
	OptionalText     *string
	Integer          *int64
	Integer32        *int32
	Number           *float64
	OptionalFlag     *bool
	FreeForm         map[string]any
	FreeForms        []map[string]any
}

// fields are the forms as messages of the contract have them.
type fields struct {
	text, uuid, date string
	time             *timestamppb.Timestamp
	flag             bool
	optionalText     *string
	int64            *int64
	int32            *int32
	double           *float64
	optionalFlag     *bool
	object           *structpb.Struct
	objects          []*structpb.Struct
}

// fieldsMember reads one member of each form.
func fieldsMember(r *Reader, name []byte, f *fields) error {
	switch string(name) {
	case "text":
		return r.String("text", &f.text)
	case "uuid":
		return r.UUID("uuid", &f.uuid)
	case "date":
		return r.Date("date", &f.date)
	case "instant":
		return r.Time("instant", &f.time)
	case "flag":
		return r.Bool("flag", &f.flag)
	case "otext":
		return r.OptionalString("otext", &f.optionalText)
	case "integer":
		return r.OptionalInt64("integer", &f.int64)
	case "integer32":
		return r.OptionalInt32("integer32", &f.int32)
	case "number":
		return r.OptionalDouble("number", &f.double)
	case "oflag":
		return r.OptionalBool("oflag", &f.optionalFlag)
	case "free":
		return r.Struct("free", &f.object)
	case "frees":
		return r.Structs("frees", &f.objects)
	case "foreign":
		return &ForeignError{Member: "foreign"}
	default:
		return r.Skip()
	}
}

// forms returns the fields in plain types, which are easier to write down.
func (f *fields) forms() forms {
	found := forms{
		Text: f.text, UUID: f.uuid, Date: f.date, Flag: f.flag, OptionalText: f.optionalText,
		Integer: f.int64, Integer32: f.int32, Number: f.double, OptionalFlag: f.optionalFlag,
	}
	if f.time != nil {
		found.Instant = f.time.AsTime()
	}
	if f.object != nil {
		found.FreeForm = f.object.AsMap()
	}
	for _, object := range f.objects {
		found.FreeForms = append(found.FreeForms, object.AsMap())
	}
	return found
}

// readForms reads one object to the end of the input.
func readForms(t *testing.T, body string) (forms, map[string]int, error) {
	t.Helper()
	r := NewReader(strings.NewReader(body))
	defer r.Release()
	var into fields
	_, err := Read(r, &into, fieldsMember)
	if err == nil {
		err = r.End()
	}
	return into.forms(), misreadsOf(r), err
}

func ptr[T any](v T) *T { return &v }

func TestScalarForms(t *testing.T) {
	t.Parallel()
	seconds := time.Date(2020, 10, 26, 8, 44, 15, 0, time.UTC)
	instant := func(at time.Time) forms { return forms{Instant: at} }
	integer := func(v int64) forms { return forms{Integer: &v} }
	integer32 := func(v int32) forms { return forms{Integer32: &v} }
	number := func(v float64) forms { return forms{Number: &v} }
	flag := func(v bool) forms { return forms{Flag: v, OptionalFlag: &v} }
	text := func(v string) forms { return forms{Text: v, OptionalText: &v} }
	const text2, flag2 = `{"text":V,"otext":V}`, `{"flag":V,"oflag":V}`
	cases := []struct {
		object  string // V stands for the value
		value   string
		want    forms
		misread bool
	}{
		{object: text2, value: `"Front desk"`, want: text("Front desk")},
		{object: text2, value: `"  "`, want: text("  ")},
		{object: text2, value: `""`},
		{object: text2, value: `null`},
		{object: text2, value: `007`, misread: false, want: forms{}}, // no JSON: see below
		{object: text2, value: `12085687492`, want: text("12085687492")},
		{object: text2, value: `99999999999999999999999`, want: text("99999999999999999999999")},
		{object: text2, value: `true`, want: text("true")},
		{object: text2, value: `{"a":1}`, misread: true},
		{object: text2, value: `[["a"]]`, misread: true},
		{object: text2, value: `"caf\u00e9 \ud83d\ude42\n"`, want: text("café 🙂\n")},
		{object: text2, value: `"half \ud83d of caf\u00e9"`, want: text("half \ufffd of café")},
		{object: text2, value: "\"byte \xff\"", want: text("byte \ufffd")},
		{object: text2, value: "\"byte \xff and \\u00e9\"", want: text("byte \ufffd and é")},
		{object: text2, value: `"\u0000"`, want: text("\x00")},
		{object: `{"\u0074ext":V}`, value: `"x"`, want: forms{Text: "x"}},

		{object: `{"uuid":V}`, value: `"5E0C1C50-0000-4000-8000-00000000000A"`, want: forms{UUID: "5e0c1c50-0000-4000-8000-00000000000a"}},
		{object: `{"uuid":V}`, value: `null`},
		{object: `{"uuid":V}`, value: `{}`, misread: true},

		{object: `{"integer":V}`, value: `5060`, want: integer(5060)},
		{object: `{"integer":V}`, value: `"5060"`, want: integer(5060)},
		{object: `{"integer":V}`, value: `" 5060 "`, want: integer(5060)},
		{object: `{"integer":V}`, value: `"-5060"`, want: integer(-5060)},
		{object: `{"integer":V}`, value: `5060.0`, want: integer(5060)},
		{object: `{"integer":V}`, value: `"5060.0"`, want: integer(5060)},
		{object: `{"integer":V}`, value: `5.06e3`, want: integer(5060)},
		{object: `{"integer":V}`, value: `"5e3"`, want: integer(5000)},
		{object: `{"integer":V}`, value: `-0`, want: integer(0)},
		{object: `{"integer":V}`, value: `true`, want: integer(1)},
		{object: `{"integer":V}`, value: `"false"`, want: integer(0)},
		{object: `{"integer":V}`, value: `9223372036854775807`, want: integer(math.MaxInt64)},
		{object: `{"integer":V}`, value: `"-9223372036854775808"`, want: integer(math.MinInt64)},
		{object: `{"integer":V}`, value: `9007199254740991.0`, want: integer(1<<53 - 1)},
		{object: `{"integer":V}`, value: `9007199254740993.0`, misread: true},
		{object: `{"integer":V}`, value: `9223372036854775808`, misread: true},
		{object: `{"integer":V}`, value: `1e400`, misread: true},
		{object: `{"integer":V}`, value: `5060.5`, misread: true},
		{object: `{"integer":V}`, value: `"Infinity"`, misread: true},
		{object: `{"integer":V}`, value: `"NaN"`, misread: true},
		{object: `{"integer":V}`, value: `"many"`, misread: true},
		{object: `{"integer":V}`, value: `"12_7"`, misread: true},
		{object: `{"integer":V}`, value: `"1_000.0"`, misread: true},
		{object: `{"integer":V}`, value: `"0x1p4"`, misread: true},
		{object: `{"integer":V}`, value: `" "`, misread: true},
		{object: `{"integer":V}`, value: `null`},
		{object: `{"integer":V}`, value: `""`},
		{object: `{"integer":V}`, value: `[1]`, misread: true},
		{object: `{"integer":V}`, value: `{}`, misread: true},

		{object: `{"integer32":V}`, value: `2147483647`, want: integer32(math.MaxInt32)},
		{object: `{"integer32":V}`, value: `"-2147483648"`, want: integer32(math.MinInt32)},
		{object: `{"integer32":V}`, value: `2147483648`, misread: true},
		{object: `{"integer32":V}`, value: `-2147483649`, misread: true},
		{object: `{"integer32":V}`, value: `null`},

		{object: `{"number":V}`, value: `99.87895`, want: number(99.87895)},
		{object: `{"number":V}`, value: `"99.87895"`, want: number(99.87895)},
		{object: `{"number":V}`, value: `0`, want: number(0)},
		{object: `{"number":V}`, value: `1e-3`, want: number(0.001)},
		{object: `{"number":V}`, value: `"NaN"`, misread: true},
		{object: `{"number":V}`, value: `"-Infinity"`, misread: true},
		{object: `{"number":V}`, value: `1e400`, misread: true},
		{object: `{"number":V}`, value: `"12,5"`, misread: true},
		{object: `{"number":V}`, value: `"12_5.0"`, misread: true},
		{object: `{"number":V}`, value: `"0x1p4"`, misread: true},
		{object: `{"number":V}`, value: `true`, misread: true},
		{object: `{"number":V}`, value: `""`},
		{object: `{"number":V}`, value: `null`},

		{object: flag2, value: `true`, want: flag(true)},
		{object: flag2, value: `false`, want: flag(false)},
		{object: flag2, value: `1`, want: flag(true)},
		{object: flag2, value: `0`, want: flag(false)},
		{object: flag2, value: `"true"`, want: flag(true)},
		{object: flag2, value: `"True"`, want: flag(true)},
		{object: flag2, value: `"FALSE"`, want: flag(false)},
		{object: flag2, value: `"1"`, want: flag(true)},
		{object: flag2, value: `"0"`, want: flag(false)},
		{object: flag2, value: `"yes"`, want: flag(true)},
		{object: flag2, value: `"No"`, want: flag(false)},
		{object: flag2, value: `"on"`, want: flag(true)},
		{object: flag2, value: `" off "`, want: flag(false)},
		{object: flag2, value: `2`, misread: true},
		{object: flag2, value: `"perhaps"`, misread: true},
		{object: flag2, value: `null`},
		{object: flag2, value: `""`},
		{object: flag2, value: `[]`, misread: true},

		{object: `{"instant":V}`, value: `"2020-10-26T08:44:15.621Z"`, want: instant(seconds.Add(621 * time.Millisecond))},
		{object: `{"instant":V}`, value: `"2020-10-26T08:44:15Z"`, want: instant(seconds)},
		{object: `{"instant":V}`, value: `"2020-10-26T10:44:15+02:00"`, want: instant(seconds)},
		{object: `{"instant":V}`, value: `"2020-10-26T10:44:15+0200"`, want: instant(seconds)},
		{object: `{"instant":V}`, value: `"2020-10-26T10:44:15.5+0200"`, want: instant(seconds.Add(500 * time.Millisecond))},
		{object: `{"instant":V}`, value: `"2020-10-26 08:44:15Z"`, want: instant(seconds)},
		{object: `{"instant":V}`, value: `"2020-10-26 08:44:15.621+00:00"`, want: instant(seconds.Add(621 * time.Millisecond))},
		{object: `{"instant":V}`, value: `"0000-00-00 00:00:00"`},
		{object: `{"instant":V}`, value: `"0000-00-00"`},
		{object: `{"instant":V}`, value: `"0001-01-01T00:00:00Z"`},
		{object: `{"instant":V}`, value: `"0001-01-01T00:00:00.001Z"`, want: instant(time.Date(1, 1, 1, 0, 0, 0, 1e6, time.UTC))},
		{object: `{"instant":V}`, value: `"9999-12-31T23:59:59Z"`, want: instant(time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC))},
		{object: `{"instant":V}`, value: `"0001-01-01T00:00:00+05:00"`, misread: true}, // a year before the first
		{object: `{"instant":V}`, value: `"9999-12-31T23:59:59-05:00"`, misread: true}, // a year after the last
		{object: `{"instant":V}`, value: `"0000-12-31T00:00:00Z"`, misread: true},
		{object: `{"instant":V}`, value: `"2020-02-30T00:00:00Z"`, misread: true},
		{object: `{"instant":V}`, value: `"2020-10-26T08:44:15"`, misread: true},
		{object: `{"instant":V}`, value: `1603701855`, misread: true},
		{object: `{"instant":V}`, value: `"yesterday"`, misread: true},
		{object: `{"instant":V}`, value: `null`},
		{object: `{"instant":V}`, value: `""`},

		{object: `{"date":V}`, value: `"1990-05-01"`, want: forms{Date: "1990-05-01"}},
		{object: `{"date":V}`, value: `"1990-05-01T22:00:00.000Z"`, want: forms{Date: "1990-05-01"}},
		{object: `{"date":V}`, value: `" 1990-05-01 "`, want: forms{Date: "1990-05-01"}},
		{object: `{"date":V}`, value: `"0000-00-00"`},
		{object: `{"date":V}`, value: `"0000-00-00 00:00:00"`},
		{object: `{"date":V}`, value: `"1990-5-1"`, misread: true},
		{object: `{"date":V}`, value: `"01.05.1990"`, misread: true},
		{object: `{"date":V}`, value: `"1990-13-01"`, misread: true},
		{object: `{"date":V}`, value: `"ééééééé"`, misread: true},
		{object: `{"date":V}`, value: `19900501`, misread: true},
		{object: `{"date":V}`, value: `null`},
		{object: `{"date":V}`, value: `""`},

		{object: `{"free":V}`, value: `{"a":1.5,"b":"x","c":[true,null,{"d":{}}]}`, want: forms{FreeForm: map[string]any{"a": 1.5, "b": "x", "c": []any{true, nil, map[string]any{"d": map[string]any{}}}}}},
		{object: `{"free":V}`, value: `{}`},
		{object: `{"free":V}`, value: `null`},
		{object: `{"free":V}`, value: `"text"`, misread: true},
		{object: `{"free":V}`, value: `[{"a":1}]`, misread: true},
		{object: `{"free":V}`, value: `{"password":"x","Token":["x"],"HA1":{"a":1},"ha1b":1}`},
		{object: `{"free":V}`, value: `{"userPIN":1,"voicemail_pin":"x","PIN_CODE":"x","Passwd":"x","pwd":"x","apiKey":"x","privateKey":{"a":"x"}}`},
		{object: `{"free":V}`, value: `{"auth_pass":"x","credential":"x","accessToken":"x","clientSecret":["x"],"sip_ha1":"x"}`},
		{object: `{"free":V}`, value: `{"keypad":"1","pinned":true,"bypass":1,"auth_type":"x"}`, want: forms{FreeForm: map[string]any{"keypad": "1", "pinned": true, "bypass": 1.0, "auth_type": "x"}}},
		{object: `{"free":V}`, value: `{"a":["{\"password\":\"x\",\"b\":1}","https://u:p@h/?token=x"]}`, want: forms{FreeForm: map[string]any{
			"a": []any{`{"password":"[redacted]","b":1}`, "https://[redacted]@h/?token=[redacted]"}}}},
		{object: `{"free":V}`, value: `{"reg_user":[{"username":"u","password":"x"}]}`, want: forms{FreeForm: map[string]any{"reg_user": []any{map[string]any{"username": "u"}}}}},
		{object: `{"free":V}`, value: `{"p\u0061ssword":"x","a":"b"}`, want: forms{FreeForm: map[string]any{"a": "b"}}},
		{object: `{"free":V}`, value: `{"n":9007199254740991,"o":9007199254740993,"p":-9007199254740993,"q":1e400,"r":12.0,"s":-0.5}`, want: forms{FreeForm: map[string]any{
			"n": float64(1<<53 - 1), "o": "9007199254740993", "p": "-9007199254740993", "q": "1e400", "r": 12.0, "s": -0.5}}},
		{object: `{"free":V}`, value: "{\"a\xff\":\"b\xff\",\"c\\ud83d\":\"d\\ud83d\"}", want: forms{FreeForm: map[string]any{"a\ufffd": "b\ufffd", "c\ufffd": "d\ufffd"}}},

		{object: `{"frees":V}`, value: `[{"a":1},{},null,{"token":1},{"b":2}]`, want: forms{FreeForms: []map[string]any{{"a": 1.0}, {"b": 2.0}}}},
		{object: `{"frees":V}`, value: `{"a":1}`, want: forms{FreeForms: []map[string]any{{"a": 1.0}}}},
		{object: `{"frees":V}`, value: `[]`},
		{object: `{"frees":V}`, value: `null`},
		{object: `{"frees":V}`, value: `"sales"`, misread: true},
	}
	for _, c := range cases {
		body := strings.ReplaceAll(c.object, "V", c.value)
		if c.value == "007" {
			if _, _, err := readForms(t, body); err == nil {
				t.Errorf("%s was read", body)
			}
			continue
		}
		got, misreads, err := readForms(t, body)
		if err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
		if (len(misreads) > 0) != c.misread {
			t.Errorf("%s: misreads %v", body, misreads)
		}
	}
}

// TestMisreadsAreCounted: by member, and the rest of the object is still read.
func TestMisreadsAreCounted(t *testing.T) {
	t.Parallel()
	got, misreads, err := readForms(t, `{"integer":"x","date":[1,[2]],"frees":[1,{"a":1},"b"],"unknown":{"integer":"x"},"text":"kept","flag":{"flag":true}}`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"integer": 1, "date": 1, "frees": 2, "flag": 1}, misreads); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(forms{Text: "kept", FreeForms: []map[string]any{{"a": 1.0}}}, got); diff != "" {
		t.Error(diff)
	}
}

// TestDuplicateMembers: the last value counts; null and empty change nothing, so that
// of two spellings the one that is filled counts.
func TestDuplicateMembers(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]forms{
		`{"text":"a","text":"b"}`:                             {Text: "b"},
		`{"text":"a","text":null,"text":""}`:                  {Text: "a"},
		`{"integer":1,"integer":"2"}`:                         {Integer: ptr[int64](2)},
		`{"flag":true,"flag":false}`:                          {},
		`{"free":{"a":1},"free":{"b":2}}`:                     {FreeForm: map[string]any{"b": 2.0}},
		`{"free":{"a":1},"free":{}}`:                          {FreeForm: map[string]any{"a": 1.0}},
		`{"free":{"a":1,"a":2}}`:                              {FreeForm: map[string]any{"a": 2.0}},
		`{"frees":[{"a":1}],"frees":[{"b":2},{"c":3}]}`:       {FreeForms: []map[string]any{{"b": 2.0}, {"c": 3.0}}},
		`{"frees":[{"a":1}],"frees":[]}`:                      {FreeForms: []map[string]any{{"a": 1.0}}},
		`{"instant":"2020-10-26T08:44:15Z","instant":"0000"}`: {Instant: time.Date(2020, 10, 26, 8, 44, 15, 0, time.UTC)},
	} {
		got, _, err := readForms(t, body)
		if err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
	}
}
