package opentact

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/mapping"
	"github.com/sipfacade/sipfacade/internal/service"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// The members that objects of several kinds have.
const (
	baseMembers  = `"uuid":"5e0c1c50-0000-4000-8000-00000000000a","created_on":"2020-10-26T08:44:15.621Z","modified_on":"2020-10-26T08:44:15.621Z"`
	ownedMembers = `"account":{"name":"a"},"created_by":{"email":"e"},"modified_by":{"email":"e"}`
)

// everyMember are all documented members of each kind of object, with the function that
// reads one.
var everyMember = []struct {
	members string
	read    func(body string) (proto.Message, error)
}{
	{baseMembers + `,"name":"n","email":"e","level":"Level1","balance":1.5,"class4_id":1,"time_zone":{"name":"UTC"},"deleted_on":"2026-12-31T23:59:59Z"`, reads[pb.OpentactAccount](opentactAccountMember)},
	{baseMembers + `,"email":"e","phone_number":"p","first_name":"f","last_name":"l","avatar":"a","gender":"g","dob":"1990-05-01","role":"Admin",` +
		`"gmail_user_id":"1","facebook_user_id":"1","apple_user_id":"1","wechat_user_id":"1","deleted_on":"2026-12-31T23:59:59Z"`, reads[pb.OpentactUser](opentactUserMember)},
	{baseMembers + `,"name":"n","expired_on":"2026-12-31T23:59:59Z","token":"t","sip_connection":{"uuid":"` + connectionUUID + `"},"sip_domain":{"domain":"d"},` + ownedMembers, reads[pb.SipUserInvite](sipUserInviteAnswer)},
	{baseMembers + `,"name":"n","is_active":true,"tech_prefix":1,"product":{"id":1},"subdomain":"s","ip":"198.51.100.1","port":5060,` +
		`"class4_ingress_trunk_id":1,"class4_ingress_trunk_settings":{"a":1},"class4_ingress_resource_ip_id":1,"class4_egress_trunk_id":1,` +
		`"class4_egress_trunk_settings":{"a":1},"class4_egress_resource_ip_id":1,"class4_trunk_prefix_id":1,"tnleases":[{"autorenew":true}],` +
		`"sipusers":[{"login":"l"}],"sip_user_invites":[{"name":"n"}],"outbound_voice_profile":{"uuid":"u"},` +
		`"hostname":"h","shaken_verify_policy":1,"shaken_minimum_accepted_attest_lvl":"A","sip_domains":[{"domain":"d"}],` + ownedMembers, reads[pb.SipConnection](sipConnectionAnswer)},
	{`"created_on":"2020-10-26T08:44:15.621Z","modified_on":"2020-10-26T08:44:15.621Z","domain":"d","sip_connection":{"uuid":"` + connectionUUID + `"},` +
		`"sip_control_app":"` + otherUUID + `","outbound_voice_profile":{"uuid":"` + otherUUID + `"},` + ownedMembers, reads[pb.SipDomain](sipDomainAnswer)},
	{`"created_on":"2020-10-26T08:44:15.621Z","modified_on":"2020-10-26T08:44:15.621Z","id":1,"name":"n","description":"d","type":"public",` +
		`"tech_prefix":1,"rate_table_id":1,"route_plan_id":1`, reads[pb.SipConnectionProduct](sipConnectionProductAnswer)},
	{baseMembers + `,"login":"l","remote_ip":"198.51.100.1","first_name":"f","last_name":"l","email":"e","phone_number":"p","avatar":"a",` +
		`"dob":"1990-05-01","gender":"g","groups":[{"a":1}],"sip_domain":"d","same_domain_calls_only":true,"is_active":true,"state":"s"`, reads[pb.SipUser](sipUserMember)},
	{baseMembers + `,"tn":12085687492,"tnorder":{"state":"success"},"expired_on":"2026-12-31T23:59:59Z","autorenew":true,"messaging_profile":{"name":"n"},` +
		`"class4_product_item_id":1,"sip_connection":{"uuid":"` + connectionUUID + `"},"sip_control_app":{"uuid":"` + otherUUID + `"},` + ownedMembers, reads[pb.TnLease](tnLeaseAnswer)},
	{`"tn":12085687492,"class4_did_id":1,"registered":true,"deleted_on":"2026-12-31T23:59:59Z"`, reads[pb.TelephoneNumber](telephoneNumberMember)},
	{baseMembers + `,"state":"success","autorenew":true,"request":{"a":1},"price":{"a":1}`, reads[pb.TnOrder](tnOrderMember)},
	{baseMembers + `,"name":"n","subdomain":"s","is_active":true,"tnleases":[{"autorenew":true}],"class4_egress_trunk_id":1,` +
		`"class4_egress_trunk_settings":{"a":1},"class4_egress_resource_ip_id":1,"outbound_voice_profile":{"uuid":"u"},` +
		`"tech_prefix":1,"product":{"id":1},"class4_ingress_trunk_settings":{"a":1},"sip_domains":[{"domain":"d"}],"webhook_url":"u","webhook_method":"GET",` +
		`"webhook_request_timeout":1500,"call_flow_url":"u","call_flow_method":"POST","call_flow_request_timeout":"0",` + ownedMembers, reads[pb.SipApp](sipAppAnswer)},
	{baseMembers + `,"tn":{"tn":12085687492},"from":"f","to":"t","state":"online","source":"s","sip_control_app":{"name":"n"}`, reads[pb.SipAppCall](sipAppCallAnswer)},
	{baseMembers + `,"name":"n","callback_url":"u","callback_url2":"u","number_pool_enable":true,"long_code_weight":1,"tollfree_weight":1,` +
		`"skip_unhealthy_tns":true,"sticky_sender":true,"leases":[{"autorenew":true}],` + ownedMembers, reads[pb.MessagingProfile](messagingProfileAnswer)},
	{baseMembers + `,"name":"n","tech_prefix":100000,"channel_limit":1,"max_rate":0.1,"record_calls":1,"daily_spend_limit":1,"filemat":"wav",` +
		`"audio_track_type":1,"product":{"id":1},"is_active":true,"class4_ingress_trunk_settings":{"a":1},"tn_lease":{"uuid":"` + otherUUID + `"},` +
		ownedMembers, reads[pb.OutboundVoiceProfile](outboundVoiceProfileAnswer)},
}

// reads returns the function that reads an object into a new message.
func reads[M any, R service.Message[M]](member tolerant.Member[M]) func(body string) (proto.Message, error) {
	return func(body string) (proto.Message, error) {
		r := tolerant.NewReader(strings.NewReader(body))
		defer r.Release()
		read := new(M)
		_, err := tolerant.Read(r, read, member)
		if err == nil {
			err = r.End()
		}
		return R(read), err
	}
}

// otherNames are the fields of members that are not called alike, with the fields that
// hold the key of the member's object.
var otherNames = map[string][]string{
	"created_on": {"create_time"}, "modified_on": {"update_time"}, "expired_on": {"expire_time"}, "deleted_on": {"delete_time"},
	"is_active": {"active"}, "tnleases": {"tn_leases"}, "leases": {"tn_leases"}, "sipusers": {"sip_users"}, "tnorder": {"tn_order"},
	"sip_control_app": {"sip_app"}, "callback_url2": {"failover_callback_url"}, "number_pool_enable": {"number_pool_enabled"},
	"tollfree_weight": {"toll_free_weight"}, "filemat": {"recording_format"}, "product": {"product", "product_id"},
	"modified_by": {"updated_by"}, "from": {"caller"}, "to": {"callee"}, "shaken_minimum_accepted_attest_lvl": {"shaken_minimum_attestation"},
	"webhook_request_timeout": {"webhook_timeout"}, "call_flow_request_timeout": {"call_flow_timeout"},
}

// fieldsOf are the fields that a member is read into.
func fieldsOf(descriptor protoreflect.MessageDescriptor, member string) []string {
	if key := descriptor.Fields().ByName(protoreflect.Name(strings.Replace(member, "_control", "", 1) + "_uuid")); key != nil {
		return existing(descriptor, strings.TrimSuffix(string(key.Name()), "_uuid"), string(key.Name()))
	}
	if other, ok := otherNames[member]; ok {
		return existing(descriptor, other...)
	}
	if member == "tn" && descriptor.Fields().ByName("tn") == nil {
		return []string{"phone_number"}
	}
	return []string{member}
}

// existing are those of the names that fields have, sorted.
func existing(descriptor protoreflect.MessageDescriptor, names ...string) (found []string) {
	for _, name := range names {
		if descriptor.Fields().ByName(protoreflect.Name(name)) != nil {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found
}

// setFields are the names of the fields that have a value, sorted.
func setFields(m proto.Message) (names []string) {
	m.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		names = append(names, string(field.Name()))
		return true
	})
	slices.Sort(names)
	return names
}

// TestEveryMemberIsRead: each member is read into its field and no other, and all members
// together leave no field unset. Every resource of the table is tried.
func TestEveryMemberIsRead(t *testing.T) {
	t.Parallel()
	tried := map[protoreflect.FullName]bool{}
	for _, kind := range everyMember {
		var members map[string]json.RawMessage
		if err := json.Unmarshal([]byte("{"+kind.members+"}"), &members); err != nil {
			t.Fatal(err)
		}
		for member, value := range members {
			got, err := kind.read(`{"` + member + `":` + string(value) + `}`)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(fieldsOf(got.ProtoReflect().Descriptor(), member), setFields(got)); diff != "" {
				t.Errorf("%T %s: %s", got, member, diff)
			}
		}
		whole, err := kind.read("{" + kind.members + "}")
		if err != nil {
			t.Fatal(err)
		}
		descriptor := whole.ProtoReflect().Descriptor()
		tried[descriptor.FullName()] = true
		if diff := cmp.Diff(shownFields(descriptor), setFields(whole)); diff != "" {
			t.Errorf("%s: all fields but these are read; add the members of new ones to everyMember:\n%s", descriptor.Name(), diff)
		}
	}
	for _, resource := range mapping.OpenTACT.Resources {
		if !tried[resource.FullName()] {
			t.Errorf("everyMember lacks %s", resource.Message)
		}
	}
}

// shownFields are the fields that the vendor shows, sorted: etags are ours, and no password is
// shown.
func shownFields(descriptor protoreflect.MessageDescriptor) (names []string) {
	for i := range descriptor.Fields().Len() {
		if name := descriptor.Fields().Get(i).Name(); name != contract.Etag && name != "password" {
			names = append(names, string(name))
		}
	}
	slices.Sort(names)
	return names
}

// TestNothingIsReadOfNothing: what the vendor leaves out or does not fill is absent.
func TestNothingIsReadOfNothing(t *testing.T) {
	t.Parallel()
	for _, kind := range everyMember {
		var members map[string]json.RawMessage
		if err := json.Unmarshal([]byte("{"+kind.members+"}"), &members); err != nil {
			t.Fatal(err)
		}
		bodies := []string{`{}`, `{"unknown":{"uuid":"x"}}`, `{"password":"s3cret","ha1":"s3cret","ha1b":"s3cret"}`}
		for member := range members {
			bodies = append(bodies, `{"`+member+`":null}`, `{"`+member+`":""}`)
		}
		for _, body := range bodies {
			if got, err := kind.read(body); err != nil || len(setFields(got)) > 0 {
				t.Errorf("%T of %s: %v, %v", got, body, got, err)
			}
		}
	}
}
