package status_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/status"
)

const (
	connectionID = "0D5F6C1E-6F0E-4C43-9D0A-5E8F4F4E0A01"
	inviteID     = "3B2F6A50-93F5-4A52-8D0C-0B1A2C3D4E5F"
)

// TestSubjects: what each call of the contract is about.
func TestSubjects(t *testing.T) {
	t.Parallel()
	const domain, user = "sipfacade.v1.SipDomain", "sipfacade.v1.SipUser"
	const service = "/sipfacade.v1.SipConnectionService/"
	const connection, invite = "sipfacade.v1.SipConnection", "sipfacade.v1.SipUserInvite"
	id, other := strings.ToLower(connectionID), strings.ToLower(inviteID)
	vendorNames := map[protoreflect.FullName]map[string]string{invite: {"expired_on": "expire_time"}, connection: {"product": "product_id"}}
	descriptor := sipfacadev1.File_sipfacade_v1_sip_connection_service_proto.Services().ByName("SipConnectionService")
	subjects := status.NewSubjects(vendorNames, nil, descriptor)
	cases := map[string]struct {
		request proto.Message
		want    status.Subject
	}{
		"CreateSipUserInvite": {
			&sipfacadev1.CreateSipUserInviteRequest{SipConnectionUuid: connectionID},
			status.Subject{Type: connection, Name: id, Created: invite, Field: "sip_user_invite", Names: vendorNames[invite]},
		},
		"ListSipUserInvites": {&sipfacadev1.ListSipUserInvitesRequest{SipConnectionUuid: connectionID}, status.Subject{Type: connection, Name: id, Created: invite}},
		"GetSipUserInvite":   {&sipfacadev1.GetSipUserInviteRequest{SipConnectionUuid: connectionID, Uuid: inviteID}, status.Subject{Type: invite, Name: other, Created: invite}},
		"UpdateSipUserInvite": {
			&sipfacadev1.UpdateSipUserInviteRequest{SipConnectionUuid: connectionID, SipUserInvite: &sipfacadev1.SipUserInvite{Uuid: inviteID}},
			status.Subject{Type: invite, Name: other, Created: invite, Field: "sip_user_invite", Names: vendorNames[invite]},
		},
		"DeleteSipUserInvite": {&sipfacadev1.DeleteSipUserInviteRequest{SipConnectionUuid: connectionID, Uuid: inviteID}, status.Subject{Type: invite, Name: other, Created: invite}},
		"AssignSipConnectionTnLeases": {
			&sipfacadev1.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: connectionID},
			status.Subject{Type: connection, Name: id, Created: "sipfacade.v1.TnLease"},
		},
		"ListSipConnectionTnLeases": {
			&sipfacadev1.ListSipConnectionTnLeasesRequest{SipConnectionUuid: connectionID},
			status.Subject{Type: connection, Name: id, Created: "sipfacade.v1.TnLease"},
		},
		"ListSipConnections": {&sipfacadev1.ListSipConnectionsRequest{}, status.Subject{Type: connection, Created: connection}},
		"GetSipConnection":   {&sipfacadev1.GetSipConnectionRequest{Uuid: connectionID}, status.Subject{Type: connection, Name: id, Created: connection}},
		"CreateSipConnection": {
			&sipfacadev1.CreateSipConnectionRequest{},
			status.Subject{Type: connection, Created: connection, Field: "sip_connection", Names: vendorNames[connection]},
		},
		"UpdateSipConnection": {
			&sipfacadev1.UpdateSipConnectionRequest{}, // without the resource: refused elsewhere, and no reason to fall over here
			status.Subject{Type: connection, Created: connection, Field: "sip_connection", Names: vendorNames[connection]},
		},
		"DeleteSipConnection": {&sipfacadev1.DeleteSipConnectionRequest{Uuid: connectionID}, status.Subject{Type: connection, Name: id, Created: connection}},
		"ListSipDomains":      {&sipfacadev1.ListSipDomainsRequest{}, status.Subject{Type: domain, Created: domain}},
		"GetSipDomain":        {&sipfacadev1.GetSipDomainRequest{Domain: "A.example"}, status.Subject{Type: domain, Name: "A.example", Created: domain}},
		"CreateSipDomain":     {&sipfacadev1.CreateSipDomainRequest{}, status.Subject{Type: domain, Created: domain, Field: "sip_domain"}},
		"UpdateSipDomain": {
			&sipfacadev1.UpdateSipDomainRequest{SipDomain: &sipfacadev1.SipDomain{Domain: "a.example"}},
			status.Subject{Type: domain, Name: "a.example", Created: domain, Field: "sip_domain"},
		},
		"DeleteSipDomain": {&sipfacadev1.DeleteSipDomainRequest{Domain: "a.example"}, status.Subject{Type: domain, Name: "a.example", Created: domain}},
		"ListSipUsers":    {&sipfacadev1.ListSipUsersRequest{SipDomain: "a.example"}, status.Subject{Type: domain, Name: "a.example", Created: user}},
		"GetSipUser":      {&sipfacadev1.GetSipUserRequest{SipDomain: "a.example", Uuid: connectionID}, status.Subject{Type: user, Name: id, Created: user}},
		"CreateSipUser":   {&sipfacadev1.CreateSipUserRequest{SipDomain: "a.example"}, status.Subject{Type: domain, Name: "a.example", Created: user, Field: "sip_user"}},
		"UpdateSipUser": {
			&sipfacadev1.UpdateSipUserRequest{SipDomain: "a.example", SipUser: &sipfacadev1.SipUser{Uuid: connectionID}},
			status.Subject{Type: user, Name: id, Created: user, Field: "sip_user"},
		},
		"DeleteSipUser": {&sipfacadev1.DeleteSipUserRequest{SipDomain: "a.example", Uuid: connectionID}, status.Subject{Type: user, Name: id, Created: user}},
		"ListTnLeases": {
			&sipfacadev1.ListTnLeasesRequest{},
			status.Subject{Type: "sipfacade.v1.TnLease", Created: "sipfacade.v1.TnLease"},
		},
		"ListSipConnectionProducts": {
			&sipfacadev1.ListSipConnectionProductsRequest{},
			status.Subject{Type: "sipfacade.v1.SipConnectionProduct", Created: "sipfacade.v1.SipConnectionProduct"},
		},
	}
	for i := range descriptor.Methods().Len() {
		method := string(descriptor.Methods().Get(i).Name())
		c, ok := cases[method]
		if !ok {
			t.Errorf("%s is not in the table", method)
			continue
		}
		if diff := cmp.Diff(c.want, subjects.Of(service+method, c.request)); diff != "" {
			t.Errorf("%s: %s", method, diff)
		}
	}
	if diff := cmp.Diff(status.Subject{}, subjects.Of("/grpc.health.v1.Health/Check", nil)); diff != "" {
		t.Errorf("a method of another service: %s", diff)
	}
}

// TestSubjectsNameMessages: for every method of the whole contract, the types that
// errors name exist.
func TestSubjectsNameMessages(t *testing.T) {
	t.Parallel()
	file := sipfacadev1.File_sipfacade_v1_sip_connection_service_proto
	for i := range file.Services().Len() {
		service := file.Services().Get(i)
		subjects := status.NewSubjects(nil, nil, service)
		for j := range service.Methods().Len() {
			method := service.Methods().Get(j)
			subject := subjects.Of("/"+string(service.FullName())+"/"+string(method.Name()), nil)
			for _, name := range []string{subject.Type, subject.Created} {
				if _, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(name)); err != nil {
					t.Errorf("%s is about %s, which is no resource", method.Name(), name)
				}
			}
		}
	}
}
