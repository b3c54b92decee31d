package opentact

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// ListSipConnectionProducts lists what connections can be sold under.
func (s *SipConnectionService) ListSipConnectionProducts(ctx context.Context, request *pb.ListSipConnectionProductsRequest) (*pb.ListSipConnectionProductsResponse, error) {
	products, next, err := page(s.Tokens(ctx), request, "id", nowhere[pb.SipConnectionProduct], func(begin func() opentact.Keep[pb.SipConnectionProduct]) error {
		return opentact.ListProducts(ctx, s.Vendor, sipConnectionProductKind, begin)
	})
	if err != nil {
		return nil, err
	}
	return &pb.ListSipConnectionProductsResponse{SipConnectionProducts: products, NextPageToken: next}, nil
}
