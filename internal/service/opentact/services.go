package opentact

import (
	"context"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/etag"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// Backend has the parts that all services need.
type Backend struct {
	// Vendor calls OpenTACT.
	Vendor *opentact.Client
	// Tokens returns what seals the page tokens of the vendor account that a call works in.
	Tokens func(context.Context) *list.Tokens
	// Etags makes etags.
	Etags *etag.Maker
	// Spoken knows what the generation of the vendor's API does not take.
	Spoken Spoken
}

// Spoken says what the configured generation of the vendor's API takes and shows.
type Spoken interface {
	// Lacks reports whether it does not take a field.
	Lacks(field protoreflect.FieldDescriptor) bool
	// OnlyShows reports whether answers have a field that it does not take.
	OnlyShows(field protoreflect.FieldDescriptor) bool
	// CheckShown compares fields that are only shown in a resource that is sent back with the
	// stored ones. The resource is named by its field in the request.
	CheckShown(name string, fields []protoreflect.FieldDescriptor, wanted, stored proto.Message) error
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
