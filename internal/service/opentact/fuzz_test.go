package opentact

import (
	"bytes"
	"os"
	"testing"
	"testing/iotest"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/service"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// seeds are payloads to begin fuzzing from.
func seeds(f *testing.F) {
	f.Helper()
	for _, name := range []string{"testdata/invite.json", "testdata/sip_app.json"} {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		body = bytes.TrimPrefix(body, []byte(`{"success":true,"payload":`))
		f.Add(bytes.TrimSuffix(bytes.TrimSpace(body), []byte("}")))
	}
	for _, kind := range everyMember {
		f.Add([]byte("{" + kind.members + "}"))
	}
	for _, seed := range []string{
		`{"name":"half \ud83d","expired_on":"9999-12-31T23:59:59-05:00","account":{"balance":1e400,"time_zone":"x"}}`,
		`{"sip_user_invites":[{"token":"x"}],"product":{"id":3},"product":"7"}`, `{"groups":[{"a\ud83d":[1e999]}]}`, "[]", "{", `"x"`,
	} {
		f.Add([]byte(seed))
	}
}

// checkDecoded holds for whatever was read: all text is UTF-8, and times fit a Timestamp.
func checkDecoded(t *testing.T, m proto.Message) {
	t.Helper()
	if _, err := proto.Marshal(m); err != nil { // which refuses what is not UTF-8
		t.Error(err)
	}
	checkTimes(t, m.ProtoReflect())
}

func checkTimes(t *testing.T, m protoreflect.Message) {
	t.Helper()
	if at, ok := m.Interface().(*timestamppb.Timestamp); ok {
		if err := at.CheckValid(); err != nil {
			t.Error(err)
		}
		return
	}
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.IsMap() || field.Message() == nil:
		case field.IsList():
			for i := range value.List().Len() {
				checkTimes(t, value.List().Get(i).Message())
			}
		default:
			checkTimes(t, value.Message())
		}
		return true
	})
}

// fuzzDecode reads a body at once and byte by byte, and compares.
func fuzzDecode[M any, R service.Message[M]](t *testing.T, body []byte, member tolerant.Member[M]) R {
	t.Helper()
	read := func(r *tolerant.Reader) (R, error) {
		defer r.Release()
		m := new(M)
		_, err := tolerant.Read(r, m, member)
		return m, err
	}
	got, err := read(tolerant.NewReader(bytes.NewReader(body)))
	slow, slowErr := read(tolerant.NewReader(iotest.OneByteReader(bytes.NewReader(body))))
	if (err == nil) != (slowErr == nil) {
		t.Fatalf("at once: %v, byte by byte: %v", err, slowErr)
	}
	if err != nil {
		return nil
	}
	if !proto.Equal(got, slow) {
		t.Errorf("at once: %v, byte by byte: %v", got, slow)
	}
	checkDecoded(t, got)
	return got
}

func FuzzDecodeSipConnection(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		connection := fuzzDecode[pb.SipConnection, *pb.SipConnection](t, body, sipConnectionAnswer)
		for _, nested := range connection.GetSipUserInvites().GetItems() {
			if nested.Token != nil {
				t.Error("a nested invite has a token")
			}
		}
	})
}

func FuzzDecodeSipUserInvite(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		fuzzDecode[pb.SipUserInvite, *pb.SipUserInvite](t, body, sipUserInviteAnswer)
	})
}

func FuzzDecodeSipApp(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		fuzzDecode[pb.SipApp, *pb.SipApp](t, body, sipAppAnswer)
	})
}

func FuzzDecodeTnLease(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		fuzzDecode[pb.TnLease, *pb.TnLease](t, body, tnLeaseAnswer)
	})
}
