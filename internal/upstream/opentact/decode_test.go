package opentact

import (
	stdjson "encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// seeds are answers to begin fuzzing from.
func seeds(f *testing.F) {
	f.Helper()
	realistic, err := os.ReadFile("testdata/invite.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		string(realistic), expand(everyMember), "", "null", "[]", "<html>",
		`{"success":true,"payload":[1,2]}`, `{"payload":[1,2],"success":1}`, `{"payload":[{},{}],"success":"true"}`,
		`{"success":true,"payload":{"total":3,"data":[{"uuid":"` + otherID + `"}],"take":1}}`,
		`{"success":true,"payload":["` + otherID + `"]}`, `{"success":true,"payload":{"tn":1,"login":"x"}}`,
		`{"success":false,"message":"a\u0000b\ud83d","status":"404","fields":{"params.x":{"message":"m","value":1},"y":2}}`,
		`{"success":true,"payload":{"name":"half \ud83d","expired_on":"9999-12-31T23:59:59-05:00","account":{"balance":1e400,"time_zone":"x"}}}`,
	} {
		f.Add([]byte(seed))
	}
}

// checkDecoded holds for whatever was read: all text is UTF-8, times fit a protobuf
// Timestamp.
func checkDecoded(t *testing.T, value reflect.Value) {
	t.Helper()
	switch value.Kind() {
	case reflect.String:
		if !utf8.ValidString(value.String()) {
			t.Errorf("%q is not UTF-8", value.String())
		}
	case reflect.Pointer, reflect.Interface:
		if !value.IsNil() {
			checkDecoded(t, value.Elem())
		}
	case reflect.Slice:
		for i := range value.Len() {
			checkDecoded(t, value.Index(i))
		}
	case reflect.Map:
		for _, key := range value.MapKeys() {
			checkDecoded(t, key)
			checkDecoded(t, value.MapIndex(key))
		}
	case reflect.Struct:
		if at, ok := value.Interface().(time.Time); ok {
			if year := at.UTC().Year(); year < 1 || year > 9999 {
				t.Errorf("year %d", year)
			}
			return
		}
		for i := range value.NumField() {
			checkDecoded(t, value.Field(i))
		}
	default:
	}
}

// decodeInvite reads one invite from an answer.
func decodeInvite(r *tolerant.Reader) (invite *Invite, err error) {
	defer r.Release()
	err = readAnswer(r, func() (err error) {
		invite, err = inviteRows.one(r)
		return err
	})
	return invite, err
}

// decodeMany reads rows from an answer.
func decodeMany[T any](r *tolerant.Reader, res resource[T]) (rows []*T, err error) {
	defer r.Release()
	err = readAnswer(r, func() (err error) {
		rows, err = res.many(r)
		return err
	})
	return rows, err
}

func FuzzDecodeInvite(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		invite, err := decodeInvite(tolerant.NewReader(strings.NewReader(string(body))))
		slow, slowErr := decodeInvite(tolerant.NewReader(iotest.OneByteReader(strings.NewReader(string(body)))))
		if (err == nil) != (slowErr == nil) {
			t.Fatalf("at once: %v, byte by byte: %v", err, slowErr)
		}
		if err != nil {
			return
		}
		if diff := cmp.Diff(invite, slow); diff != "" {
			t.Error(diff)
		}
		checkDecoded(t, reflect.ValueOf(invite))
		if invite != nil && invite.SIPConnection != nil {
			for _, nested := range invite.SIPConnection.Invites {
				if nested.Token != nil {
					t.Error("a nested invite has a token")
				}
			}
		}
	})
}

func FuzzDecodeConnections(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		connections, err := decodeMany(tolerant.NewReader(strings.NewReader(string(body))), connectionRows)
		if err == nil {
			checkDecoded(t, reflect.ValueOf(connections))
		}
		leases, err := decodeMany(tolerant.NewReader(strings.NewReader(string(body))), leaseRows)
		if err == nil {
			checkDecoded(t, reflect.ValueOf(leases))
		}
	})
}

// FuzzRefusal: the error form is read or it is not; what was read can be cut short
// without turning into a success.
func FuzzRefusal(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		refusal, ok := readRefusal(body)
		if !ok && !cmp.Equal(refusal.Message, "") {
			t.Errorf("no refusal, and yet %q", refusal.Message)
		}
		for i := 1; i < len(refusal.Fields); i++ {
			if refusal.Fields[i-1].Name > refusal.Fields[i].Name {
				t.Errorf("fields out of order: %q", refusal.Fields)
			}
		}
		if refusal.Error() == "" {
			t.Error("no text for the log")
		}
	})
}

// Equivalent structs, for the comparison with reflection-based decoders.
type (
	plainBase struct {
		UUID       string     `json:"uuid"`
		CreatedOn  *time.Time `json:"created_on"`
		ModifiedOn *time.Time `json:"modified_on"`
	}
	plainUser struct {
		plainBase
		Email          string     `json:"email"`
		PhoneNumber    *string    `json:"phone_number"`
		FirstName      string     `json:"first_name"`
		LastName       string     `json:"last_name"`
		Avatar         *string    `json:"avatar"`
		Gender         *string    `json:"gender"`
		DOB            *string    `json:"dob"`
		Role           string     `json:"role"`
		GmailUserID    *string    `json:"gmail_user_id"`
		FacebookUserID *string    `json:"facebook_user_id"`
		AppleUserID    *string    `json:"apple_user_id"`
		WechatUserID   *string    `json:"wechat_user_id"`
		DeletedOn      *time.Time `json:"deleted_on"`
	}
	plainAccount struct {
		plainBase
		Name     string   `json:"name"`
		Email    string   `json:"email"`
		Level    string   `json:"level"`
		Balance  *float64 `json:"balance"`
		Class4ID *int64   `json:"class4_id"`
		TimeZone *struct {
			Name string `json:"name"`
		} `json:"time_zone"`
		DeletedOn *time.Time `json:"deleted_on"`
	}
	plainOwnership struct {
		Account    *plainAccount `json:"account"`
		CreatedBy  *plainUser    `json:"created_by"`
		ModifiedBy *plainUser    `json:"modified_by"`
	}
	plainProduct struct {
		plainBase
		ID          *int32 `json:"id"`
		Name        string `json:"name"`
		Description string `json:"description"`
		Type        string `json:"type"`
		TechPrefix  *int32 `json:"tech_prefix"`
		RateTableID *int64 `json:"rate_table_id"`
		RoutePlanID *int64 `json:"route_plan_id"`
	}
	plainVoiceProfile struct {
		plainBase
		plainOwnership
		Name            *string  `json:"name"`
		TechPrefix      *int32   `json:"tech_prefix"`
		ChannelLimit    *float64 `json:"channel_limit"`
		MaxRate         *float64 `json:"max_rate"`
		RecordCalls     *int32   `json:"record_calls"`
		DailySpendLimit *float64 `json:"daily_spend_limit"`
		Filemat         string   `json:"filemat"`
		AudioTrackType  *int32   `json:"audio_track_type"`
	}
	plainConnection struct {
		plainBase
		plainOwnership
		Name            *string            `json:"name"`
		Active          *bool              `json:"is_active"`
		TechPrefix      *int32             `json:"tech_prefix"`
		Product         *plainProduct      `json:"product"`
		Subdomain       *string            `json:"subdomain"`
		IP              *string            `json:"ip"`
		Port            *int32             `json:"port"`
		IngressID       *int64             `json:"class4_ingress_trunk_id"`
		IngressSettings map[string]any     `json:"class4_ingress_trunk_settings"`
		IngressIP       *int64             `json:"class4_ingress_resource_ip_id"`
		EgressID        *int64             `json:"class4_egress_trunk_id"`
		EgressSettings  map[string]any     `json:"class4_egress_trunk_settings"`
		EgressIP        *int64             `json:"class4_egress_resource_ip_id"`
		PrefixID        *int64             `json:"class4_trunk_prefix_id"`
		Invites         []*plainInvite     `json:"sip_user_invites"`
		VoiceProfile    *plainVoiceProfile `json:"outbound_voice_profile"`
	}
	plainInvite struct {
		plainBase
		plainOwnership
		Name          *string          `json:"name"`
		ExpiredOn     *time.Time       `json:"expired_on"`
		Token         *string          `json:"token"`
		SIPConnection *plainConnection `json:"sip_connection"`
	}
	plainEnvelope[T any] struct {
		Success bool   `json:"success"`
		Message string `json:"message"`
		Payload T      `json:"payload"`
	}
)

// BenchmarkDecodeInvite: one realistic answer, beside the decoders that read into
// structs by reflection and take each value in one form alone.
func BenchmarkDecodeInvite(b *testing.B) {
	body, err := os.ReadFile("testdata/invite.json")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("tolerant", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			if invite, err := decodeInvite(tolerant.NewReader(strings.NewReader(string(body)))); err != nil || invite.Token == nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			var into plainEnvelope[plainInvite]
			if err := stdjson.NewDecoder(strings.NewReader(string(body))).Decode(&into); err != nil || into.Payload.Token == nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("json-v2", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			var into plainEnvelope[plainInvite]
			if err := json.UnmarshalRead(strings.NewReader(string(body)), &into); err != nil || into.Payload.Token == nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkDecode10000Invites: a list as long as a large customer has.
func BenchmarkDecode10000Invites(b *testing.B) {
	objects := make([]string, 10_000)
	for i := range objects {
		objects[i] = fmt.Sprintf(`{"created_on":"2020-10-26T08:44:15.621Z","modified_on":"2020-10-26T08:44:15.621Z","uuid":"3b2f6a50-93f5-4a52-8d0c-%012d",`+
			`"name":"Desk %d","expired_on":"2026-12-31T23:59:59.000Z","token":"b7c1f0a94be04c6f8f5d2f6a%08d","sip_connection":{},"account":{},"created_by":{},"modified_by":{}}`, i, i, i)
	}
	body := `{"success":true,"payload":[` + strings.Join(objects, ",") + `]}`
	b.Run("tolerant", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			if rows, err := decodeMany(tolerant.NewReader(strings.NewReader(body)), inviteRows); err != nil || len(rows) != len(objects) {
				b.Fatal(len(rows), err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			var into plainEnvelope[[]*plainInvite]
			if err := stdjson.NewDecoder(strings.NewReader(body)).Decode(&into); err != nil || len(into.Payload) != len(objects) {
				b.Fatal(err)
			}
		}
	})
	b.Run("json-v2", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			var into plainEnvelope[[]*plainInvite]
			if err := json.UnmarshalRead(strings.NewReader(body), &into); err != nil || len(into.Payload) != len(objects) {
				b.Fatal(err)
			}
		}
	})
}
