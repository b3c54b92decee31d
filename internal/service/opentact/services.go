package opentact

import (
	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// SipConnectionService serves SIP connections, their invites and their numbers.
type SipConnectionService struct {
	pb.UnimplementedSipConnectionServiceServer
	vendor *opentact.Client
	tokens *list.Tokens
}

// NewSipConnectionService returns the service over the vendor's client; tokens seals its
// page tokens.
func NewSipConnectionService(vendor *opentact.Client, tokens *list.Tokens) *SipConnectionService {
	return &SipConnectionService{vendor: vendor, tokens: tokens}
}

// SipAppService serves call-control apps, their numbers and their call flows.
type SipAppService struct {
	pb.UnimplementedSipAppServiceServer
	vendor *opentact.Client
	tokens *list.Tokens
}

// NewSipAppService returns the service over the vendor's client; tokens seals its page
// tokens.
func NewSipAppService(vendor *opentact.Client, tokens *list.Tokens) *SipAppService {
	return &SipAppService{vendor: vendor, tokens: tokens}
}

// ProfileService serves messaging profiles and outbound voice profiles.
type ProfileService struct {
	pb.UnimplementedProfileServiceServer
	vendor *opentact.Client
	tokens *list.Tokens
}

// NewProfileService returns the service over the vendor's client; tokens seals its page
// tokens.
func NewProfileService(vendor *opentact.Client, tokens *list.Tokens) *ProfileService {
	return &ProfileService{vendor: vendor, tokens: tokens}
}
