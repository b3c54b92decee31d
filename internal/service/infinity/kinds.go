package infinity

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// The kinds of row. What of them is read and written is generated from the table of
// package mapping.
var (
	pbxDomains         = newKind(infinity.Domains, pbxDomainRows)
	pbxUsers           = newKind(infinity.Users, pbxUserRows)
	pbxGroups          = newKind(infinity.Groups, pbxGroupRows)
	pbxGroupUsers      = newKind(infinity.GroupUsers, pbxGroupUserRows)
	pbxUserGroups      = newKind(infinity.UserGroups, pbxUserGroupRows)
	pbxUserDevices     = newKind(infinity.UserDevices, pbxUserDeviceRows)
	pbxQueues          = newKind(infinity.Queues, pbxQueueRows)
	pbxQueueMembers    = newKind(infinity.QueueMembers, pbxQueueMemberRows)
	pbxTrustedNetworks = newKind(infinity.TrustedNetworks, pbxTrustedNetworkRows)
	pbxDevices         = pbxKind[pb.PbxDevice, *pb.PbxDevice]{Collection: infinity.Devices, rows: pbxDeviceRows, respell: respellAddress, asSent: withColons}
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
