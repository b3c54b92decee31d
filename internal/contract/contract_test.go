package contract_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
)

func TestMarks(t *testing.T) {
	t.Parallel()
	fields := (&sipfacadev1.PbxUser{}).ProtoReflect().Descriptor().Fields()
	for name, want := range map[string]struct{ immutable, output, secret bool }{
		"login":        {immutable: true},
		"password":     {secret: true},
		"pin":          {secret: true},
		"create_time":  {output: true},
		"display_name": {},
	} {
		field := fields.ByTextName(name)
		if contract.Behaves(field, annotations.FieldBehavior_IMMUTABLE) != want.immutable ||
			contract.Behaves(field, annotations.FieldBehavior_OUTPUT_ONLY) != want.output ||
			contract.Secret(field) != want.secret {
			t.Errorf("%s: %v, secret %t", name, contract.Behaviors(field), contract.Secret(field))
		}
	}
	token := (&sipfacadev1.SipUserInvite{}).ProtoReflect().Descriptor().Fields().ByName("token")
	if !contract.Secret(token) {
		t.Error("an invite's token may be logged")
	}
}

func TestHTTPRule(t *testing.T) {
	t.Parallel()
	methods := sipfacadev1.File_sipfacade_v1_sip_app_service_proto.Services().ByName("SipAppService").Methods()
	if got := contract.HTTPRule(methods.ByName("GetSipApp")).GetGet(); got != "/v1/sip-apps/{uuid}" {
		t.Errorf("GetSipApp is at %q", got)
	}
}

// TestSecretValues: what is marked, and what is named like a secret in free-form
// objects and maps, at any depth, and nothing else.
func TestSecretValues(t *testing.T) {
	t.Parallel()
	settings, err := structpb.NewStruct(map[string]any{
		"call_limit": 10, "note": "shown", "voicemail_pin": 4711, "empty_token": "", "api_key": true,
		"reg_user": []any{map[string]any{"username": "shown", "userPassword": "s1", "credentials": map[string]any{"a": []any{"s2", nil, 5.5}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	connection := &sipfacadev1.SipConnection{
		Name: proto.String("shown"), Class4EgressTrunkSettings: &sipfacadev1.TrunkSettings{OtherSettings: settings},
		SipUserInvites: &sipfacadev1.SipUserInviteList{Items: []*sipfacadev1.SipUserInvite{{Token: proto.String("s3")}, {Name: proto.String("shown")}}},
	}
	user := &sipfacadev1.PbxUser{
		Login: proto.String("shown"), Password: proto.String("s4"), Pin: proto.String("007"), Email: proto.String(""),
		AdditionalFields: map[string]string{"color": "shown", "clientSecret": "s5"},
	}
	for name, c := range map[string]struct {
		message proto.Message
		want    []string
	}{
		"nothing":            {nil, nil},
		"an empty message":   {&sipfacadev1.PbxUser{}, nil},
		"fields and a map":   {&sipfacadev1.CreatePbxUserRequest{PbxUser: user}, []string{"007", "s4", "s5"}},
		"a list and objects": {&sipfacadev1.UpdateSipConnectionRequest{SipConnection: connection}, []string{"4711", "5.5", "s1", "s2", "s3"}},
		"a typed nil":        {(*sipfacadev1.PbxUser)(nil), nil},
	} {
		got := contract.SecretValues(c.message)
		slices.Sort(got)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestSecretValuesOfPlainRequests: a request that can hold no secret is not searched, since
// every call that reads free-form values asks for its secrets.
func TestSecretValuesOfPlainRequests(t *testing.T) {
	request := &sipfacadev1.GetSipAppRequest{Uuid: "a"}
	if allocated := testing.AllocsPerRun(100, func() { contract.SecretValues(request) }); allocated != 0 {
		t.Errorf("%v allocations", allocated)
	}
}

// TestFieldPath: a path leads to its last field, and says where it breaks off.
func TestFieldPath(t *testing.T) {
	t.Parallel()
	request := (&sipfacadev1.UpdateSipAppRequest{SipApp: &sipfacadev1.SipApp{Uuid: "x"}}).ProtoReflect()
	way, err := contract.FieldPath(request.Descriptor(), "sip_app.uuid")
	if err != nil {
		t.Fatal(err)
	}
	if holder, field := contract.Holder(request, way); holder.Get(field).String() != "x" {
		t.Errorf("got %v", holder.Get(field))
	}
	for path, want := range map[string]string{
		"sip_app.uuid.x": "sip_app.uuid.x goes below a scalar", "sip_apps": "sipfacade.v1.UpdateSipAppRequest has no field sip_apps",
	} {
		if _, err := contract.FieldPath(request.Descriptor(), path); err == nil || err.Error() != want {
			t.Errorf("%s: got %v", path, err)
		}
	}
}
