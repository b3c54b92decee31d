package server

import (
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

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

// readMethods are the full names of the methods that change nothing.
func readMethods() map[string]bool {
	reads := map[string]bool{}
	for _, service := range contractServices() {
		for i := range service.Methods().Len() {
			method := service.Methods().Get(i)
			options, _ := method.Options().(*descriptorpb.MethodOptions)
			if options.GetIdempotencyLevel() == descriptorpb.MethodOptions_NO_SIDE_EFFECTS {
				reads[fmt.Sprintf("/%s/%s", service.FullName(), method.Name())] = true
			}
		}
	}
	return reads
}

// register registers every service with one protocol.
func register(with grpc.ServiceRegistrar, to *vendors, tokens *list.Tokens) {
	sipfacadev1.RegisterSipConnectionServiceServer(with, opentact.NewSipConnectionService(to.opentact, tokens))
	sipfacadev1.RegisterSipAppServiceServer(with, opentact.NewSipAppService(to.opentact, tokens))
	sipfacadev1.RegisterProfileServiceServer(with, opentact.NewProfileService(to.opentact, tokens))
	sipfacadev1.RegisterPbxConfigServiceServer(with, infinity.NewPbxConfigService(to.infinity, tokens))
}
