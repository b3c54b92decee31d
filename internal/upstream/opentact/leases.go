package opentact

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/sipfacade/sipfacade/internal/opentactapi"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// The routes of all numbers of the account. The documents do not name the operation of the
// first, which only the first generation of the vendor's API has.
var (
	routeListLeases = &upstream.Route{
		Operation: "ListTNLeases", Method: http.MethodGet,
		Path:   "/lease/tn",
		Action: upstream.Read, Source: documentLeaseList,
	}
	routeSearchLeases = &upstream.Route{
		Operation: "SearchTNLeases", Method: http.MethodPost,
		Path:   "/lease/tn/search",
		Action: upstream.Read, Source: description2021,
	}
)

// leasesTaken is how many rows one page of a search asks for: as many as the vendor's own
// script does.
const leasesTaken = 100

// errOtherPage says that a page begins at another row than the one that was asked for.
var errOtherPage = errors.New("the vendor's search answered another page than the one that was asked for")

// ListLeases lists all numbers of the account, GET /lease/tn. Since generation 2 there is a search
// instead, POST /lease/tn/search, page by page to its end. If generation 1 is configured, the
// search follows a 404 of any form: the vendor may have left that generation behind. If rows move
// between the pages, the search starts over once. The function id returns the UUID of a row.
func ListLeases[M any](ctx context.Context, c *Client, kind Kind[M], id func(row *M) string, begin func() Keep[M]) error {
	if c.Generation() == opentactapi.Generation1 {
		if err := List(ctx, c, routeListLeases, kind, begin); !isNotFound(err) {
			return err
		}
	}
	err := newLeaseSearch(c, kind, id, begin()).all(ctx)
	if errors.Is(err, errMoved) {
		err = newLeaseSearch(c, kind, id, begin()).all(ctx)
	}
	return err
}

// search reads one page of a search. The number of rows and the first row are in the query and in
// the body, since the vendor's documents have both. A page that begins at another row is refused:
// its rows would appear twice, and others not at all.
func search[M any](ctx context.Context, c *Client, route *upstream.Route, kind Kind[M], skip int64) (rows []*M, page searchPage, err error) {
	body, err := Object{
		{"take", int64(leasesTaken)}, {"skip", skip}, {"order", map[string]any{"created_on": "ASC"}},
	}.JSON()
	if err != nil {
		return nil, page, err
	}
	query := url.Values{"take": {strconv.Itoa(leasesTaken)}, "skip": {strconv.FormatInt(skip, 10)}}.Encode()
	rows, err = ask(ctx, c, &upstream.Call{Route: route, Query: query, Body: body}, func(r *tolerant.Reader) (rows []*M, err error) {
		reader := kind.rowsOf(r, into(&rows)())
		err = reader.all()
		page = reader.stated
		page.gaps = reader.gaps
		return rows, err
	})
	if err == nil && page.skip != nil && *page.skip != skip {
		err = upstream.BadResponse(Vendor, c.table.route(route), errOtherPage)
	}
	return rows, page, err
}

// ReadPage reads the first page of a search, for a check of the vendor.
func ReadPage[M any](ctx context.Context, c *Client, route *upstream.Route, kind Kind[M]) error {
	_, _, err := search(ctx, c, route, kind, 0)
	return err
}
