package infinity

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// dates are the vendor's names for when a row was made and changed.
var dates = renamed{"create_time": {"createDatetime"}, "update_time": {"updateDatetime"}}

// The kinds of row. Only device rows are documented; the other names follow from
// the parameters of the writes.
var (
	pbxDomains = described(pbxKind[*pb.PbxDomain]{
		Collection: infinity.Domains, field: "pbx_domain", id: "domain_id", whole: true,
	}, renamed{"domain": {"domain", "domainName"}, "call_recording_enabled": {"rec"}})

	pbxUsers = described(pbxKind[*pb.PbxUser]{
		Collection: infinity.Users, field: "pbx_user", id: "user_id",
		natural: []protoreflect.Name{"login"},
	}, renamed{"login": {"user"}, "create_time": dates["create_time"], "update_time": dates["update_time"]})

	pbxGroups = described(pbxKind[*pb.PbxGroup]{
		Collection: infinity.Groups, field: "pbx_group", id: "group_id", whole: true,
		natural: []protoreflect.Name{"group_name"},
	}, nil)

	pbxGroupUsers = described(pbxKind[*pb.PbxGroupUser]{
		Collection: infinity.GroupUsers, id: "user_id",
	}, renamed{"user_login": {"user"}})

	pbxUserGroups = described(pbxKind[*pb.PbxUserGroup]{
		Collection: infinity.UserGroups, id: "group_id",
	}, nil)

	pbxUserDevices = described(pbxKind[*pb.PbxUserDevice]{
		Collection: infinity.UserDevices, field: "pbx_user_device", id: "pbx_device_id",
		natural: []protoreflect.Name{"pbx_device_id"},
	}, renamed{"user_login": {"user"}, "update_time": dates["update_time"]})

	pbxQueues = described(pbxKind[*pb.PbxQueue]{
		Collection: infinity.Queues, field: "pbx_queue", id: "queue_id",
		natural: []protoreflect.Name{"queue_name"},
	}, nil)

	pbxQueueMembers = described(pbxKind[*pb.PbxQueueMember]{
		Collection: infinity.QueueMembers, field: "pbx_queue_member", id: "queue_member_id",
		natural: []protoreflect.Name{"group_id", "ring_order"},
	}, renamed{"ring_seconds": {"ringSecs"}})

	pbxTrustedNetworks = described(pbxKind[*pb.PbxTrustedNetwork]{
		Collection: infinity.TrustedNetworks, field: "pbx_trusted_network", id: "trusted_network_id",
		natural: []protoreflect.Name{"network"},
	}, nil)

	pbxDevices = described(pbxKind[*pb.PbxDevice]{
		Collection: infinity.Devices, field: "pbx_device", id: "pbx_device_id",
		natural: []protoreflect.Name{"mac_address"},
	}, renamed{
		"mac_address": {"deviceMacAddress"}, "user_login": {"user"},
		"create_time": dates["create_time"], "update_time": dates["update_time"],
	})
)

// VendorNames returns, for each resource, the contract's field names by the vendor's, so
// that errors can name the fields that callers know.
func VendorNames() map[protoreflect.FullName]map[string]string {
	names := map[protoreflect.FullName]map[string]string{}
	for _, kind := range []interface {
		vendorNames() (protoreflect.FullName, map[string]string)
	}{&pbxDomains, &pbxUsers, &pbxGroups, &pbxQueues, &pbxQueueMembers, &pbxTrustedNetworks, &pbxDevices, &pbxUserDevices} {
		resource, vendorNames := kind.vendorNames()
		names[resource] = vendorNames
	}
	return names
}
