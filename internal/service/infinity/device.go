package infinity

import (
	"context"
	"strings"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
)

// ListPbxDevices lists the devices of a domain.
func (s *PbxConfigService) ListPbxDevices(ctx context.Context, request *pb.ListPbxDevicesRequest) (*pb.ListPbxDevicesResponse, error) {
	page, next, err := pbxDevices.page(ctx, s.Backend, request, in(request.GetDomainId()))
	if err != nil {
		return nil, err
	}
	return &pb.ListPbxDevicesResponse{PbxDevices: page, NextPageToken: next}, nil
}

// GetPbxDevice returns one device.
func (s *PbxConfigService) GetPbxDevice(ctx context.Context, request *pb.GetPbxDeviceRequest) (*pb.GetPbxDeviceResponse, error) {
	found, err := pbxDevices.get(ctx, s.Backend, in(request.GetDomainId()), request.GetPbxDeviceId())
	if err != nil {
		return nil, err
	}
	return &pb.GetPbxDeviceResponse{PbxDevice: found}, nil
}

// CreatePbxDevice creates a device.
func (s *PbxConfigService) CreatePbxDevice(ctx context.Context, request *pb.CreatePbxDeviceRequest) (*pb.CreatePbxDeviceResponse, error) {
	created, err := pbxDevices.create(ctx, s.Backend, request, in(request.GetDomainId()), request.GetPbxDevice())
	if err != nil {
		return nil, err
	}
	return &pb.CreatePbxDeviceResponse{PbxDevice: created}, nil
}

// UpdatePbxDevice changes what the mask names.
func (s *PbxConfigService) UpdatePbxDevice(ctx context.Context, request *pb.UpdatePbxDeviceRequest) (*pb.UpdatePbxDeviceResponse, error) {
	updated, err := pbxDevices.update(ctx, s.Backend, request, in(request.GetDomainId()), request.GetPbxDevice())
	if err != nil {
		return nil, err
	}
	return &pb.UpdatePbxDeviceResponse{PbxDevice: updated}, nil
}

// DeletePbxDevice deletes a device.
func (s *PbxConfigService) DeletePbxDevice(ctx context.Context, request *pb.DeletePbxDeviceRequest) (*pb.DeletePbxDeviceResponse, error) {
	if err := pbxDevices.remove(ctx, s.Backend, request, in(request.GetDomainId()), request.GetPbxDeviceId()); err != nil {
		return nil, err
	}
	return &pb.DeletePbxDeviceResponse{}, nil
}

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
