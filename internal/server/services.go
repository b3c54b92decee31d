package server

import (
	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/service/infinity"
	"github.com/sipfacade/sipfacade/internal/service/opentact"
)

// contractServices are all services of the contract's package, so that none can be served
// without its rules.
func contractServices() (services []protoreflect.ServiceDescriptor) {
	name := sipfacadev1.File_sipfacade_v1_error_reason_proto.Package()
	protoregistry.GlobalFiles.RangeFilesByPackage(name, func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			services = append(services, file.Services().Get(i))
		}
		return true
	})
	return services
}

// register registers every service with one protocol.
func register(with grpc.ServiceRegistrar, to *vendors, tokens *list.Tokens) {
	sipfacadev1.RegisterSipConnectionServiceServer(with, opentact.NewSipConnectionService(to.opentact, tokens))
	sipfacadev1.RegisterSipAppServiceServer(with, opentact.NewSipAppService(to.opentact, tokens))
	sipfacadev1.RegisterProfileServiceServer(with, opentact.NewProfileService(to.opentact, tokens))
	sipfacadev1.RegisterPbxConfigServiceServer(with, infinity.NewPbxConfigService(to.infinity, tokens))
}
