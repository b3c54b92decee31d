package codec

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/limits"
)

// hostileSize is the size of the largest body that the gateway takes.
const hostileSize = 4 << 20

// hostileBody is a body of the largest size that is made to be expensive.
type hostileBody struct {
	into proto.Message
	body string
	want string // the beginning of the first violation, "" if there is none
}

// filled repeats a text between a beginning and an end, up to the hostile size.
func filled(begin, repeated, end string) string {
	times := (hostileSize - len(begin) - len(end)) / len(repeated)
	return begin + strings.TrimSuffix(strings.Repeat(repeated, times), ",") + end
}

// numbered is filled with a number in every member, so that no two names are equal.
func numbered(begin, format, end string) string {
	var body strings.Builder
	body.WriteString(begin)
	for i := 0; body.Len() < hostileSize-100; i++ {
		fmt.Fprintf(&body, format+",", i)
	}
	return strings.TrimSuffix(body.String(), ",") + end
}

func hostileBodies() map[string]hostileBody {
	tooMany := "the request has more than 20000 messages"
	bodies := map[string]hostileBody{
		"ids":               {&sipfacadev1.AddPbxGroupUsersRequest{}, filled(`{"user_ids":[`, `0,`, `]}`), "user_ids: must have at most 1000 elements"},
		"ids, wrong":        {&sipfacadev1.AddPbxGroupUsersRequest{}, filled(`{"user_ids":[`, `"",`, `]}`), "user_ids[0]: want a whole number"},
		"uuids":             {&sipfacadev1.AssignSipAppTnLeasesRequest{}, filled(`{"add_tn_lease_uuids":[`, `"",`, `]}`), "add_tn_lease_uuids: must have at most 1000 elements"},
		"messages":          {&sipfacadev1.SipConnection{}, filled(`{"tn_leases":{"items":[`, `{},`, `]}}`), "tn_leases.items: " + tooMany},
		"messages, nested":  {&sipfacadev1.SipConnection{}, filled(`{"tn_leases":{"items":[`, `{"sip_connection":{"tn_leases":{"items":[{}]}}},`, `]}}`), "tn_leases.items[4999].sip_connection.tn_leases.items: " + tooMany},
		"map":               {&sipfacadev1.PbxUser{}, numbered(`{"additionalFields":{`, `"%d":""`, `}}`), "additional_fields: " + tooMany},
		"map, wrong":        {&sipfacadev1.PbxUser{}, numbered(`{"additionalFields":{`, `"%d":1`, `}}`), `additional_fields["0"]: want a string`},
		"mask":              {&sipfacadev1.UpdateSipConnectionRequest{}, filled(`{"updateMask":"`, `a,`, `"}`), "update_mask: has more than 100 paths"},
		"mask, one path":    {&sipfacadev1.UpdateSipConnectionRequest{}, filled(`{"updateMask":"`, `a`, `"}`), ""},
		"unknown":           {&sipfacadev1.PbxUser{}, numbered(`{`, `"pasword%d":0`, `}`), `pasword0: unknown field "pasword0"; did you mean "password"?`},
		"unknown, long":     {&sipfacadev1.PbxUser{}, filled(`{"`, `x`, `":0}`), "xxx"},
		"unknown, escaped":  {&sipfacadev1.PbxUser{}, filled(`{"`, `\n`, `":0}`), "\n\n\n"},
		"unknown, a list":   {&sipfacadev1.PbxUser{}, filled(`{"x":[`, `{},`, `]}`), `x: unknown field "x"`},
		"unknown, deep":     {&sipfacadev1.PbxUser{}, filled(`{"x":`, `{"a":`, ``), `x: unknown field "x"`},
		"repeated member":   {&sipfacadev1.PbxUser{}, filled(`{`, `"login":"",`, `}`), "login: duplicate field"},
		"repeated null":     {&sipfacadev1.PbxUser{}, filled(`{`, `"login":null,`, `}`), "login: duplicate field"},
		"string":            {&sipfacadev1.PbxUser{}, filled(`{"login":"`, `x`, `"}`), ""},
		"string, escaped":   {&sipfacadev1.PbxUser{}, filled(`{"login":"`, `\u0041`, `"}`), ""},
		"number":            {&sipfacadev1.PbxUser{}, filled(`{"domainId":`, `9`, `}`), "domain_id: want a whole number"},
		"number, zeros":     {&sipfacadev1.PbxUser{}, filled(`{"domainId":1.`, `0`, `}`), ""},
		"number, exponent":  {&sipfacadev1.PbxUser{}, filled(`{"domainId":1e`, `9`, `}`), "domain_id: want a whole number"},
		"number, fraction":  {&sipfacadev1.OpentactAccount{}, filled(`{"balance":1.`, `9`, `}`), ""},
		"time":              {&sipfacadev1.SipUserInvite{}, filled(`{"expireTime":"2026-01-02T15:04:05.`, `9`, `Z"}`), "expire_time: want a time"},
		"enum":              {&sipfacadev1.TrunkSettings{}, filled(`{"mediaType":"`, `9`, `"}`), "media_type: want one of"},
		"spaces":            {&sipfacadev1.PbxUser{}, filled(`{`, ` `, `}`), ""},
		"lines":             {&sipfacadev1.PbxUser{}, filled(`{`, "\n", `!}`), "body: not valid JSON at 4194302:1"},
		"lists of Structs":  {&sipfacadev1.SipUser{}, filled(`{"groups":[`, `{"a":[`+strings.Repeat("0,", 900)+`0]},`, `]}`), `groups[22]["a"]: ` + tooMany},
		"lists, many small": {&sipfacadev1.SipUser{}, filled(`{"groups":[`, `{"a":0},`, `]}`), "groups: " + tooMany},
	}
	for name, repeated := range map[string]string{"numbers": `0,`, "objects": `{},`, "lists": `[],`} {
		bodies["Struct, list of "+name] = hostileBody{&sipfacadev1.TrunkSettings{}, filled(`{"otherSettings":{"a":[`, repeated, `]}}`),
			`other_settings["a"]: has more than 1000 values in all`}
	}
	settings := map[string][2]string{
		"members":          {numbered(`{"otherSettings":{`, `"%d":0`, `}}`), "other_settings: has more than 1000 values in all"},
		"one member":       {filled(`{"otherSettings":{`, `"a":0,`, `}}`), `other_settings["a"]: duplicate member`},
		"deep objects":     {filled(`{"otherSettings":`, `{"a":`, ``), `other_settings["a"]["a"]`},
		"deep lists":       {filled(`{"otherSettings":{"a":`, `[`, ``), `other_settings["a"][0][0]`},
		"a long member":    {filled(`{"otherSettings":{"`, `k`, `":[1e999]}}`), `other_settings["kkk`},
		"a number":         {filled(`{"otherSettings":{"a":1.`, `9`, `}}`), ""},
		"a list of number": {filled(`{"otherSettings":{"a":[`, `1e999,`, `]}}`), `other_settings["a"][0]: want a number that fits`},
	}
	for name, body := range settings {
		bodies["Struct, "+name] = hostileBody{&sipfacadev1.TrunkSettings{}, body[0], body[1]}
	}
	return bodies
}

// maxCost is how many times its own size a request may allocate.
const maxCost = 10

// TestDecodeCost: no body allocates more than ten times its size, and none is read past
// the limit that it exceeds. It measures the allocations of the whole process, so it
// does not run beside others.
func TestDecodeCost(t *testing.T) {
	codec := New()
	for name, c := range hostileBodies() {
		data := []byte(c.body)
		codec.Decode([]byte("{}"), c.into.ProtoReflect().New().Interface(), "") // compiles the plan
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		report := codec.Decode(data, c.into, "")
		runtime.ReadMemStats(&after)
		if spent := after.TotalAlloc - before.TotalAlloc; spent > maxCost*uint64(len(data)) {
			t.Errorf("%s: %d bytes cost %d bytes of memory", name, len(data), spent)
		}
		first := ""
		if len(report.Violations) > 0 {
			first = report.Violations[0].GetField() + ": " + report.Violations[0].GetDescription()
		}
		if (c.want == "") != (first == "") || !strings.HasPrefix(first, c.want) {
			t.Errorf("%s: got %.300q, want %q", name, first, c.want)
		}
	}
}

// TestDecodeAtTheLimits: what is just inside of a limit is read.
func TestDecodeAtTheLimits(t *testing.T) {
	t.Parallel()
	list := func(element string, times int) string {
		return "[" + strings.TrimSuffix(strings.Repeat(element+",", times), ",") + "]"
	}
	for name, c := range map[string]struct {
		into      proto.Message
		body      string
		wantWrong bool
	}{
		"ids":                   {&sipfacadev1.AddPbxGroupUsersRequest{}, `{"user_ids":` + list("7", 1000) + `}`, false},
		"ids, one too many":     {&sipfacadev1.AddPbxGroupUsersRequest{}, `{"user_ids":` + list("7", 1001) + `}`, true},
		"leases":                {&sipfacadev1.SipConnection{}, `{"tn_leases":{"items":` + list("{}", limits.MaxElements-1) + `}}`, false},
		"leases, one too many":  {&sipfacadev1.SipConnection{}, `{"tn_leases":{"items":` + list("{}", limits.MaxElements) + `}}`, true},
		"setting":               {&sipfacadev1.TrunkSettings{}, `{"other_settings":{"a":` + list("1", limits.MaxStructValues-1) + `}}`, false},
		"setting, one too many": {&sipfacadev1.TrunkSettings{}, `{"other_settings":{"a":` + list("1", limits.MaxStructValues) + `}}`, true},
		"mask":                  {&sipfacadev1.UpdateSipConnectionRequest{}, `{"update_mask":"` + strings.Repeat("a,", 99) + `a"}`, false},
		"mask, one too many":    {&sipfacadev1.UpdateSipConnectionRequest{}, `{"update_mask":"` + strings.Repeat("a,", 100) + `a"}`, true},
	} {
		report := New().Decode([]byte(c.body), c.into, "")
		if wrong := len(report.Violations) > 0; wrong != c.wantWrong || len(report.Violations) > 1 {
			t.Errorf("%s: %v", name, report.Violations)
		}
	}
}

func BenchmarkDecodeHostile(b *testing.B) {
	codec := New()
	for name, c := range hostileBodies() {
		data, kind := []byte(c.body), c.into.ProtoReflect().Type()
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				codec.Decode(data, kind.New().Interface(), "")
			}
		})
	}
}
