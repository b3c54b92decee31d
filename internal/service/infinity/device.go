package infinity

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// ListPbxDevices lists the devices of a domain.
func (s *PbxConfigService) ListPbxDevices(ctx context.Context, request *pb.ListPbxDevicesRequest) (*pb.ListPbxDevicesResponse, error) {
	page, next, err := pbxDevices.page(ctx, s, request, in(request.GetDomainId()))
	if err != nil {
		return nil, err
	}
	return &pb.ListPbxDevicesResponse{PbxDevices: page, NextPageToken: next}, nil
}

// GetPbxDevice returns one device.
func (s *PbxConfigService) GetPbxDevice(ctx context.Context, request *pb.GetPbxDeviceRequest) (*pb.GetPbxDeviceResponse, error) {
	found, err := pbxDevices.read(ctx, s.vendor, in(request.GetDomainId()), request.GetPbxDeviceId())
	if err != nil {
		return nil, err
	}
	return &pb.GetPbxDeviceResponse{PbxDevice: found}, nil
}

// CreatePbxDevice creates a device.
func (s *PbxConfigService) CreatePbxDevice(ctx context.Context, request *pb.CreatePbxDeviceRequest) (*pb.CreatePbxDeviceResponse, error) {
	created, err := pbxDevices.create(ctx, s.vendor, in(request.GetDomainId()), request.GetPbxDevice())
	if err != nil {
		return nil, err
	}
	return &pb.CreatePbxDeviceResponse{PbxDevice: created}, nil
}

// UpdatePbxDevice changes what the mask names.
func (s *PbxConfigService) UpdatePbxDevice(ctx context.Context, request *pb.UpdatePbxDeviceRequest) (*pb.UpdatePbxDeviceResponse, error) {
	updated, err := pbxDevices.update(ctx, s.vendor, in(request.GetDomainId()), request.GetPbxDevice(), request.GetUpdateMask())
	if err != nil {
		return nil, err
	}
	return &pb.UpdatePbxDeviceResponse{PbxDevice: updated}, nil
}

// DeletePbxDevice deletes a device.
func (s *PbxConfigService) DeletePbxDevice(ctx context.Context, request *pb.DeletePbxDeviceRequest) (*pb.DeletePbxDeviceResponse, error) {
	if err := pbxDevices.remove(ctx, s.vendor, in(request.GetDomainId()), request.GetPbxDeviceId()); err != nil {
		return nil, err
	}
	return &pb.DeletePbxDeviceResponse{}, nil
}
