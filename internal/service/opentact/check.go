package opentact

import (
	"context"
	"strings"

	"github.com/sipfacade/sipfacade/internal/service"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// deletion is a request that deletes a resource.
type deletion interface {
	service.Write
	GetEtag() string
}

// before reads the resource that a write is about to change, if that is needed or the request
// states an etag. It is an error if the resource has another etag.
func (k kind[M, R]) before(ctx context.Context, b Backend, route *upstream.Route, etag string, at place, needed bool) (R, error) {
	if etag == "" && !needed {
		return nil, nil
	}
	stored, err := k.read(ctx, b, at)
	switch {
	case err != nil:
		return nil, upstream.BeforeWrite(err, route)
	case etag != "" && !b.Etags.Matches(stored, etag):
		return nil, upstream.Unsent(opentact.Vendor, route, upstream.KindChanged)
	default:
		return stored, nil
	}
}

// checkCreate reads what a new resource would be below, and plans the create. A kind that is
// below nothing is listed, so that the vendor sees the credential.
//
// If there is one with the same natural key, the create would be refused.
func (k kind[M, R]) checkCreate(ctx context.Context, b Backend, body opentact.Object, wanted R, at place) error {
	var err error
	if k.above != nil {
		err = k.above(ctx, b, at)
	}
	taken := false
	if err == nil && (k.above == nil || len(k.natural) > 0) {
		err = opentact.List(ctx, b.Vendor, k.routes.List, k.answers, func() opentact.Keep[M] {
			taken = false
			return func(row *M) *M {
				taken = taken || k.isLike(row, wanted)
				return row
			}
		}, at.path...)
	}
	switch {
	case err != nil:
		return upstream.BeforeWrite(err, k.routes.Create)
	case taken:
		return upstream.Unsent(opentact.Vendor, k.routes.Create, upstream.KindTaken)
	default:
		return b.Vendor.PlanWrite(ctx, k.routes.Create, body, at.path...)
	}
}

// isLike reports whether a resource has the natural key of another one. The case of letters
// does not matter in the names of domains and users.
func (k kind[M, R]) isLike(row R, wanted R) bool {
	for _, name := range k.natural {
		field := row.ProtoReflect().Descriptor().Fields().ByName(name)
		if !strings.EqualFold(row.ProtoReflect().Get(field).String(), wanted.ProtoReflect().Get(field).String()) {
			return false
		}
	}
	return len(k.natural) > 0
}
