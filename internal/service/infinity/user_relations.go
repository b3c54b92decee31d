package infinity

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// ListPbxUserDevices lists the devices of a user.
func (s *PbxConfigService) ListPbxUserDevices(ctx context.Context, request *pb.ListPbxUserDevicesRequest) (*pb.ListPbxUserDevicesResponse, error) {
	page, next, err := pbxUserDevices.page(ctx, s.Backend, request, inUser(request))
	if err != nil {
		return nil, err
	}
	return &pb.ListPbxUserDevicesResponse{PbxUserDevices: page, NextPageToken: next}, nil
}

// GetPbxUserDevice returns one device of a user.
func (s *PbxConfigService) GetPbxUserDevice(ctx context.Context, request *pb.GetPbxUserDeviceRequest) (*pb.GetPbxUserDeviceResponse, error) {
	found, err := pbxUserDevices.get(ctx, s.Backend, inUser(request), request.GetPbxDeviceId())
	if err != nil {
		return nil, err
	}
	return &pb.GetPbxUserDeviceResponse{PbxUserDevice: found}, nil
}

// CreatePbxUserDevice creates the association of a device with a user.
func (s *PbxConfigService) CreatePbxUserDevice(ctx context.Context, request *pb.CreatePbxUserDeviceRequest) (*pb.CreatePbxUserDeviceResponse, error) {
	created, err := pbxUserDevices.create(ctx, s.Backend, request, inUser(request), request.GetPbxUserDevice())
	if err != nil {
		return nil, err
	}
	return &pb.CreatePbxUserDeviceResponse{PbxUserDevice: created}, nil
}

// DeletePbxUserDevice deletes the association of a device with a user.
func (s *PbxConfigService) DeletePbxUserDevice(ctx context.Context, request *pb.DeletePbxUserDeviceRequest) (*pb.DeletePbxUserDeviceResponse, error) {
	if err := pbxUserDevices.remove(ctx, s.Backend, request, inUser(request), request.GetPbxDeviceId()); err != nil {
		return nil, err
	}
	return &pb.DeletePbxUserDeviceResponse{}, nil
}

// ListPbxUserGroups lists the groups of a user.
func (s *PbxConfigService) ListPbxUserGroups(ctx context.Context, request *pb.ListPbxUserGroupsRequest) (*pb.ListPbxUserGroupsResponse, error) {
	page, next, err := pbxUserGroups.page(ctx, s.Backend, request, inUser(request))
	if err != nil {
		return nil, err
	}
	return &pb.ListPbxUserGroupsResponse{PbxUserGroups: page, NextPageToken: next}, nil
}

// AddPbxUserGroups adds a user to groups.
func (s *PbxConfigService) AddPbxUserGroups(ctx context.Context, request *pb.AddPbxUserGroupsRequest) (*pb.AddPbxUserGroupsResponse, error) {
	form := infinity.IDs("groupSpec", request.GetGroupIds())
	if err := s.change(ctx, request, infinity.AddUserGroups, form, inUser(request)); err != nil {
		return nil, err
	}
	return &pb.AddPbxUserGroupsResponse{}, nil
}
