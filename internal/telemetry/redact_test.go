package telemetry

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/secret"
)

// vault is a message with every form of field in which a secret can lie. Fields
// named secret_… are marked.
const vault = `
name: "vault.proto" package: "test" syntax: "proto3"
message_type {
  name: "Vault"
  field { name: "open" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "secret_text" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL options { debug_redact: true } }
  field { name: "secret_optional" number: 3 type: TYPE_STRING label: LABEL_OPTIONAL proto3_optional: true oneof_index: 1 options { debug_redact: true } }
  field { name: "secret_bytes" number: 4 type: TYPE_BYTES label: LABEL_OPTIONAL options { debug_redact: true } }
  field { name: "secret_number" number: 5 type: TYPE_INT64 label: LABEL_OPTIONAL options { debug_redact: true } }
  field { name: "secret_list" number: 6 type: TYPE_STRING label: LABEL_REPEATED options { debug_redact: true } }
  field { name: "secret_message" number: 7 type: TYPE_MESSAGE type_name: ".test.Vault" label: LABEL_OPTIONAL options { debug_redact: true } }
  field { name: "nested" number: 8 type: TYPE_MESSAGE type_name: ".test.Vault" label: LABEL_OPTIONAL }
  field { name: "list" number: 9 type: TYPE_MESSAGE type_name: ".test.Vault" label: LABEL_REPEATED }
  field { name: "by_name" number: 10 type: TYPE_MESSAGE type_name: ".test.Vault.ByNameEntry" label: LABEL_REPEATED }
  field { name: "words" number: 11 type: TYPE_MESSAGE type_name: ".test.Vault.WordsEntry" label: LABEL_REPEATED }
  field { name: "numbers" number: 12 type: TYPE_MESSAGE type_name: ".test.Vault.NumbersEntry" label: LABEL_REPEATED }
  field { name: "secret_map" number: 13 type: TYPE_MESSAGE type_name: ".test.Vault.SecretMapEntry" label: LABEL_REPEATED options { debug_redact: true } }
  field { name: "secret_choice" number: 14 type: TYPE_STRING label: LABEL_OPTIONAL oneof_index: 0 options { debug_redact: true } }
  field { name: "input_only" number: 15 type: TYPE_STRING label: LABEL_OPTIONAL }
  oneof_decl { name: "choice" }
  oneof_decl { name: "_secret_optional" }
  nested_type { name: "ByNameEntry" options { map_entry: true }
    field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "value" number: 2 type: TYPE_MESSAGE type_name: ".test.Vault" label: LABEL_OPTIONAL } }
  nested_type { name: "WordsEntry" options { map_entry: true }
    field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "value" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL } }
  nested_type { name: "NumbersEntry" options { map_entry: true }
    field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "value" number: 2 type: TYPE_INT64 label: LABEL_OPTIONAL } }
  nested_type { name: "SecretMapEntry" options { map_entry: true }
    field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "value" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL } }
}`

func vaultType(t *testing.T) protoreflect.MessageType {
	t.Helper()
	var file descriptorpb.FileDescriptorProto
	if err := prototext.Unmarshal([]byte(vault), &file); err != nil {
		t.Fatal(err)
	}
	for _, field := range file.GetMessageType()[0].GetField() {
		if field.GetName() == "input_only" {
			field.Options = &descriptorpb.FieldOptions{}
			proto.SetExtension(field.GetOptions(), annotations.E_FieldBehavior, []annotations.FieldBehavior{annotations.FieldBehavior_INPUT_ONLY})
		}
	}
	built, err := protodesc.NewFile(&file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return dynamicpb.NewMessageType(built.Messages().ByName("Vault"))
}

// logged is the line that a message makes.
func logged(message proto.Message) string {
	var line bytes.Buffer
	NewLogger(&line, slog.LevelDebug, "text").Debug("request", "message", Message(message))
	return line.String()
}

// TestRedactByDescriptor: what the contract marks is not shown, wherever it lies;
// everything else is.
func TestRedactByDescriptor(t *testing.T) {
	t.Parallel()
	const secrets = `"open":"shown","secret_text":"s3cret","secret_optional":"s3cret","secret_bytes":"czNjcmV0","secret_number":"5330","secret_list":["s3cret"],` +
		`"secret_message":{"open":"s3cret"},"secret_map":{"a":"s3cret"},"secret_choice":"s3cret","input_only":"s3cret"`
	const inside = `{` + secrets + `,"words":{"api_token":"s3cret","Password":"s3cret","color":"shown"},"numbers":{"PIN":"5330","floor":"7"}}`
	message := vaultType(t).New().Interface()
	body := `{` + secrets + `,"nested":` + inside + `,"list":[` + inside + `,` + inside + `],"by_name":{"a":` + inside + `,"b":{"nested":` + inside + `}}}`
	if err := protojson.Unmarshal([]byte(body), message); err != nil {
		t.Fatal(err)
	}
	before := proto.Clone(message)
	line := logged(message)
	for _, secret := range []string{"s3cret", "czNjcmV0", "5330"} {
		if strings.Contains(line, secret) {
			t.Errorf("%s is in %s", secret, line)
		}
	}
	// Five places hold what `inside` holds, and the outer message is one more.
	for word, count := range map[string]int{`open\":`: 6, "color": 5, "floor": 5, `secretText\":`: 6, secret.Redacted: 6*4 + 5*2} {
		if got := strings.Count(strings.ReplaceAll(line, " ", ""), word); got != count {
			t.Errorf("%s is there %d times, want %d: %s", word, got, count, line)
		}
	}
	if !proto.Equal(before, message) {
		t.Error("the message itself was changed")
	}
}

// TestRedactFreeForm: free-form objects go by the names of their members.
func TestRedactFreeForm(t *testing.T) {
	t.Parallel()
	object, err := structpb.NewStruct(map[string]any{
		"call_limit": 10, "PASSWORD": "s3cret", "reg_user": []any{map[string]any{"username": "shown", "password": "s3cret", "ha1b": []any{"s3cret"}}},
		"nested": map[string]any{"api_key": map[string]any{"a": "s3cret"}, "list": []any{[]any{map[string]any{"auth_token": "s3cret"}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	line := logged(&pb.UpdateSipConnectionRequest{SipConnection: &pb.SipConnection{
		Name: new("HQ"), Class4IngressTrunkSettings: &pb.TrunkSettings{OtherSettings: object},
		SipUsers: &pb.SipUserList{Items: []*pb.SipUser{{Login: new("desk1"), Groups: []*structpb.Struct{object}}}},
	}})
	if strings.Contains(line, "s3cret") || strings.Count(line, "shown") != 2 || !strings.Contains(line, "HQ") || !strings.Contains(line, "call_limit") {
		t.Errorf("got %s", line)
	}
}

// TestRedactTheContract: every field that the contract marks as secret, in every
// request and response in which it can stand.
func TestRedactTheContract(t *testing.T) {
	t.Parallel()
	invite := &pb.SipUserInvite{Name: new("Front desk"), Token: new("s3cret")}
	for _, message := range []proto.Message{
		invite,
		&pb.CreateSipUserInviteRequest{SipUserInvite: invite},
		&pb.CreateSipUserInviteResponse{SipUserInvite: invite},
		&pb.ListSipUserInvitesResponse{SipUserInvites: []*pb.SipUserInvite{invite, invite}},
		&pb.GetSipConnectionResponse{SipConnection: &pb.SipConnection{SipUserInvites: &pb.SipUserInviteList{Items: []*pb.SipUserInvite{invite}}}},
		&pb.TnLease{SipConnection: &pb.SipConnection{SipUserInvites: &pb.SipUserInviteList{Items: []*pb.SipUserInvite{invite}}}},
	} {
		if line := logged(message); strings.Contains(line, "s3cret") || !strings.Contains(line, "Front desk") || !strings.Contains(line, secret.Redacted) {
			t.Errorf("%T: %s", message, line)
		}
	}
	if invite.GetToken() != "s3cret" {
		t.Error("the message itself was changed")
	}
}

// TestUnprintable: what cannot be written as JSON is not shown at all.
func TestUnprintable(t *testing.T) {
	t.Parallel()
	if line := logged(&pb.SipUserInvite{Uuid: "\xff"}); !strings.Contains(line, "cannot be shown") {
		t.Errorf("got %s", line)
	}
}
