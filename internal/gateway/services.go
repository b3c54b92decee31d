package gateway

import (
	"context"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"

	gatewayv1 "github.com/sipfacade/sipfacade/gen/gateway/sipfacade/v1"
	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// service is one service of the contract with its generated JSON handlers.
type service struct {
	desc     protoreflect.ServiceDescriptor
	register func(context.Context, *runtime.ServeMux, grpc.ClientConnInterface) error
}

// jsonServices returns every service with HTTP rules; a new service needs one line here.
func jsonServices() []service {
	return []service{
		bind(sipfacadev1.File_sipfacade_v1_sip_connection_service_proto, "SipConnectionService",
			sipfacadev1.NewSipConnectionServiceClient, gatewayv1.RegisterSipConnectionServiceHandlerClient),
		bind(sipfacadev1.File_sipfacade_v1_sip_app_service_proto, "SipAppService",
			sipfacadev1.NewSipAppServiceClient, gatewayv1.RegisterSipAppServiceHandlerClient),
		bind(sipfacadev1.File_sipfacade_v1_profile_service_proto, "ProfileService",
			sipfacadev1.NewProfileServiceClient, gatewayv1.RegisterProfileServiceHandlerClient),
		bind(sipfacadev1.File_sipfacade_v1_pbx_config_service_proto, "PbxConfigService",
			sipfacadev1.NewPbxConfigServiceClient, gatewayv1.RegisterPbxConfigServiceHandlerClient),
	}
}

// bind joins the three generated parts of a service.
func bind[C any](
	file protoreflect.FileDescriptor,
	name protoreflect.Name,
	client func(grpc.ClientConnInterface) C,
	register func(context.Context, *runtime.ServeMux, C) error,
) service {
	return service{
		desc: file.Services().ByName(name),
		register: func(ctx context.Context, mux *runtime.ServeMux, conn grpc.ClientConnInterface) error {
			return register(ctx, mux, client(conn))
		},
	}
}
