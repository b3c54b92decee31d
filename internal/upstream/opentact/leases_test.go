package opentact

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/opentactapi"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// searching answers searches of so many rows, at most ten a page, which begin where begin
// says; states are the members beside the rows.
func searching(total int, states string, begin func(r *http.Request, body string) int) *vendor {
	return &vendor{reply: func(r *http.Request, body string) answer {
		first := begin(r, body)
		var uuids []string
		for i := first; i < min(first+10, total); i++ {
			uuids = append(uuids, searchedID(i))
		}
		return ok(`{"success":true,"payload":{` + states + `"data":[` + rows(uuids...) + `]}}`)
	}}
}

func searchedID(i int) string { return fmt.Sprintf("5e0c1c50-0000-4000-8000-%012d", i) }

func byQuery(r *http.Request, _ string) int {
	skip, _ := strconv.Atoi(r.URL.Query().Get("skip"))
	return skip
}

func byBody(_ *http.Request, body string) int {
	var asked struct{ Skip int }
	_ = json.Unmarshal([]byte(body), &asked) // what is no JSON begins at the first row
	return asked.Skip
}

func uuidOf(r *row) string { return r.UUID }

func byNothing(*http.Request, string) int { return 0 }

// TestSearchPages: vendors take the place of a page from the query or from the body, and
// answer fewer rows than they are asked for.
func TestSearchPages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		vendor *vendor
		pages  int
		err    error
	}{
		"the query":                    {searching(25, `"total":25,`, byQuery), 3, nil},
		"the body":                     {searching(25, `"total":25,`, byBody), 3, nil},
		"a page that states its size":  {searching(25, `"take":10,`, byQuery), 4, nil},
		"a last page without rows":     {searching(20, `"take":10,`, byBody), 4, nil},
		"nothing stated":               {searching(25, ``, byBody), 4, nil},
		"a total that is too small":    {searching(25, `"total":0,`, byBody), 4, nil},
		"always the first, which says": {searching(25, `"skip":0,"total":25,`, byNothing), 2, errOtherPage},
		"fewer rows than it states":    {searching(25, `"total":26,`, byBody), 4, errEndlessSearch},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, c.vendor, func(o *Options) { o.Dialect = Dialect{Generation: opentactapi.Generation2} })
			var found []*row
			err := ListLeases(t.Context(), client, ofConnections, uuidOf, into(&found))
			if !errors.Is(err, c.err) || len(c.vendor.requests("/lease/tn/search")) != c.pages {
				t.Fatalf("%d pages, %v", len(c.vendor.requests("/lease/tn/search")), err)
			}
			if c.err != nil {
				var failure *upstream.Error
				if !errors.As(err, &failure) || failure.Kind != upstream.KindBadResponse {
					t.Fatal(err)
				}
				return
			}
			var want []string
			for i := range len(found) {
				want = append(want, searchedID(i))
			}
			got, _ := several(found, nil)
			if diff := cmp.Diff(strings.Join(want, " "), got); diff != "" || len(found) < 20 {
				t.Errorf("%d rows: %s", len(found), diff)
			}
		})
	}
}

// between writes the rows from one number up to another, which is not one of them.
func between(first, end int) string {
	var uuids []string
	for i := first; i < end; i++ {
		uuids = append(uuids, searchedID(i))
	}
	return rows(uuids...)
}

// ofSlice answers the page of rows that a search asks for.
func ofSlice(all []string, skip int) string {
	return rows(all[min(skip, len(all)):min(skip+leasesTaken, len(all))]...)
}

// TestSearchInDisorder: rows that move between the pages, and vendors that do not page, never
// make a row appear twice or vanish.
func TestSearchInDisorder(t *testing.T) {
	t.Parallel()
	var all []string
	for i := range 250 {
		all = append(all, searchedID(i))
	}
	data := func(rows, others string) string { return `{"data":[` + rows + `]` + others + `}` }
	without := func(i int) []string { return slices.Delete(slices.Clone(all), i, i+1) }
	shifted := append([]string{searchedID(999)}, all...)
	for name, c := range map[string]struct {
		// page answers the n-th request.
		page  func(n, skip int) string
		pages int
		want  []string
		err   error
	}{
		"in order":                 {func(_, skip int) string { return data(ofSlice(all, skip), `,"total":250`) }, 3, all, nil},
		"one row at a time":        {func(_, skip int) string { return data(rows(all[skip:min(skip+1, 4)]...), ``) }, 5, all[:4], nil},
		"none":                     {func(_, _ int) string { return data(``, ``) }, 1, nil, nil},
		"null":                     {func(_, _ int) string { return `null` }, 1, nil, nil},
		"no rows before the total": {func(_, _ int) string { return data(``, `,"total":7`) }, 1, nil, errEndlessSearch},
		"a total without rows":     {func(_, _ int) string { return `{"data":null,"total":7}` }, 1, nil, errPartialPage},
		"all at once":              {func(_, _ int) string { return `[` + between(0, 250) + `]` }, 1, all, nil},
		"all at once, a page":      {func(_, _ int) string { return data(between(0, 250), `,"total":250`) }, 1, all, nil},
		"all at once, few":         {func(_, _ int) string { return `[` + between(0, 40) + `]` }, 2, all[:40], nil},
		"all at once, one":         {func(_, _ int) string { return `[` + between(0, 1) + `]` }, 2, all[:1], nil},
		"all at once, its size":    {func(_, _ int) string { return data(between(0, 40), `,"take":40`) }, 4, nil, errMoved},
		"skip ignored":             {func(_, _ int) string { return data(between(0, 100), ``) }, 4, nil, errMoved},
		"skip ignored, total":      {func(_, _ int) string { return data(between(0, 100), `,"total":250`) }, 4, nil, errMoved},
		"skip ignored, an array":   {func(_, _ int) string { return `[` + between(0, 100) + `]` }, 4, nil, errMoved},
		"a row at the end": {func(n, skip int) string {
			return data(ofSlice(all[:min(248+n, 250)], skip), fmt.Sprintf(`,"total":%d`, min(248+n, 250)))
		}, 3, all, nil},
		"a row inserted once": {func(n, skip int) string {
			if n == 1 {
				return data(ofSlice(all, skip), `,"total":250`)
			}
			return data(ofSlice(shifted, skip), `,"total":251`)
		}, 5, shifted, nil},
		"a row deleted once, no total": {func(n, skip int) string {
			if n == 1 {
				return data(ofSlice(all, skip), ``)
			}
			return data(ofSlice(without(5), skip), ``)
		}, 6, without(5), nil},
		"the last row of the page deleted": {func(n, skip int) string {
			if n == 1 {
				return data(ofSlice(all, skip), `,"total":250`)
			}
			return data(ofSlice(without(99), skip), `,"total":249`)
		}, 5, without(99), nil},
		"one deleted, one at the end": {func(n, skip int) string {
			if n == 1 {
				return data(ofSlice(all, skip), `,"total":250`)
			}
			return data(ofSlice(append(without(5), searchedID(250)), skip), `,"total":250`)
		}, 5, append(without(5), searchedID(250)), nil},
		"deleted again and again": {func(n, skip int) string { return data(ofSlice(all[n:], skip), ``) }, 4, nil, errMoved},
		"a row twice": {func(_, skip int) string {
			return data(ofSlice(slices.Concat(all[:150], all[3:4], all[150:]), skip), `,"total":251`)
		}, 4, nil, errMoved},
		"a gap":           {func(_, skip int) string { return data(`{},`+ofSlice(all, skip), `,"total":251`) }, 1, nil, errUnidentified},
		"a gap, no more":  {func(_, _ int) string { return data(`{},`+between(0, 3), `,"total":4`) }, 1, all[:3], nil},
		"a row of no key": {func(_, skip int) string { return data(ofSlice(all, skip)+`,{"name":"n"}`, `,"total":251`) }, 1, nil, errUnidentified},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			v := &vendor{reply: func(r *http.Request, body string) answer {
				asked++
				return ok(`{"success":true,"payload":` + c.page(asked, byBody(r, body)) + `}`)
			}}
			client := clientOf(t, v, func(o *Options) { o.Dialect = Dialect{Generation: opentactapi.Generation2} })
			var found []*row
			err := ListLeases(t.Context(), client, ofConnections, uuidOf, into(&found))
			if !errors.Is(err, c.err) || asked != c.pages {
				t.Fatalf("%d pages, %v", asked, err)
			}
			if c.err != nil {
				if failure := failureOf(t, err); failure.Kind != upstream.KindBadResponse {
					t.Error(failure)
				}
				return
			}
			got, _ := several(found, nil)
			if diff := cmp.Diff(orNone(strings.Join(c.want, " ")), got); diff != "" {
				t.Errorf("%d rows: %s", len(found), diff)
			}
		})
	}
}

// orNone is what several returns for no rows, if there are none.
func orNone(uuids string) string {
	if uuids == "" {
		return "-"
	}
	return uuids
}
