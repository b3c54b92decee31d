package infinity

import (
	"strings"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
)

// withColons writes the MAC address of a device as the vendor takes it. Callers also write it
// with hyphens, or bare.
func withColons(device *pb.PbxDevice) *pb.PbxDevice {
	if device.MacAddress != nil {
		device.MacAddress = new(contract.MACWithColons(device.GetMacAddress()))
	}
	return device
}

// respellAddress writes the MAC address of a stored device as another has it, if it is the
// same: the vendor may have stored it in another spelling.
func respellAddress(stored, other *pb.PbxDevice) {
	if other.MacAddress != nil && strings.EqualFold(contract.MACDigits(stored.GetMacAddress()), contract.MACDigits(other.GetMacAddress())) {
		stored.MacAddress = other.MacAddress
	}
}
