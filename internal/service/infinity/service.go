// Package infinity implements PbxConfigService, the hosted PBXs of Infinity. A method
// translates the request into vendor calls and their answers back.
package infinity

import (
	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// PbxConfigService serves the hosted PBXs of Infinity.
type PbxConfigService struct {
	pb.UnimplementedPbxConfigServiceServer
	vendor *infinity.Client
	tokens *list.Tokens
}

// NewPbxConfigService returns the service over the vendor's client; tokens seals its page
// tokens.
func NewPbxConfigService(vendor *infinity.Client, tokens *list.Tokens) *PbxConfigService {
	return &PbxConfigService{vendor: vendor, tokens: tokens}
}
