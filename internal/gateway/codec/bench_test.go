package codec

import (
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// benchedInvite is an invite of about 3 KB with everything that the vendor nests
// in it.
func benchedInvite() *sipfacadev1.SipUserInvite {
	stamp := timestamppb.New(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC))
	user := &sipfacadev1.OpentactUser{
		Uuid: "8f2c1f0a-7c4f-4f0e-9a53-0a6a1e2f3b4c", Email: "operator@example.net", PhoneNumber: "+441632960001",
		FirstName: "Ada", LastName: "Lovelace", Avatar: "https://example.net/a.png", Role: "Admin", Dob: "1990-12-10",
		CreateTime: stamp, UpdateTime: stamp,
	}
	account := &sipfacadev1.OpentactAccount{
		Uuid: "0d9b6a52-6f0d-4f8c-8d5d-3a1b2c4d5e6f", Name: "Example Telecom", Email: "billing@example.net", Level: "Level1",
		Balance: proto.Float64(99.87895), Class4Id: proto.Int64(12345), TimeZone: "Europe/London", CreateTime: stamp, UpdateTime: stamp,
	}
	settings := &sipfacadev1.TrunkSettings{
		MediaType: sipfacadev1.TrunkMediaType_TRUNK_MEDIA_TYPE_PROXY_MEDIA.Enum(),
		OtherSettings: &structpb.Struct{Fields: map[string]*structpb.Value{
			"call_limit": structpb.NewNumberValue(10), "cps_limit": structpb.NewNumberValue(2), "t38": structpb.NewBoolValue(true),
			"codecs": structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{structpb.NewStringValue("PCMU"), structpb.NewStringValue("G729")}}),
		}},
	}
	return &sipfacadev1.SipUserInvite{
		Uuid: "5a0f6b1e-1c2d-4e3f-8a9b-0c1d2e3f4a5b", Name: proto.String("Front desk"), ExpireTime: stamp, Token: proto.String("0123456789abcdef"),
		CreateTime: stamp, UpdateTime: stamp, Account: account, CreatedBy: user, UpdatedBy: user,
		SipConnection: &sipfacadev1.SipConnection{
			Uuid: "11111111-2222-4333-8444-555555555555", Name: proto.String("Main trunk"), Subdomain: proto.String("main"),
			Ip: proto.String("192.0.2.10"), Port: proto.Int32(5060), Active: proto.Bool(true), ProductId: proto.Int32(7),
			Class4IngressTrunkSettings: settings, Class4EgressTrunkSettings: settings, Class4IngressTrunkId: proto.Int64(1),
			Account: account, CreatedBy: user, UpdatedBy: user, CreateTime: stamp, UpdateTime: stamp,
		},
	}
}

// benchedApp is an app of about 3 KB with its relations.
func benchedApp() *sipfacadev1.SipApp {
	invite := benchedInvite()
	connection := invite.GetSipConnection()
	lease := &sipfacadev1.TnLease{
		Uuid: "22222222-3333-4444-8555-666666666666", Autorenew: new(true), CreateTime: invite.GetCreateTime(),
		Tn: &sipfacadev1.TelephoneNumber{PhoneNumber: "+441632960002"},
	}
	return &sipfacadev1.SipApp{
		Uuid: invite.GetUuid(), Name: invite.Name, Subdomain: connection.Subdomain, Active: proto.Bool(true),
		Class4EgressTrunkSettings: connection.GetClass4EgressTrunkSettings(), Class4EgressTrunkId: proto.Int64(1 << 40),
		OutboundVoiceProfile: &sipfacadev1.OutboundVoiceProfile{Uuid: invite.GetUuid(), Name: invite.Name, Account: invite.GetAccount()},
		TnLeases:             &sipfacadev1.TnLeaseList{Items: slices.Repeat([]*sipfacadev1.TnLease{lease}, 7)}, Account: invite.GetAccount(),
		CreatedBy: invite.GetCreatedBy(), UpdatedBy: invite.GetUpdatedBy(),
		CreateTime: invite.GetCreateTime(), UpdateTime: invite.GetUpdateTime(),
	}
}

// benchedInvites are a thousand invites without relations, about 200 KB.
func benchedInvites() *sipfacadev1.ListSipUserInvitesResponse {
	page, invite := &sipfacadev1.ListSipUserInvitesResponse{}, benchedInvite()
	for range 1000 {
		page.SipUserInvites = append(page.SipUserInvites, &sipfacadev1.SipUserInvite{
			Uuid: invite.GetUuid(), Name: invite.Name, Token: invite.Token,
			ExpireTime: invite.GetExpireTime(), CreateTime: invite.GetCreateTime(), UpdateTime: invite.GetUpdateTime(),
		})
	}
	return page
}

func benchedPage() *sipfacadev1.ListSipUserInvitesResponse {
	page := &sipfacadev1.ListSipUserInvitesResponse{NextPageToken: "next"}
	for range 50 {
		page.SipUserInvites = append(page.SipUserInvites, benchedInvite())
	}
	return page
}

func benched() map[string]proto.Message {
	return map[string]proto.Message{
		"app": benchedApp(), "invite": benchedInvite(), "invites": benchedInvites(), "page": benchedPage(),
	}
}

func BenchmarkEncode(b *testing.B) {
	codec := New()
	writers := map[string]func(proto.Message) ([]byte, error){
		"codec":     codec.Marshal,
		"protojson": protojson.MarshalOptions{EmitDefaultValues: true}.Marshal,
	}
	for size, message := range benched() {
		for name, write := range writers {
			b.Run(size+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					data, err := write(message)
					if err != nil {
						b.Fatal(err)
					}
					b.SetBytes(int64(len(data)))
				}
			})
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	codec := New()
	for size, message := range benched() {
		data, err := codec.Marshal(message)
		if err != nil {
			b.Fatal(err)
		}
		kind := message.ProtoReflect().Type()
		b.Run(size+"/codec", func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if report := codec.Decode(data, kind.New().Interface(), ""); len(report.Violations) > 0 {
					b.Fatal(report.Violations)
				}
			}
		})
		b.Run(size+"/protojson", func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if err := protojson.Unmarshal(data, kind.New().Interface()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestEncodeAllocations: an answer is one allocation, which is the answer itself. The buffer
// of a large list is the answer; it grows a few times only (each costs two allocations under
// the race detector).
func TestEncodeAllocations(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection allocates, too
	large := &sipfacadev1.ListSipUserInvitesResponse{SipUserInvites: slices.Repeat([]*sipfacadev1.SipUserInvite{benchedInvite()}, 500)}
	for name, c := range map[string]struct {
		message proto.Message
		most    float64
	}{
		"app":     {benchedApp(), 1},
		"invite":  {benchedInvite(), 1},
		"invites": {benchedInvites(), 1},
		"page":    {benchedPage(), 1},
		"large":   {large, 20},
	} {
		e := newEncoder() // the pool of a codec forgets at random under the race detector
		var out []byte
		got := testing.AllocsPerRun(10, func() {
			e.reset()
			e.message(c.message)
			out = e.take()
		})
		if got > c.most {
			t.Errorf("%s: %v allocations, want %v", name, got, c.most)
		}
		if cap(out) > len(out)+len(out)/2 {
			t.Errorf("%s: a buffer of %d for %d bytes", name, cap(out), len(out))
		}
	}
}

// TestEncodeLargeFirstElement: the buffer of a list does not grow as if all elements were as
// large as the first one.
func TestEncodeLargeFirstElement(t *testing.T) {
	t.Parallel()
	page := benchedInvites()
	page.SipUserInvites[0].Name = proto.String(strings.Repeat("x", 100<<10))
	e := newEncoder()
	if e.message(page); cap(e.out) > 4*len(e.out) {
		t.Errorf("a buffer of %d for %d bytes", cap(e.out), len(e.out))
	}
}
