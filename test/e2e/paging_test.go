package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// manyInvites is how many a connection has in the test below.
const manyInvites = 10_000

// TestManyInvites reads a long list page by page, and checks that it gets every row
// once, in order.
func TestManyInvites(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, listing(t))
	f := startFacade(t, vendor.url(), withToken())
	for name, c := range map[string]struct {
		filter, order string
		pages, rows   int
	}{
		"all of them, the oldest first":   {"", "", 10, manyInvites},
		"a part of them, by name":         {`name:"7" AND NOT name:"77"`, "name desc", 4, 3159},
		"one that is at the end by order": {`name = "Bulk invite 9999"`, "expire_time desc, name", 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := walkPages(t, f, c.filter, c.order)
			checkRows(t, seen, c.pages, c.rows, c.order)
		})
	}
}

// listing returns a handler with the answer to the list, written once: the emulator
// would write ten thousand rows again for every page.
func listing(t *testing.T) http.HandlerFunc {
	t.Helper()
	ids := 0
	emulator := sandbox.New(sandbox.Options{Seed: true, Tokens: []string{vendorToken}, NewUUID: func() string {
		ids++ // spread, so that ids are not in the order of creation
		return fmt.Sprintf("%08x-0000-4000-8000-%012d", uint32(ids)*2654435761, ids)
	}})
	if err := emulator.AddInvites(sandbox.ConnectionUUID(7), manyInvites); err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodGet, vendorBase+"/sip/connection/"+sandbox.ConnectionUUID(7)+"/invites", nil)
	request.Header.Set("X-Auth-Token", vendorToken)
	written := httptest.NewRecorder()
	emulator.ServeHTTP(written, request)
	if written.Code != http.StatusOK {
		t.Fatalf("the emulator answers %d", written.Code)
	}
	return json200(written.Body.String())
}

// walkPages returns the names of all rows, page by page. It asks for more rows than
// a page may have, and changes protocols after each page: their tokens are the same.
func walkPages(t *testing.T, f *facade, filter, order string) (pages [][]string) {
	t.Helper()
	request := map[string]any{"sipConnectionUuid": sandbox.ConnectionUUID(7), "pageSize": 5000, "filter": filter, "orderBy": order}
	for {
		way := f.protocols()[len(pages)%2]
		made, err := way.call(t.Context(), mustCall(t, "SipConnectionService.ListSipUserInvites", request))
		if err != nil || made.status != nil {
			t.Fatalf("page %d: want a response, got %v %v", len(pages), made.status, err)
		}
		pages = append(pages, namesOf(t, made.response))
		next, _ := at(made.response, "nextPageToken")
		if next == "" {
			return pages
		}
		request["pageToken"] = next
	}
}

func namesOf(t *testing.T, response any) []string {
	t.Helper()
	rows, _ := at(response, "sipUserInvites")
	list, _ := rows.([]any)
	names := make([]string, len(list))
	for i, row := range list {
		name, ok := at(row, "name")
		text, isText := name.(string)
		if !ok || !isText {
			t.Fatalf("row %d has no name: %v", i, row)
		}
		names[i] = text
	}
	return names
}

func checkRows(t *testing.T, pages [][]string, wantPages, wantRows int, order string) {
	t.Helper()
	all := slices.Concat(pages...)
	if len(pages) != wantPages || len(all) != wantRows {
		t.Errorf("want %d rows on %d pages, got %d on %d", wantRows, wantPages, len(all), len(pages))
	}
	seen := map[string]bool{}
	for _, name := range all {
		if seen[name] {
			t.Fatalf("%s is there twice", name)
		}
		seen[name] = true
		if n, err := strconv.Atoi(strings.TrimPrefix(name, "Bulk invite ")); err != nil || n < 0 || n >= manyInvites {
			t.Fatalf("%s is none of the rows", name)
		}
	}
	if order == "name desc" && !slices.IsSortedFunc(all, func(a, b string) int { return strings.Compare(b, a) }) {
		t.Error("the rows are out of order")
	}
}
