package opentact

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/etag/etagtest"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// TestCalls: what each call sends to the vendor, and what it makes of the answer.
// The requests name ids in upper case, the vendor gets and callers see lower case.
func TestCalls(t *testing.T) {
	t.Parallel()
	upper, inviteUpper, otherUpper := strings.ToUpper(connectionUUID), strings.ToUpper(inviteUUID), strings.ToUpper(otherUUID)
	const row = `{"uuid":"` + inviteUUID + `","name":"Desk","token":"t0ken"}`
	const trunk = `{"uuid":"` + connectionUUID + `","name":"HQ"}`
	invites, one, trunkRoute := "connection/"+connectionUUID+"/invites", "connection/"+connectionUUID+"/invites/"+inviteUUID, "connection/"+connectionUUID
	invite := &pb.SipUserInvite{Uuid: inviteUUID, SipConnectionUuid: new(connectionUUID), Name: new("Desk"), Token: new("t0ken")}
	connection := &pb.SipConnection{Uuid: connectionUUID, Name: new("HQ")}
	for name, c := range map[string]struct {
		answers map[string]string
		call    func(s *SipConnectionService) (proto.Message, error)
		want    proto.Message
		sent    []string
	}{
		"create an invite": {
			map[string]string{"POST " + invites: success(row)},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.CreateSipUserInvite(t.Context(), &pb.CreateSipUserInviteRequest{SipConnectionUuid: upper, SipUserInvite: &pb.SipUserInvite{Name: new("Desk")}})
			},
			&pb.CreateSipUserInviteResponse{SipUserInvite: invite}, []string{`POST ` + invites + ` {"name":"Desk"}`},
		},
		"create, empty answer": {
			map[string]string{"POST " + invites: ""},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.CreateSipUserInvite(t.Context(), &pb.CreateSipUserInviteRequest{SipConnectionUuid: upper, SipUserInvite: &pb.SipUserInvite{Name: new("Desk")}})
			},
			&pb.CreateSipUserInviteResponse{SipUserInvite: &pb.SipUserInvite{SipConnectionUuid: new(connectionUUID), Name: new("Desk")}},
			[]string{`POST ` + invites + ` {"name":"Desk"}`, "GET " + invites},
		},
		"list invites": {
			map[string]string{"GET " + invites: success("[" + row + `,{"uuid":"` + otherUUID + `","name":"Other"}]`)},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.ListSipUserInvites(t.Context(), &pb.ListSipUserInvitesRequest{SipConnectionUuid: upper, Filter: `name = "Desk"`})
			},
			&pb.ListSipUserInvitesResponse{SipUserInvites: []*pb.SipUserInvite{invite}}, []string{"GET " + invites},
		},
		"get an invite": {
			map[string]string{"GET " + invites: success("[" + row + "]")},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.GetSipUserInvite(t.Context(), &pb.GetSipUserInviteRequest{SipConnectionUuid: upper, Uuid: inviteUpper})
			},
			&pb.GetSipUserInviteResponse{SipUserInvite: invite}, []string{"GET " + invites},
		},
		"update an invite": {
			map[string]string{"PATCH " + one: success(row)},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.UpdateSipUserInvite(t.Context(), &pb.UpdateSipUserInviteRequest{
					SipConnectionUuid: upper, SipUserInvite: &pb.SipUserInvite{Uuid: inviteUpper, Name: new("Desk")}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"name", "expire_time"}},
				})
			},
			&pb.UpdateSipUserInviteResponse{SipUserInvite: invite}, []string{`PATCH ` + one + ` {"name":"Desk","expired_on":null}`},
		},
		"update, read back": {
			map[string]string{"PATCH " + one: success("{}"), "GET " + invites: success("[" + row + "]")},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.UpdateSipUserInvite(t.Context(), &pb.UpdateSipUserInviteRequest{SipConnectionUuid: upper, SipUserInvite: &pb.SipUserInvite{Uuid: inviteUpper, Name: new("Desk")}})
			},
			&pb.UpdateSipUserInviteResponse{SipUserInvite: invite}, []string{`PATCH ` + one + ` {"name":"Desk"}`, "GET " + invites},
		},
		"update, reading back fails": {
			map[string]string{"PATCH " + trunkRoute: ""},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.UpdateSipConnection(t.Context(), &pb.UpdateSipConnectionRequest{SipConnection: &pb.SipConnection{Uuid: upper, Name: new("HQ")}})
			},
			&pb.UpdateSipConnectionResponse{SipConnection: connection}, []string{`PATCH ` + trunkRoute + ` {"name":"HQ"}`, "GET " + trunkRoute},
		},
		"delete an invite": {
			map[string]string{"DELETE " + one: success(`[{"login":"x"}]`)},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.DeleteSipUserInvite(t.Context(), &pb.DeleteSipUserInviteRequest{SipConnectionUuid: upper, Uuid: inviteUpper})
			},
			&pb.DeleteSipUserInviteResponse{}, []string{"DELETE " + one},
		},
		"assign": {
			map[string]string{"POST " + trunkRoute + "/tnlease": success(`[{"uuid":"` + inviteUUID + `","autorenew":false}]`)},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.AssignSipConnectionTnLeases(t.Context(), &pb.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: upper, AddTnLeaseUuids: []string{inviteUpper}, RemoveTnLeaseUuids: []string{otherUpper}})
			},
			&pb.AssignSipConnectionTnLeasesResponse{TnLeases: []*pb.TnLease{{Uuid: inviteUUID, Autorenew: new(false), SipConnectionUuid: new(connectionUUID)}}},
			[]string{`POST ` + trunkRoute + `/tnlease {"add":["` + inviteUUID + `"],"remove":["` + otherUUID + `"]}`},
		},
		"assign, answered with UUIDs": {
			map[string]string{
				"POST " + trunkRoute + "/tnlease": success(`["` + otherUUID + `","` + inviteUUID + `"]`),
				"GET " + trunkRoute + "/tnlease":  success(`[{"uuid":"` + inviteUUID + `","tn":{"tn":12085687492}}]`),
			},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.AssignSipConnectionTnLeases(t.Context(), &pb.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: upper, AddTnLeaseUuids: []string{inviteUpper}, RemoveTnLeaseUuids: []string{otherUpper}})
			},
			&pb.AssignSipConnectionTnLeasesResponse{TnLeases: []*pb.TnLease{
				{Uuid: otherUUID}, {Uuid: inviteUUID, SipConnectionUuid: new(connectionUUID), Tn: &pb.TelephoneNumber{PhoneNumber: "+12085687492"}},
			}},
			[]string{`POST ` + trunkRoute + `/tnlease {"add":["` + inviteUUID + `"],"remove":["` + otherUUID + `"]}`, "GET " + trunkRoute + "/tnlease"},
		},
		"assign, which cannot be read back": {
			map[string]string{"POST " + trunkRoute + "/tnlease": success(`["` + inviteUUID + `"]`)},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.AssignSipConnectionTnLeases(t.Context(), &pb.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: upper, AddTnLeaseUuids: []string{inviteUpper}})
			},
			&pb.AssignSipConnectionTnLeasesResponse{TnLeases: []*pb.TnLease{{Uuid: inviteUUID, SipConnectionUuid: new(connectionUUID)}}},
			[]string{`POST ` + trunkRoute + `/tnlease {"add":["` + inviteUUID + `"]}`, "GET " + trunkRoute + "/tnlease"},
		},
		"list leases": {
			map[string]string{"GET " + trunkRoute + "/tnlease": success(`[{"uuid":"` + otherUUID + `","tn":{"tn":12085687492}}]`)},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.ListSipConnectionTnLeases(t.Context(), &pb.ListSipConnectionTnLeasesRequest{SipConnectionUuid: upper, OrderBy: "tn.phone_number"})
			},
			&pb.ListSipConnectionTnLeasesResponse{TnLeases: []*pb.TnLease{{Uuid: otherUUID, SipConnectionUuid: new(connectionUUID), Tn: &pb.TelephoneNumber{PhoneNumber: "+12085687492"}}}},
			[]string{"GET " + trunkRoute + "/tnlease"},
		},
		"list connections": {
			map[string]string{"GET connection": success("[" + trunk + "]")},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.ListSipConnections(t.Context(), &pb.ListSipConnectionsRequest{})
			},
			&pb.ListSipConnectionsResponse{SipConnections: []*pb.SipConnection{connection}}, []string{"GET connection"},
		},
		"get a connection": {
			map[string]string{"GET " + trunkRoute: success(trunk)},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.GetSipConnection(t.Context(), &pb.GetSipConnectionRequest{Uuid: upper})
			},
			&pb.GetSipConnectionResponse{SipConnection: connection}, []string{"GET " + trunkRoute},
		},
		"create a connection": {
			map[string]string{"POST connection": success(trunk)},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.CreateSipConnection(t.Context(), &pb.CreateSipConnectionRequest{SipConnection: &pb.SipConnection{Name: new("HQ"), ProductId: new(int32(3))}})
			},
			&pb.CreateSipConnectionResponse{SipConnection: connection}, []string{`POST connection {"name":"HQ","product":3}`},
		},
		"delete a connection": {
			map[string]string{"DELETE " + trunkRoute: ""},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.DeleteSipConnection(t.Context(), &pb.DeleteSipConnectionRequest{Uuid: upper})
			},
			&pb.DeleteSipConnectionResponse{}, []string{"DELETE " + trunkRoute},
		},
		"list products": {
			map[string]string{"GET connection/product": success(`[{"id":7,"name":"b"},{"id":3,"name":"a"}]`)},
			func(s *SipConnectionService) (proto.Message, error) {
				return s.ListSipConnectionProducts(t.Context(), &pb.ListSipConnectionProductsRequest{})
			},
			&pb.ListSipConnectionProductsResponse{SipConnectionProducts: []*pb.SipConnectionProduct{{Id: new(int32(3)), Name: "a"}, {Id: new(int32(7)), Name: "b"}}},
			[]string{"GET connection/product"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, v := serviceOf(t, c.answers)
			got, err := c.call(s)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, etagtest.Ignore()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.sent, v.seen); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCallsFail: every call hands the vendor's failure on, and refuses what it can
// refuse without asking the vendor.
func TestCallsFail(t *testing.T) {
	t.Parallel()
	invite := &pb.SipUserInvite{Uuid: inviteUUID, SipConnectionUuid: new(connectionUUID), Name: new("Desk")}
	for name, call := range map[string]func(s *SipConnectionService) error{
		"create invite": func(s *SipConnectionService) error {
			_, err := s.CreateSipUserInvite(t.Context(), &pb.CreateSipUserInviteRequest{SipConnectionUuid: connectionUUID, SipUserInvite: invite})
			return err
		},
		"list invites": func(s *SipConnectionService) error {
			_, err := s.ListSipUserInvites(t.Context(), &pb.ListSipUserInvitesRequest{SipConnectionUuid: connectionUUID})
			return err
		},
		"get invite": func(s *SipConnectionService) error {
			_, err := s.GetSipUserInvite(t.Context(), &pb.GetSipUserInviteRequest{SipConnectionUuid: connectionUUID, Uuid: inviteUUID})
			return err
		},
		"update invite": func(s *SipConnectionService) error {
			_, err := s.UpdateSipUserInvite(t.Context(), &pb.UpdateSipUserInviteRequest{SipConnectionUuid: connectionUUID, SipUserInvite: invite})
			return err
		},
		"delete invite": func(s *SipConnectionService) error {
			_, err := s.DeleteSipUserInvite(t.Context(), &pb.DeleteSipUserInviteRequest{SipConnectionUuid: connectionUUID, Uuid: inviteUUID})
			return err
		},
		"assign": func(s *SipConnectionService) error {
			_, err := s.AssignSipConnectionTnLeases(t.Context(), &pb.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: connectionUUID, AddTnLeaseUuids: []string{otherUUID}})
			return err
		},
		"list leases": func(s *SipConnectionService) error {
			_, err := s.ListSipConnectionTnLeases(t.Context(), &pb.ListSipConnectionTnLeasesRequest{SipConnectionUuid: connectionUUID})
			return err
		},
		"list connections": func(s *SipConnectionService) error {
			_, err := s.ListSipConnections(t.Context(), &pb.ListSipConnectionsRequest{})
			return err
		},
		"get connection": func(s *SipConnectionService) error {
			_, err := s.GetSipConnection(t.Context(), &pb.GetSipConnectionRequest{Uuid: connectionUUID})
			return err
		},
		"create connection": func(s *SipConnectionService) error {
			_, err := s.CreateSipConnection(t.Context(), &pb.CreateSipConnectionRequest{SipConnection: &pb.SipConnection{Name: new("HQ")}})
			return err
		},
		"update connection": func(s *SipConnectionService) error {
			_, err := s.UpdateSipConnection(t.Context(), &pb.UpdateSipConnectionRequest{SipConnection: &pb.SipConnection{Uuid: connectionUUID, Name: new("HQ")}})
			return err
		},
		"delete connection": func(s *SipConnectionService) error {
			_, err := s.DeleteSipConnection(t.Context(), &pb.DeleteSipConnectionRequest{Uuid: connectionUUID})
			return err
		},
		"list products": func(s *SipConnectionService) error {
			_, err := s.ListSipConnectionProducts(t.Context(), &pb.ListSipConnectionProductsRequest{})
			return err
		},
	} {
		s, v := serviceOf(t, nil)
		var failure *upstream.Error
		if err := call(s); !errors.As(err, &failure) || failure.Status != http.StatusNotImplemented || len(v.seen) != 1 {
			t.Errorf("%s: %v after %v", name, err, v.seen)
		}
	}
}

// TestInvalidCallsReachNoVendor: a list or an update that is wrong is refused before.
func TestInvalidCallsReachNoVendor(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(s *SipConnectionService) error{
		"filter": func(s *SipConnectionService) error {
			_, err := s.ListSipConnections(t.Context(), &pb.ListSipConnectionsRequest{Filter: "bogus = 1"})
			return err
		},
		"order": func(s *SipConnectionService) error {
			_, err := s.ListSipConnectionProducts(t.Context(), &pb.ListSipConnectionProductsRequest{OrderBy: "bogus"})
			return err
		},
		"token": func(s *SipConnectionService) error {
			_, err := s.ListSipUserInvites(t.Context(), &pb.ListSipUserInvitesRequest{SipConnectionUuid: connectionUUID, PageToken: "bogus"})
			return err
		},
		"mask": func(s *SipConnectionService) error {
			_, err := s.UpdateSipConnection(t.Context(), &pb.UpdateSipConnectionRequest{SipConnection: &pb.SipConnection{Uuid: connectionUUID}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"uuid"}}})
			return err
		},
		"an empty update": func(s *SipConnectionService) error {
			_, err := s.UpdateSipUserInvite(t.Context(), &pb.UpdateSipUserInviteRequest{SipConnectionUuid: connectionUUID, SipUserInvite: &pb.SipUserInvite{Uuid: inviteUUID}})
			return err
		},
	} {
		s, v := serviceOf(t, nil)
		if err := call(s); status.Reason(err) != "REQUEST_INVALID" || len(v.seen) != 0 {
			t.Errorf("%s: %v after %v", name, err, v.seen)
		}
	}
}
