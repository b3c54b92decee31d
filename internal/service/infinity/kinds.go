package infinity

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/service/reconcile"
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

// createdKind is a kind of row that callers create.
type createdKind interface {
	// vendorNames returns the resource, and its field names by the vendor's.
	vendorNames() (resource protoreflect.FullName, names map[string]string)
	// createRule returns the create of the resource, and how its outcome is found out.
	createRule(b Backend) (fullMethod string, rule reconcile.Rule)
}

// createdKinds returns all kinds of row that callers create.
func createdKinds() []createdKind {
	return []createdKind{&pbxUsers, &pbxGroups, &pbxUserDevices, &pbxQueues, &pbxQueueMembers, &pbxTrustedNetworks, &pbxDevices}
}

// VendorNames returns, for each resource, the contract's field names by the vendor's, so
// that errors can name the fields that callers know.
func VendorNames() map[protoreflect.FullName]map[string]string {
	domain, ofDomain := pbxDomains.vendorNames()
	names := map[protoreflect.FullName]map[string]string{domain: ofDomain}
	for _, kind := range createdKinds() {
		resource, vendorNames := kind.vendorNames()
		names[resource] = vendorNames
	}
	return names
}
