package opentact

import (
	"context"
	"errors"
	"net/http"

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

// errEndlessSearch says that the pages of a search do not add up to its total.
var errEndlessSearch = errors.New("the vendor's search answered an empty page before the total that it states")

// ListLeases lists all numbers of the account, GET /lease/tn. Since generation 2 there is a
// search instead, POST /lease/tn/search, page by page to its end. If generation 1 is spoken,
// the search follows a 404 of any form: the vendor may have left that generation behind.
func ListLeases[M any](ctx context.Context, c *Client, kind Kind[M], begin func() Keep[M]) error {
	if c.Generation() != Generation1 {
		return searchLeases(ctx, c, kind, begin())
	}
	err := List(ctx, c, routeListLeases, kind, begin)
	if isNotFound(err) {
		return searchLeases(ctx, c, kind, begin())
	}
	return err
}

// searchLeases passes on the rows of all pages, the oldest first, so that numbers that are
// leased meanwhile come last. A page is passed on when the vendor has confirmed it.
func searchLeases[M any](ctx context.Context, c *Client, kind Kind[M], keep Keep[M]) error {
	for skipped := int64(0); ; {
		rows, total, err := searchPage(ctx, c, routeSearchLeases, kind, skipped)
		if err != nil {
			return err
		}
		for _, row := range rows {
			keep(row)
		}
		skipped += int64(len(rows))
		switch {
		case total == nil && len(rows) < leasesTaken, total != nil && skipped >= *total:
			return nil
		case len(rows) == 0:
			return upstream.BadResponse(Vendor, c.table.route(routeSearchLeases), errEndlessSearch)
		}
	}
}

// searchPage reads one page of the search and the number of rows that the vendor states in
// all, if it does.
func searchPage[M any](ctx context.Context, c *Client, route *upstream.Route, kind Kind[M], skip int64) (rows []*M, total *int64, err error) {
	body, err := Object{
		{"take", int64(leasesTaken)}, {"skip", skip}, {"order", map[string]any{"created_on": "ASC"}},
	}.JSON()
	if err != nil {
		return nil, nil, err
	}
	rows, err = ask(ctx, c, &upstream.Call{Route: route, Body: body}, func(r *tolerant.Reader) (rows []*M, err error) {
		reader := kind.rowsOf(r, into(&rows)())
		err = reader.all()
		total = reader.total
		return rows, err
	})
	return rows, total, err
}

// ReadPage reads the first page of a search, for a check of the vendor.
func ReadPage[M any](ctx context.Context, c *Client, route *upstream.Route, kind Kind[M]) error {
	_, _, err := searchPage(ctx, c, route, kind, 0)
	return err
}
