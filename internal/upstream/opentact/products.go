package opentact

import (
	"context"
	"errors"
	"net/http"

	"github.com/sipfacade/sipfacade/internal/opentactapi"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// ListProducts is GetSIPConnectionProductsList, GET /sip/connection/product, and since
// generation 2 GET /sip/product. If generation 1 is spoken, a 404 of any form is followed by
// a call there: the vendor may have left that generation behind.
func ListProducts[M any](ctx context.Context, c *Client, kind Kind[M], begin func() Keep[M]) error {
	err := List(ctx, c, routeListProducts, kind, begin)
	if c.Generation() == opentactapi.Generation1 && isNotFound(err) {
		return List(ctx, c, routeListProductsSinceGen2, kind, begin)
	}
	return err
}

// isNotFound reports whether the vendor answered a 404 of any form: a route that its
// generation does not have looks like that.
func isNotFound(err error) bool {
	var failure *upstream.Error
	return errors.As(err, &failure) && failure.Kind == upstream.KindStatus && failure.Status == http.StatusNotFound
}
