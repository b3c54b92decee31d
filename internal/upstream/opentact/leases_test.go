package opentact

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
		"a page that states its size":  {searching(25, `"take":10,`, byQuery), 3, nil},
		"an empty last page":           {searching(20, `"take":10,`, byBody), 3, nil},
		"always the first, which says": {searching(25, `"skip":0,"total":25,`, byNothing), 2, errOtherPage},
		"fewer rows than it states":    {searching(25, `"total":26,`, byBody), 4, errEndlessSearch},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, c.vendor, func(o *Options) { o.Dialect = Dialect{Generation: Generation2} })
			var found []*row
			err := ListLeases(t.Context(), client, ofConnections, into(&found))
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
