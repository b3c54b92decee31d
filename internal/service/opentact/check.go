package opentact

import (
	"context"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// write is a request that changes something, unless it is only to be checked.
type write interface{ GetValidateOnly() bool }

// masked is a request that updates a resource.
type masked interface {
	write
	GetUpdateMask() *fieldmaskpb.FieldMask
}

// deletion is a request that deletes a resource.
type deletion interface {
	write
	GetEtag() string
}

// before reads the resource that a write is about to change, if the request is only to be
// checked or states an etag. It is an error if the resource has another etag.
func (k kind[M, R]) before(ctx context.Context, b Backend, request write, route *upstream.Route, etag string, uuids []string) (R, error) {
	if etag == "" && !request.GetValidateOnly() {
		return nil, nil
	}
	stored, err := k.read(ctx, b, uuids)
	switch {
	case err != nil:
		return nil, upstream.BeforeWrite(err, route)
	case etag != "" && b.Etags.Of(stored) != etag:
		return nil, upstream.Unsent(opentact.Vendor, route, upstream.KindChanged)
	default:
		return stored, nil
	}
}

// checkCreate reads what a new resource would be below, and plans the create. A kind that is
// below nothing is listed, so that the vendor sees the credential.
func (k kind[M, R]) checkCreate(ctx context.Context, b Backend, body opentact.Object, parents []string) error {
	var err error
	if len(parents) > 0 {
		_, err = sipConnections.read(ctx, b, parents)
	} else {
		err = opentact.List(ctx, b.Vendor, k.routes.List, k.answers, func() opentact.Keep[M] {
			return func(row *M) *M { return row }
		})
	}
	if err != nil {
		return upstream.BeforeWrite(err, k.routes.Create)
	}
	return b.Vendor.PlanWrite(ctx, k.routes.Create, body, parents...)
}
