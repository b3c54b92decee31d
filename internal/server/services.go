package server

import (
	"maps"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/service/infinity"
	"github.com/sipfacade/sipfacade/internal/service/opentact"
	vendorinfinity "github.com/sipfacade/sipfacade/internal/upstream/infinity"
	vendoropentact "github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// contractServices are all services of the contract's package, so that none can be served
// without its rules.
func contractServices() []protoreflect.ServiceDescriptor {
	return contract.Services(protoregistry.GlobalFiles)
}

// VendorNames returns, for each resource, the contract's field names by the vendor's, so that
// errors can name the fields that callers know.
func VendorNames() map[protoreflect.FullName]map[string]string {
	names := opentact.VendorNames()
	maps.Copy(names, infinity.VendorNames())
	return names
}

// readMethods are the full names of the methods that change nothing.
func readMethods() map[string]bool {
	reads := map[string]bool{}
	for _, method := range contract.Methods(contractServices()) {
		if contract.OnlyReads(method) {
			reads[contract.FullMethod(method)] = true
		}
	}
	return reads
}

// backends is what the services work with.
type backends struct {
	opentact opentact.Backend
	infinity infinity.Backend
}

// newBackends returns the backends over the vendors, with one key for page tokens and etags.
func (s *Server) newBackends() (_ *backends, err error) {
	if s.keyed, err = newKeyed(s.sharedSecret()); err != nil {
		return nil, err
	}
	etags := s.keyed.etags
	return &backends{
		opentact: opentact.Backend{Vendor: s.clients.opentact, Tokens: s.tokensOf(vendoropentact.Vendor), Etags: etags, Spoken: s.generation},
		infinity: infinity.Backend{Vendor: s.clients.infinity, Tokens: s.tokensOf(vendorinfinity.Vendor), Etags: etags},
	}, nil
}

// register registers every service with one protocol.
func register(with grpc.ServiceRegistrar, b *backends) {
	sipfacadev1.RegisterSipConnectionServiceServer(with, opentact.NewSipConnectionService(b.opentact))
	sipfacadev1.RegisterSipAppServiceServer(with, opentact.NewSipAppService(b.opentact))
	sipfacadev1.RegisterProfileServiceServer(with, opentact.NewProfileService(b.opentact))
	sipfacadev1.RegisterPbxConfigServiceServer(with, infinity.NewPbxConfigService(b.infinity))
}
