package opentact

import (
	"context"
	"errors"
	"hash/maphash"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// Why the pages of a search do not make a list.
var (
	errMoved         = errors.New("rows of the vendor's search moved between its pages")
	errEndlessSearch = errors.New("the vendor's search answered no more rows before the total that it states")
	errUnidentified  = errors.New("a row of the vendor's search has no UUID to tell it from others")
)

// leaseSearch reads the pages of a search to the end, the oldest rows first, so that numbers that
// are leased meanwhile come last. A page after the first begins with the last row of the page
// before: if that is another row than before, rows were inserted or deleted meanwhile, or the
// vendor ignores where a page has to begin. A page is passed on when the vendor has confirmed it.
type leaseSearch[M any] struct {
	client *Client
	kind   Kind[M]
	id     func(row *M) string
	keep   Keep[M]
	// seen are hashes of the UUIDs so far: a few bytes for a row of some hundreds, which the
	// memory of the answers is charged with four times over.
	seen map[uint64]struct{}
	seed maphash.Seed
	// pages are how many pages there were, and first is the UUID of the first row.
	pages int
	first string
	// upTo is how many rows there were, and last the UUID of the last one, if the next page is
	// to begin with it.
	upTo int64
	last string
}

// newLeaseSearch returns a search that has not read a page yet.
func newLeaseSearch[M any](c *Client, kind Kind[M], id func(row *M) string, keep Keep[M]) *leaseSearch[M] {
	return &leaseSearch[M]{client: c, kind: kind, id: id, keep: keep, seen: map[uint64]struct{}{}, seed: maphash.MakeSeed()}
}

// all reads all pages.
func (s *leaseSearch[M]) all(ctx context.Context) error {
	for {
		skip := s.upTo
		if s.last != "" {
			skip--
		}
		rows, page, err := search(ctx, s.client, routeSearchLeases, s.kind, skip)
		if err != nil {
			return err
		}
		isLast, err := s.add(rows, page)
		if err != nil {
			return upstream.BadResponse(Vendor, s.client.table.route(routeSearchLeases), err)
		}
		if isLast {
			return nil
		}
	}
}

// add passes on the rows of a page that were not on the page before. It reports whether no
// rows follow them.
func (s *leaseSearch[M]) add(rows []*M, page searchPage) (isLast bool, err error) {
	fresh := rows
	switch {
	case s.isRepeated(rows, page):
		return true, nil
	case s.last == "":
	case len(rows) == 0 || s.id(rows[0]) != s.last:
		return false, errMoved
	default:
		fresh = rows[1:]
	}
	for _, row := range fresh {
		if !s.isNew(row) {
			return false, errMoved
		}
		s.keep(row)
	}
	s.pages++
	s.upTo += int64(len(fresh)) + page.gaps
	isLast, err = s.isLast(int64(len(fresh))+page.gaps, page)
	if isLast || err != nil {
		return isLast, err
	}
	return false, s.mark(rows, page)
}

// isRepeated reports whether the second page is the first one again, which was shorter than
// was asked for and states no total: then the vendor answers all rows, wherever they are to
// begin.
func (s *leaseSearch[M]) isRepeated(rows []*M, page searchPage) bool {
	short := s.upTo < leasesTaken && (page.take == nil || s.upTo < *page.take)
	return s.pages == 1 && short && page.total == nil && int64(len(rows)) == s.upTo && s.id(rows[0]) == s.first
}

// isNew notes the UUID of a row and reports whether no row had it before.
func (s *leaseSearch[M]) isNew(row *M) bool {
	uuid := s.id(row)
	if uuid == "" {
		return true
	}
	hash := maphash.String(s.seed, uuid)
	_, known := s.seen[hash]
	s.seen[hash] = struct{}{}
	return !known
}

// isLast reports whether no rows follow a page, which had some that were not on the page
// before. A total that is less than the rows so far says nothing. Without a total only a page
// that has no more rows is the last: the vendor may answer fewer rows than it was asked for. If
// it answered more, it does not answer in pages.
func (s *leaseSearch[M]) isLast(fresh int64, page searchPage) (bool, error) {
	states := page.total != nil && *page.total >= s.upTo
	switch {
	case states && *page.total == s.upTo:
		return true, nil
	case states && fresh == 0:
		return false, errEndlessSearch
	default:
		return !states && (fresh == 0 || s.pages == 1 && fresh > leasesTaken), nil
	}
}

// mark notes where the next page begins: with the last row of this one. If there is only one,
// the next page begins behind it, since a vendor that answers one row at a time would answer it
// again and again.
func (s *leaseSearch[M]) mark(rows []*M, page searchPage) error {
	if page.gaps > 0 {
		return errUnidentified
	}
	first, last := s.id(rows[0]), s.id(rows[len(rows)-1])
	if first == "" || last == "" {
		return errUnidentified
	}
	if s.pages == 1 {
		s.first = first
	}
	s.last = ""
	if len(rows) > 1 {
		s.last = last
	}
	return nil
}
