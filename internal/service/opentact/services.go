package opentact

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/etag"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// Backend is what the services work with.
type Backend struct {
	// Vendor calls OpenTACT.
	Vendor *opentact.Client
	// Tokens seals page tokens.
	Tokens *list.Tokens
	// Etags makes etags.
	Etags *etag.Maker
	// Lacks reports whether the generation of the vendor's API does not take a field; nil
	// means that it takes all.
	Lacks func(field protoreflect.FieldDescriptor) bool
}

// SipConnectionService serves SIP connections, their invites and their numbers.
type SipConnectionService struct {
	pb.UnimplementedSipConnectionServiceServer
	Backend
}

// NewSipConnectionService returns the service.
func NewSipConnectionService(backend Backend) *SipConnectionService {
	return &SipConnectionService{Backend: backend}
}

// SipAppService serves call-control apps, their numbers and their call flows.
type SipAppService struct {
	pb.UnimplementedSipAppServiceServer
	Backend
}

// NewSipAppService returns the service.
func NewSipAppService(backend Backend) *SipAppService { return &SipAppService{Backend: backend} }

// ProfileService serves messaging profiles and outbound voice profiles.
type ProfileService struct {
	pb.UnimplementedProfileServiceServer
	Backend
}

// NewProfileService returns the service.
func NewProfileService(backend Backend) *ProfileService { return &ProfileService{Backend: backend} }
