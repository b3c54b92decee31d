// Package infinity implements PbxConfigService, the hosted PBXs of Infinity. A method
// translates the request into vendor calls and their answers back.
package infinity

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/etag"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// Backend has the parts that the service needs.
type Backend struct {
	// Vendor calls Infinity.
	Vendor *infinity.Client
	// Tokens returns what seals the page tokens of the vendor account that a call works in.
	Tokens func(context.Context) *list.Tokens
	// Etags makes etags.
	Etags *etag.Maker
}

// PbxConfigService serves the hosted PBXs of Infinity.
type PbxConfigService struct {
	pb.UnimplementedPbxConfigServiceServer
	Backend
}

// NewPbxConfigService returns the service.
func NewPbxConfigService(backend Backend) *PbxConfigService {
	return &PbxConfigService{Backend: backend}
}
