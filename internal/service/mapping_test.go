package service

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// filler gives every field of a value its own content, so that a field that is
// mapped to the wrong place shows.
type filler struct{ count int }

// words are the contents of strings that must be one of few.
var words = map[string]string{"Filemat": "mp3", "Digits": "12085687492"}

func (f *filler) fill(value reflect.Value, name string, depth int) {
	f.count++
	switch value.Kind() {
	case reflect.Pointer:
		if depth > 0 || value.Type().Elem().Kind() != reflect.Struct {
			value.Set(reflect.New(value.Type().Elem()))
			f.fill(value.Elem(), name, depth-1)
		}
	case reflect.Slice:
		if depth > 0 {
			value.Set(reflect.MakeSlice(value.Type(), 2, 2))
			f.fill(value.Index(0), name, depth)
			f.fill(value.Index(1), name, depth)
		}
	case reflect.Map:
		value.Set(reflect.ValueOf(map[string]any{"media_type": "Proxy Media", name: float64(f.count)}))
	case reflect.Struct:
		if _, ok := value.Interface().(time.Time); ok {
			value.Set(reflect.ValueOf(time.Date(2026, 1, 1, 0, 0, f.count, 0, time.UTC)))
			return
		}
		for i := range value.NumField() {
			f.fill(value.Field(i), value.Type().Field(i).Name, depth)
		}
	case reflect.String:
		value.SetString(fmt.Sprint(name, f.count))
		if word, ok := words[name]; ok {
			value.SetString(word)
		}
	case reflect.Bool:
		value.SetBool(true)
	case reflect.Float64:
		value.SetFloat(float64(f.count))
	default:
		value.SetInt(int64(f.count))
	}
}

// filled is a value with every field set, three levels deep.
func filled[T any]() *T {
	value := new(T)
	new(filler).fill(reflect.ValueOf(value).Elem(), "", 3)
	return value
}

// otherNames are the vendor types' names of fields that are not called alike.
var otherNames = map[string]string{
	"createtime": "createdon", "updatetime": "modifiedon", "expiretime": "expiredon", "deletetime": "deletedon",
	"numberpoolenabled": "numberpoolenable", "failovercallbackurl": "callbackurl2",
}

// elsewhere are the fields that are made from more than one field of the vendor's.
var elsewhere = map[protoreflect.FullName]bool{
	"sipfacade.v1.SipConnection.product_id": true, "sipfacade.v1.SipConnection.outbound_voice_profile_uuid": true,
	"sipfacade.v1.SipApp.outbound_voice_profile_uuid": true, "sipfacade.v1.Account.time_zone": true,
	"sipfacade.v1.SipAppCall.phone_number": true, "sipfacade.v1.TelephoneNumber.phone_number": true, "sipfacade.v1.OutboundVoiceProfile.file_format": true,
}

// source is the content of the vendor's field that a proto field is called like, or
// "" for one that holds no scalar.
func source(from reflect.Value, field protoreflect.FieldDescriptor) (content string, found bool) {
	name := strings.ReplaceAll(string(field.Name()), "_", "")
	if other, ok := otherNames[name]; ok {
		name = other
	}
	value := from.FieldByNameFunc(func(candidate string) bool { return strings.ToLower(candidate) == name })
	for value.IsValid() && value.Kind() == reflect.Pointer {
		value = value.Elem()
	}
	if !value.IsValid() {
		return "", false
	}
	if at, ok := value.Interface().(time.Time); ok {
		return at.String(), true
	}
	return fmt.Sprint(value.Interface()), true
}

// checkMapping: every field of the message is set, and each scalar from the field
// that it is called like.
func checkMapping(t *testing.T, from any, to proto.Message) {
	t.Helper()
	message := to.ProtoReflect()
	fields := message.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if !message.Has(field) {
			t.Errorf("%s is not mapped", field.FullName())
			continue
		}
		var got string
		switch value := message.Get(field); {
		case elsewhere[field.FullName()], field.IsList():
			continue
		case field.Message() == nil:
			got = fmt.Sprint(value.Interface())
		default:
			at, ok := value.Message().Interface().(*timestamppb.Timestamp)
			if !ok {
				continue
			}
			got = at.AsTime().String()
		}
		want, found := source(reflect.ValueOf(from).Elem(), field)
		if !found || got != want {
			t.Errorf("%s is %q, want %q (found %t)", field.FullName(), got, want, found)
		}
	}
}

// TestMappingsAreWhole: a field that is in the vendor's type and in the contract, and
// not in the mapping between them, fails here.
func TestMappingsAreWhole(t *testing.T) {
	t.Parallel()
	whole := func(name string, from any, to proto.Message) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkMapping(t, from, to)
		})
	}
	anAccount, aUser, aSIPUser, aProduct := filled[opentact.Account](), filled[opentact.User](), filled[opentact.SIPUser](), filled[opentact.Product]()
	aConnection, anInvite, aLease, aNumber := filled[opentact.Connection](), filled[opentact.Invite](), filled[opentact.Lease](), filled[opentact.TN]()
	anOrder, anApp, aProfile, aVoiceProfile := filled[opentact.Order](), filled[opentact.App](), filled[opentact.MessagingProfile](), filled[opentact.VoiceProfile]()
	aCall := filled[opentact.Call]()
	whole("call", aCall, sipAppCall(aCall))
	whole("account", anAccount, account(anAccount))
	whole("user", aUser, user(aUser))
	whole("SIP user", aSIPUser, sipUser(aSIPUser))
	whole("product", aProduct, sipConnectionProduct(aProduct))
	whole("connection", aConnection, sipConnection(aConnection))
	whole("invite", anInvite, sipUserInvite(anInvite))
	whole("lease", aLease, tnLease(aLease))
	whole("telephone number", aNumber, telephoneNumber(aNumber))
	whole("order", anOrder, tnOrder(anOrder))
	whole("app", anApp, sipApp(anApp))
	whole("messaging profile", aProfile, messagingProfile(aProfile))
	whole("voice profile", aVoiceProfile, outboundVoiceProfile(aVoiceProfile))
}

// TestMappingsFromElsewhere are the fields that checkMapping passes over.
func TestMappingsFromElsewhere(t *testing.T) {
	t.Parallel()
	from := filled[opentact.Connection]()
	connection := sipConnection(from)
	got := []any{
		connection.GetProductId(), connection.GetOutboundVoiceProfileUuid(), connection.GetAccount().GetTimeZone(),
		sipApp(filled[opentact.App]()).OutboundVoiceProfileUuid != nil, telephoneNumber(filled[opentact.TN]()).GetPhoneNumber(), sipAppCall(filled[opentact.Call]()).GetPhoneNumber(),
		connection.GetOutboundVoiceProfile().GetFileFormat(), len(connection.GetTnLeases()), len(connection.GetSipUsers()), len(connection.GetSipUserInvites()),
		connection.GetClass4IngressTrunkSettings().GetMediaType(),
	}
	want := []any{
		*from.Product.ID, from.OutboundVoiceProfile.UUID, from.Account.TimeZone.Name, true, "+12085687492", "+12085687492", pb.FileFormat_FILE_FORMAT_MP3, 2, 2, 2,
		pb.MediaType_MEDIA_TYPE_PROXY_MEDIA,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestMappingsOfNothing: what the vendor leaves out is absent, and no mapping falls
// over it.
func TestMappingsOfNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want proto.Message }{
		{sipConnection(&opentact.Connection{}), &pb.SipConnection{}},
		{sipUserInvite(&opentact.Invite{}), &pb.SipUserInvite{}},
		{sipAppCall(&opentact.Call{}), &pb.SipAppCall{}},
		{tnLease(&opentact.Lease{}), &pb.TnLease{}},
		{telephoneNumber(&opentact.TN{}), &pb.TelephoneNumber{}},
		{tnOrder(&opentact.Order{}), &pb.TnOrder{}},
		{sipApp(&opentact.App{}), &pb.SipApp{}},
		{messagingProfile(&opentact.MessagingProfile{}), &pb.MessagingProfile{}},
		{outboundVoiceProfile(&opentact.VoiceProfile{}), &pb.OutboundVoiceProfile{}},
		{sipConnectionProduct(&opentact.Product{}), &pb.SipConnectionProduct{}},
		{account(&opentact.Account{}), &pb.Account{}},
		{user(&opentact.User{}), &pb.User{}},
		{sipUser(&opentact.SIPUser{}), &pb.SipUser{}},
	} {
		if diff := cmp.Diff(c.want, c.got, protocmp.Transform()); diff != "" {
			t.Errorf("%T: %s", c.got, diff)
		}
	}
	if sipConnection(nil) != nil || sipUserInvite(nil) != nil || tnLease(nil) != nil || telephoneNumber(nil) != nil || tnOrder(nil) != nil ||
		sipApp(nil) != nil || messagingProfile(nil) != nil || outboundVoiceProfile(nil) != nil || sipConnectionProduct(nil) != nil || account(nil) != nil || user(nil) != nil {
		t.Error("nothing is mapped to something")
	}
}

func TestPhoneNumber(t *testing.T) {
	t.Parallel()
	for digits, want := range map[string]string{
		"12085687492": "+12085687492", "123456789012345": "+123456789012345", "1234567890": "1234567890", "1234567890123456": "1234567890123456",
		"+12085687492": "+12085687492", "": "", "007": "007", "1208568749x": "1208568749x", "120 8568 7492": "120 8568 7492", "١٢٣٤٥٦": "١٢٣٤٥٦",
	} {
		if got := phoneNumber(digits); got != want {
			t.Errorf("%q: %q, want %q", digits, got, want)
		}
	}
}

// TestTrunkSettings: the vendor's object comes apart and together again.
func TestTrunkSettings(t *testing.T) {
	t.Parallel()
	other := func(members map[string]any) *structpb.Struct {
		object, err := structpb.NewStruct(members)
		if err != nil {
			t.Fatal(err)
		}
		return object
	}
	deep := map[string]any{"call_limit": 10.0, "codecs": []any{"PCMU", nil, true}, "reg_user": []any{map[string]any{"username": "u", "n": map[string]any{}}}, "big": "9007199254740993"}
	with := func(members map[string]any, mediaType any) map[string]any {
		all := map[string]any{"media_type": mediaType}
		for name, value := range members {
			all[name] = value
		}
		return all
	}
	for name, c := range map[string]struct {
		vendor map[string]any
		want   *pb.TrunkSettings
		back   map[string]any // where it differs from vendor
	}{
		"nothing":         {nil, nil, nil},
		"empty":           {map[string]any{}, nil, nil},
		"bypass":          {with(nil, "Bypass Media"), &pb.TrunkSettings{MediaType: new(pb.MediaType_MEDIA_TYPE_BYPASS_MEDIA)}, nil},
		"transcoding":     {with(deep, "Proxy Media + Transcoding"), &pb.TrunkSettings{MediaType: new(pb.MediaType_MEDIA_TYPE_PROXY_MEDIA_TRANSCODING), OtherSettings: other(deep)}, nil},
		"proxy, any case": {with(nil, " proxy media "), &pb.TrunkSettings{MediaType: new(pb.MediaType_MEDIA_TYPE_PROXY_MEDIA)}, with(nil, "Proxy Media")},
		"another word":    {with(deep, "Relay"), &pb.TrunkSettings{OtherSettings: other(with(deep, "Relay"))}, nil},
		"no word":         {with(nil, 3.0), &pb.TrunkSettings{OtherSettings: other(with(nil, 3.0))}, nil},
		"null":            {with(nil, nil), &pb.TrunkSettings{OtherSettings: other(with(nil, nil))}, nil},
		"no media type":   {deep, &pb.TrunkSettings{OtherSettings: other(deep)}, nil},
	} {
		got := trunkSettings(c.vendor)
		if diff := cmp.Diff(c.want, got, protocmp.Transform()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if got == nil {
			continue
		}
		if c.back == nil {
			c.back = c.vendor
		}
		if diff := cmp.Diff(c.back, flatSettings(got)); diff != "" {
			t.Errorf("%s, back: %s", name, diff)
		}
	}
}

// TestVendorWords: every enum that callers send has a word for each of its values,
// and each word leads back.
func TestVendorWords(t *testing.T) {
	t.Parallel()
	for _, enum := range []protoreflect.EnumDescriptor{pb.MediaType(0).Descriptor(), pb.FileFormat(0).Descriptor(), pb.PbxRingStrategy(0).Descriptor()} {
		known := vendorWords[enum.FullName()]
		for i := range enum.Values().Len() {
			value := enum.Values().Get(i)
			word, ok := known[value.Number()]
			if ok == (value.Number() == 0) {
				t.Errorf("%s has the word %q", value.Name(), word)
			}
			if back, found := enumOf[pb.MediaType](known, strings.ToUpper(word)); ok && (!found || back.Number() != value.Number()) {
				t.Errorf("%q leads to %d", word, back)
			}
		}
	}
	if _, found := enumOf[pb.MediaType](mediaTypes, ""); found {
		t.Error("an empty word is known")
	}
}

// manyInvites are rows as ListInvites returns them.
func manyInvites(count int) []*opentact.Invite {
	invites := make([]*opentact.Invite, count)
	for i := range invites {
		at := time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC)
		invites[i] = &opentact.Invite{
			Base: opentact.Base{UUID: fmt.Sprintf("3b2f6a50-93f5-4a52-8d0c-%012d", i), CreatedOn: at, ModifiedOn: at},
			Name: new(fmt.Sprint("Desk ", i)), Token: new("b7c1f0a94be04c6f8f5d2f6a1d3e9c87"), ExpiredOn: at,
		}
	}
	return invites
}

func BenchmarkMapInvites(b *testing.B) {
	for _, count := range []int{1, 10_000} {
		invites := manyInvites(count)
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if rows := each(invites, sipUserInvite); len(rows) != count {
					b.Fatal(len(rows))
				}
			}
		})
	}
	whole := filled[opentact.Invite]()
	b.Run("1 with everything nested", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if sipUserInvite(whole) == nil {
				b.Fatal("nothing")
			}
		}
	})
}
