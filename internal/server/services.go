package server

import (
	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/service"
)

// contract is the services that the process serves.
func contract() []protoreflect.ServiceDescriptor {
	return []protoreflect.ServiceDescriptor{
		sipfacadev1.File_sipfacade_v1_sip_connection_service_proto.Services().ByName("SipConnectionService"),
		sipfacadev1.File_sipfacade_v1_sip_app_service_proto.Services().ByName("SipAppService"),
		sipfacadev1.File_sipfacade_v1_profile_service_proto.Services().ByName("ProfileService"),
		sipfacadev1.File_sipfacade_v1_pbx_config_service_proto.Services().ByName("PbxConfigService"),
	}
}

// register puts every service behind one door.
func register(door grpc.ServiceRegistrar, to *vendors, tokens *list.Tokens) {
	sipfacadev1.RegisterSipConnectionServiceServer(door, service.NewSipConnectionService(to.opentact, tokens))
	sipfacadev1.RegisterSipAppServiceServer(door, service.NewSipAppService(to.opentact, tokens))
	sipfacadev1.RegisterProfileServiceServer(door, service.NewProfileService(to.opentact, tokens))
	sipfacadev1.RegisterPbxConfigServiceServer(door, service.NewPbxConfigService(to.infinity, tokens))
}
