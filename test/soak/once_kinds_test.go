//go:build soak

package soak

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"

	"google.golang.org/protobuf/proto"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/test/faults/rig"
)

// onceKind is a kind of resource that callers create.
type onceKind struct {
	name string
	// share is how many of each hundred creates are of this kind.
	share int
	// infinity says which vendor has it, and lists which of the vendor's paths show it.
	infinity bool
	lists    []string
	// id and answered are the members with the id in the vendor's rows and in answers.
	id, answered string
	// call creates the resource of a number.
	call func(n int, mark, request string) rig.Call
}

// markOfNumber is the text by which a create is recognised at the vendor.
func markOfNumber(n int) string { return fmt.Sprintf("soak-%d", n) }

var onceMark = regexp.MustCompile(`soak-\d+`)

// orders is how many queue members one group has. They have no text that could hold a
// mark: the group and the place among the members stand for the number.
const orders = 9000

// memberOfNumber returns the group and the place of a queue member.
func memberOfNumber(n int) (group uint32, order int32) {
	return uint32(1 + n/orders), int32(n % orders)
}

// markIn finds the mark in the body of a create or in a row, or returns "".
func markIn(text string) string {
	if mark := onceMark.FindString(text); mark != "" {
		return mark
	}
	form, err := url.ParseQuery(text)
	if err != nil || !form.Has("ringOrder") {
		return ""
	}
	return markOfMember(form.Get("groupId"), form.Get("ringOrder"))
}

func markOfMember(group, order string) string {
	g, badGroup := strconv.Atoi(group)
	place, badPlace := strconv.Atoi(order)
	if badGroup != nil || badPlace != nil {
		return ""
	}
	return markOfNumber((g-1)*orders + place)
}

const (
	// emptyQueue is a queue without members.
	emptyQueue = 3
	// inviting is how many connections get invites.
	inviting = 7
)

// onceKinds returns the kinds. Most are such that the emulator stores a duplicate. It
// refuses a second user, group, queue or device of the same name or address, so their
// shares are small, as are those of kinds with long lists.
func onceKinds() []onceKind {
	return append(openTACTKinds(), infinityKinds()...)
}

func openTACTKinds() []onceKind {
	kind := func(name string, share int, list, path string, call func(n int, mark, request string) (string, proto.Message, proto.Message, proto.Message)) onceKind {
		return onceKind{
			name: name, share: share, lists: []string{list}, id: "uuid", answered: "uuid",
			call: func(n int, mark, request string) rig.Call {
				method, wanted, response, body := call(n, mark, request)
				return rig.Call{Method: method, Request: wanted, Response: response, HTTP: "POST " + path, Body: body}
			},
		}
	}
	return []onceKind{
		kind("SIP connection", 4, "/rest/sip/connection", "/v1/sip-connections",
			func(_ int, mark, request string) (string, proto.Message, proto.Message, proto.Message) {
				wanted := &pb.SipConnection{Name: &mark}
				return pb.SipConnectionService_CreateSipConnection_FullMethodName,
					&pb.CreateSipConnectionRequest{SipConnection: wanted, RequestId: request}, &pb.CreateSipConnectionResponse{}, wanted
			}),
		kind("SIP app", 10, "/rest/sip/app", "/v1/sip-apps",
			func(_ int, mark, request string) (string, proto.Message, proto.Message, proto.Message) {
				wanted := &pb.SipApp{Name: &mark}
				return pb.SipAppService_CreateSipApp_FullMethodName,
					&pb.CreateSipAppRequest{SipApp: wanted, RequestId: request}, &pb.CreateSipAppResponse{}, wanted
			}),
		kind("messaging profile", 12, "/rest/profile/messaging", "/v1/messaging-profiles",
			func(_ int, mark, request string) (string, proto.Message, proto.Message, proto.Message) {
				wanted := &pb.MessagingProfile{Name: &mark}
				return pb.ProfileService_CreateMessagingProfile_FullMethodName,
					&pb.CreateMessagingProfileRequest{MessagingProfile: wanted, RequestId: request}, &pb.CreateMessagingProfileResponse{}, wanted
			}),
		kind("voice profile", 12, "/rest/profile/outbound_voice", "/v1/outbound-voice-profiles",
			func(_ int, mark, request string) (string, proto.Message, proto.Message, proto.Message) {
				wanted := &pb.OutboundVoiceProfile{Name: &mark}
				return pb.ProfileService_CreateOutboundVoiceProfile_FullMethodName,
					&pb.CreateOutboundVoiceProfileRequest{OutboundVoiceProfile: wanted, RequestId: request},
					&pb.CreateOutboundVoiceProfileResponse{}, wanted
			}),
		invitesKind(),
	}
}

// invitesKind spreads invites over several connections.
func invitesKind() onceKind {
	k := onceKind{name: "SIP user invite", share: 24, id: "uuid", answered: "uuid"}
	for i := range inviting {
		k.lists = append(k.lists, "/rest/sip/connection/"+opentact.ConnectionUUID(1+i)+"/invites")
	}
	k.call = func(n int, mark, request string) rig.Call {
		connection, wanted := opentact.ConnectionUUID(1+n%inviting), &pb.SipUserInvite{Name: &mark}
		return rig.Call{
			Method:   pb.SipConnectionService_CreateSipUserInvite_FullMethodName,
			Request:  &pb.CreateSipUserInviteRequest{SipConnectionUuid: connection, SipUserInvite: wanted, RequestId: request},
			Response: &pb.CreateSipUserInviteResponse{}, HTTP: "POST /v1/sip-connections/" + connection + "/invites", Body: wanted,
		}
	}
	return k
}

func infinityKinds() []onceKind {
	kind := func(name string, share int, list, path, id string, call func(n int, mark, request string) (string, proto.Message, proto.Message, proto.Message)) onceKind {
		return onceKind{
			name: name, share: share, infinity: true, lists: []string{fmt.Sprintf("/config/v2/sip/domains/%d/%s", domain, list)},
			id: id, answered: id,
			call: func(n int, mark, request string) rig.Call {
				method, wanted, response, body := call(n, mark, request)
				return rig.Call{Method: method, Request: wanted, Response: response, HTTP: fmt.Sprintf("POST /v1/pbx/domains/%d/%s", domain, path), Body: body}
			},
		}
	}
	return []onceKind{
		kind("PBX trusted network", 20, "trustednetworks", "trusted-networks", "trustedNetworkId",
			func(n int, mark, request string) (string, proto.Message, proto.Message, proto.Message) {
				wanted := &pb.PbxTrustedNetwork{Network: proto.String(fmt.Sprintf("10.%d.%d.%d/32", n>>16&255, n>>8&255, n&255)), Description: &mark}
				return pb.PbxConfigService_CreatePbxTrustedNetwork_FullMethodName,
					&pb.CreatePbxTrustedNetworkRequest{DomainId: domain, PbxTrustedNetwork: wanted, RequestId: request},
					&pb.CreatePbxTrustedNetworkResponse{}, wanted
			}),
		kind("PBX queue member", 10, fmt.Sprintf("queues/%d/members", emptyQueue), fmt.Sprintf("queues/%d/members", emptyQueue), "queueMemberId",
			func(n int, _, request string) (string, proto.Message, proto.Message, proto.Message) {
				group, order := memberOfNumber(n)
				wanted := &pb.PbxQueueMember{
					GroupId: &group, RingOrder: &order, RingStrategy: pb.PbxRingStrategy_PBX_RING_STRATEGY_ALL.Enum(),
					RingAttempts: proto.Int32(1), RingSeconds: proto.Int32(20),
				}
				return pb.PbxConfigService_CreatePbxQueueMember_FullMethodName,
					&pb.CreatePbxQueueMemberRequest{DomainId: domain, QueueId: emptyQueue, PbxQueueMember: wanted, RequestId: request},
					&pb.CreatePbxQueueMemberResponse{}, wanted
			}),
		kind("PBX user", 2, "users", "users", "userId",
			func(n int, mark, request string) (string, proto.Message, proto.Message, proto.Message) {
				wanted := &pb.PbxUser{Login: &mark, DisplayName: &mark, ExtensionNumber: extensionOf(n), Password: proto.String("correct horse")}
				return pb.PbxConfigService_CreatePbxUser_FullMethodName,
					&pb.CreatePbxUserRequest{DomainId: domain, PbxUser: wanted, RequestId: request}, &pb.CreatePbxUserResponse{}, wanted
			}),
		kind("PBX group", 2, "groups", "groups", "groupId",
			func(n int, mark, request string) (string, proto.Message, proto.Message, proto.Message) {
				wanted := &pb.PbxGroup{GroupName: &mark, DisplayName: &mark, ExtensionNumber: extensionOf(n)}
				return pb.PbxConfigService_CreatePbxGroup_FullMethodName,
					&pb.CreatePbxGroupRequest{DomainId: domain, PbxGroup: wanted, RequestId: request}, &pb.CreatePbxGroupResponse{}, wanted
			}),
		kind("PBX queue", 2, "queues", "queues", "queueId",
			func(n int, mark, request string) (string, proto.Message, proto.Message, proto.Message) {
				wanted := &pb.PbxQueue{QueueName: &mark, DisplayName: &mark, ExtensionNumber: extensionOf(n)}
				return pb.PbxConfigService_CreatePbxQueue_FullMethodName,
					&pb.CreatePbxQueueRequest{DomainId: domain, PbxQueue: wanted, RequestId: request}, &pb.CreatePbxQueueResponse{}, wanted
			}),
		kind("PBX device", 2, "devices", "devices", "pbxDeviceId",
			func(n int, mark, request string) (string, proto.Message, proto.Message, proto.Message) {
				wanted := &pb.PbxDevice{PbxDeviceName: &mark, MacAddress: proto.String(fmt.Sprintf("02:00:00:%02x:%02x:%02x", n>>16&255, n>>8&255, n&255))}
				return pb.PbxConfigService_CreatePbxDevice_FullMethodName,
					&pb.CreatePbxDeviceRequest{DomainId: domain, PbxDevice: wanted, RequestId: request}, &pb.CreatePbxDeviceResponse{}, wanted
			}),
	}
}

func extensionOf(n int) *string { return proto.String(fmt.Sprintf("7%07d", n)) }

// kindOfNumber returns the kind of a create: each hundred numbers have all kinds by their
// shares.
func kindOfNumber(kinds []onceKind, n int) *onceKind {
	at := n * 37 % 100 // neighbours are of different kinds
	for i := range kinds {
		if at -= kinds[i].share; at < 0 {
			return &kinds[i]
		}
	}
	panic("the shares are less than 100")
}
