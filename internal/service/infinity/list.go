package infinity

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/etag"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/service"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// list serves a list. If the vendor can filter, sort and page as asked, it sends no more
// than the page. Otherwise, and if what it sent does not fit, the rows that have the values
// that the filter asks for are read, and the page is picked as they pass.
func (k *pbxKind[M, R]) list(ctx context.Context, b Backend, request list.Request, at place) (page []R, next string, err error) {
	page, next, err = k.rowsOf(ctx, b, request, at)
	etag.StampAll(b.Etags, page)
	return page, next, err
}

// rowsOf returns the rows of a page.
func (k *pbxKind[M, R]) rowsOf(ctx context.Context, b Backend, request list.Request, at place) (page []R, next string, err error) {
	query, err := list.Prepare[R](b.Tokens(ctx), request, string(k.id))
	if err != nil {
		return nil, "", err
	}
	filters, whole := pushedFilters(k, query, at, b.Vendor.Zone())
	if window, ok := pushedWindow(k, query, at); ok && whole {
		window.Filters = filters
		rows, err := k.all(ctx, b.Vendor, window, at)
		if err != nil && !notTaken(err) {
			return nil, "", err
		}
		if page, next, ok := query.Windowed(rows); ok && err == nil {
			return page, next, nil
		}
	}
	page, next, err = k.pick(ctx, b.Vendor, query, filters, at)
	if len(filters) > 0 && notTaken(err) {
		return k.pick(ctx, b.Vendor, query, nil, at)
	}
	return page, next, err
}

// pick reads all rows that have certain values and picks the page from them.
func (k *pbxKind[M, R]) pick(ctx context.Context, vendor *infinity.Client, query *list.Query[R], filters []infinity.Parameter, at place) (page []R, next string, err error) {
	var collector *list.Collector[R]
	begin := func() { collector = query.Collect() }
	begin()
	err = infinity.List(ctx, vendor, k.List, k.below(at), &infinity.Query{Filters: filters}, begin, func(row *M) *M {
		return collector.Add(row)
	}, at.parameters()...)
	if err != nil {
		return nil, "", err
	}
	page, next = collector.Page()
	return page, next, nil
}

// notTaken reports whether the vendor refused the way it was asked, by its status or
// with a message in place of rows: what it takes in filters and sorts is not
// documented in full.
func notTaken(err error) bool {
	var failure *upstream.Error
	return errors.As(err, &failure) && (failure.Kind == upstream.KindRejected || failure.Kind == upstream.KindStatus &&
		(failure.Status == statusBadRequest || failure.Status == statusUnprocessable))
}

// The statuses with which a vendor refuses values.
const (
	statusBadRequest    = 400
	statusUnprocessable = 422
)

// all reads the rows of a narrowed list. Of one that is longer than asked for it keeps
// one row too many: the vendor did not page, and the caller will see that.
func (k *pbxKind[M, R]) all(ctx context.Context, vendor *infinity.Client, query *infinity.Query, at place) (rows []R, err error) {
	err = infinity.List(ctx, vendor, k.List, k.below(at), query, func() { rows = nil }, func(row *M) *M {
		if len(rows) > query.Limit {
			return row
		}
		rows = append(rows, row)
		return nil
	}, at.parameters()...)
	return rows, err
}

// pushedFilters returns the conditions that the vendor is asked to evaluate: equalities of
// fields that its rows have. That an equality took too much in is seen in the rows. Whole
// says that nothing of the filter is left to evaluate.
func pushedFilters[M any, R service.Message[M]](k *pbxKind[M, R], query *list.Query[R], at place, zone *time.Location) (filters []infinity.Parameter, whole bool) {
	if !k.Pages {
		return nil, false
	}
	equalities, whole := query.Equalities()
	for _, equality := range equalities {
		column := k.rowColumn(equality.Path, at)
		value, ok := filterValue(equality.Value, zone)
		if column == nil || !ok {
			whole = false
			continue
		}
		filters = append(filters, infinity.Parameter{Name: column.names[0], Value: value})
	}
	return filters, whole
}

// pushedWindow returns the order and the page as the vendor is asked for them, if it can
// do both: an order by numbers and times, and a window whose place is known. Strings it may
// compare by rules of its own, so it is not asked to order by them.
func pushedWindow[M any, R service.Message[M]](k *pbxKind[M, R], query *list.Query[R], at place) (*infinity.Query, bool) {
	offset, limit, ok := query.Window()
	if !k.Pages || !ok || limit > mostRows {
		return nil, false
	}
	window := &infinity.Query{Limit: limit, Offset: offset}
	for _, order := range query.Order() {
		column := k.rowColumn(order.Path, at)
		if column == nil || !column.sortable {
			return nil, false
		}
		window.Sorts = append(window.Sorts, infinity.Parameter{Name: column.names[0], Value: directions[order.Desc]})
	}
	return window, true
}

// mostRows is the longest page that the vendor is known to send whole. Of a longer
// one, rows that it cut off would look like the end of the list.
const mostRows = 1000

// directions are the vendor's words for ascending and descending.
var directions = map[bool]string{false: "asc", true: "desc"}

// rowColumn returns the column of a filter or order, if the vendor's rows have it: the ids
// of the path they may leave out.
func (k *pbxKind[M, R]) rowColumn(path string, at place) *column {
	if strings.Contains(path, ".") {
		return nil
	}
	for _, above := range at {
		if string(above.field) == path {
			return nil
		}
	}
	return k.column(protoreflect.Name(path))
}

// filterValue returns a literal as the vendor writes it. An empty string is not one: the
// vendor may store null in its place.
func filterValue(value any, zone *time.Location) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, v != ""
	case bool:
		return infinity.Flag(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case time.Time:
		return v.In(zone).Format(infinity.DateTimeLayout), v.Nanosecond() == 0
	default:
		return "", false
	}
}
