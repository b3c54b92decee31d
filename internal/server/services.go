package server

import (
	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/service"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// contract is the services that the process serves.
func contract() []protoreflect.ServiceDescriptor {
	return []protoreflect.ServiceDescriptor{
		sipfacadev1.File_sipfacade_v1_sip_connection_service_proto.Services().ByName("SipConnectionService"),
		sipfacadev1.File_sipfacade_v1_sip_app_service_proto.Services().ByName("SipAppService"),
		sipfacadev1.File_sipfacade_v1_profile_service_proto.Services().ByName("ProfileService"),
	}
}

// register puts every service behind one door.
func register(door grpc.ServiceRegistrar, vendor *opentact.Client, tokens *list.Tokens) {
	sipfacadev1.RegisterSipConnectionServiceServer(door, service.NewSipConnectionService(vendor, tokens))
	sipfacadev1.RegisterSipAppServiceServer(door, service.NewSipAppService(vendor, tokens))
	sipfacadev1.RegisterProfileServiceServer(door, service.NewProfileService(vendor, tokens))
}
