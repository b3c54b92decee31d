package rig

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// The calls below are at least one of each retry class at each vendor.

// GetSipConnection reads.
func GetSipConnection(uuid string) Call {
	return Call{
		pb.SipConnectionService_GetSipConnection_FullMethodName, &pb.GetSipConnectionRequest{Uuid: uuid},
		&pb.GetSipConnectionResponse{}, "GET /v1/sip-connections/" + uuid, nil,
	}
}

// DeleteSipUserInvite deletes.
func DeleteSipUserInvite(connection, uuid string) Call {
	return Call{
		pb.SipConnectionService_DeleteSipUserInvite_FullMethodName,
		&pb.DeleteSipUserInviteRequest{SipConnectionUuid: connection, Uuid: uuid},
		&pb.DeleteSipUserInviteResponse{}, "DELETE /v1/sip-connections/" + connection + "/invites/" + uuid, nil,
	}
}

// AssignLease moves a TN lease to a connection.
func AssignLease(connection, lease string) Call {
	request := &pb.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: connection, AddTnLeaseUuids: []string{lease}}
	return Call{
		pb.SipConnectionService_AssignSipConnectionTnLeases_FullMethodName, request,
		&pb.AssignSipConnectionTnLeasesResponse{}, "POST /v1/sip-connections/" + connection + "/tn-leases:assign",
		&pb.AssignSipConnectionTnLeasesRequest{AddTnLeaseUuids: []string{lease}},
	}
}

// ExecuteCallFlow executes a call flow that says the text.
func ExecuteCallFlow(call, text string) Call {
	flow := "<Response><Say>" + text + "</Say></Response>"
	return Call{
		pb.SipAppService_ExecuteCallFlow_FullMethodName, &pb.ExecuteCallFlowRequest{CallUuid: call, CallFlowXml: flow},
		&pb.ExecuteCallFlowResponse{}, "POST /v1/calls/" + call + ":executeCallFlow", &pb.ExecuteCallFlowRequest{CallFlowXml: flow},
	}
}

// CreateMessagingProfile creates a profile that keeps its first name in its
// callback as well, which identifies it after it is renamed.
func CreateMessagingProfile(name string) Call {
	profile := &pb.MessagingProfile{Name: &name, CallbackUrl: proto.String("https://example.com/" + name)}
	return Call{
		pb.ProfileService_CreateMessagingProfile_FullMethodName, &pb.CreateMessagingProfileRequest{MessagingProfile: profile},
		&pb.CreateMessagingProfileResponse{}, "POST /v1/messaging-profiles", profile,
	}
}

// GetMessagingProfile reads.
func GetMessagingProfile(uuid string) Call {
	return Call{
		pb.ProfileService_GetMessagingProfile_FullMethodName, &pb.GetMessagingProfileRequest{Uuid: uuid},
		&pb.GetMessagingProfileResponse{}, "GET /v1/messaging-profiles/" + uuid, nil,
	}
}

// RenameMessagingProfile updates.
func RenameMessagingProfile(uuid, name string) Call {
	return Call{
		pb.ProfileService_UpdateMessagingProfile_FullMethodName,
		&pb.UpdateMessagingProfileRequest{MessagingProfile: &pb.MessagingProfile{Uuid: uuid, Name: &name}},
		&pb.UpdateMessagingProfileResponse{}, "PATCH /v1/messaging-profiles/" + uuid, &pb.MessagingProfile{Name: &name},
	}
}

// DeleteMessagingProfile deletes.
func DeleteMessagingProfile(uuid string) Call {
	return Call{
		pb.ProfileService_DeleteMessagingProfile_FullMethodName, &pb.DeleteMessagingProfileRequest{Uuid: uuid},
		&pb.DeleteMessagingProfileResponse{}, "DELETE /v1/messaging-profiles/" + uuid, nil,
	}
}

func inDomain(domain uint32, format string, ids ...any) string {
	return fmt.Sprintf("/v1/pbx/domains/%d/", domain) + fmt.Sprintf(format, ids...)
}

// GetPbxUser reads.
func GetPbxUser(domain, user uint32) Call {
	return Call{
		pb.PbxConfigService_GetPbxUser_FullMethodName, &pb.GetPbxUserRequest{DomainId: domain, UserId: user},
		&pb.GetPbxUserResponse{}, "GET " + inDomain(domain, "users/%d", user), nil,
	}
}

// RenamePbxUser updates in part.
func RenamePbxUser(domain, user uint32, name string) Call {
	return Call{
		pb.PbxConfigService_UpdatePbxUser_FullMethodName,
		&pb.UpdatePbxUserRequest{DomainId: domain, PbxUser: &pb.PbxUser{UserId: &user, DisplayName: &name}},
		&pb.UpdatePbxUserResponse{}, "PATCH " + inDomain(domain, "users/%d", user), &pb.PbxUser{DisplayName: &name},
	}
}

// RenamePbxGroup reads, merges and writes the whole row.
func RenamePbxGroup(domain, group uint32, name string) Call {
	return Call{
		pb.PbxConfigService_UpdatePbxGroup_FullMethodName,
		&pb.UpdatePbxGroupRequest{DomainId: domain, PbxGroup: &pb.PbxGroup{GroupId: &group, DisplayName: &name}},
		&pb.UpdatePbxGroupResponse{}, "PATCH " + inDomain(domain, "groups/%d", group), &pb.PbxGroup{DisplayName: &name},
	}
}

// AddPbxGroupUser assigns a user to a group.
func AddPbxGroupUser(domain, group, user uint32) Call {
	return Call{
		pb.PbxConfigService_AddPbxGroupUsers_FullMethodName,
		&pb.AddPbxGroupUsersRequest{DomainId: domain, GroupId: group, UserIds: []uint32{user}},
		&pb.AddPbxGroupUsersResponse{}, "POST " + inDomain(domain, "groups/%d/users:add", group),
		&pb.AddPbxGroupUsersRequest{UserIds: []uint32{user}},
	}
}

// CreatePbxTrustedNetwork creates; the vendor answers only the id.
func CreatePbxTrustedNetwork(domain uint32, network, description string) Call {
	wanted := &pb.PbxTrustedNetwork{Network: &network, Description: &description}
	return Call{
		pb.PbxConfigService_CreatePbxTrustedNetwork_FullMethodName,
		&pb.CreatePbxTrustedNetworkRequest{DomainId: domain, PbxTrustedNetwork: wanted},
		&pb.CreatePbxTrustedNetworkResponse{}, "POST " + inDomain(domain, "trusted-networks"), wanted,
	}
}

// GetPbxTrustedNetwork reads.
func GetPbxTrustedNetwork(domain, id uint32) Call {
	return Call{
		pb.PbxConfigService_GetPbxTrustedNetwork_FullMethodName,
		&pb.GetPbxTrustedNetworkRequest{DomainId: domain, TrustedNetworkId: id},
		&pb.GetPbxTrustedNetworkResponse{}, "GET " + inDomain(domain, "trusted-networks/%d", id), nil,
	}
}

// DescribePbxTrustedNetwork updates.
func DescribePbxTrustedNetwork(domain, id uint32, description string) Call {
	return Call{
		pb.PbxConfigService_UpdatePbxTrustedNetwork_FullMethodName,
		&pb.UpdatePbxTrustedNetworkRequest{DomainId: domain, PbxTrustedNetwork: &pb.PbxTrustedNetwork{TrustedNetworkId: &id, Description: &description}},
		&pb.UpdatePbxTrustedNetworkResponse{}, "PATCH " + inDomain(domain, "trusted-networks/%d", id),
		&pb.PbxTrustedNetwork{Description: &description},
	}
}

// DeletePbxTrustedNetwork deletes.
func DeletePbxTrustedNetwork(domain, id uint32) Call {
	return Call{
		pb.PbxConfigService_DeletePbxTrustedNetwork_FullMethodName,
		&pb.DeletePbxTrustedNetworkRequest{DomainId: domain, TrustedNetworkId: id},
		&pb.DeletePbxTrustedNetworkResponse{}, "DELETE " + inDomain(domain, "trusted-networks/%d", id), nil,
	}
}
