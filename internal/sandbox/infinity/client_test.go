package infinity

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// testDay is the moment at which the sandboxes of the tests stand still.
func testDay() time.Time { return time.Date(2026, time.June, 1, 10, 30, 15, 999, time.UTC) }

const testMoment = "2026-06-01 10:30:15"

// seeded returns a sandbox whose answers are the same in every run.
func seeded(change ...func(*Options)) *Server {
	var last atomic.Int64
	options := Options{
		Seed:     true,
		Clock:    testDay,
		NewToken: func() string { return fmt.Sprintf("token-%d", last.Add(1)) },
	}
	for _, f := range change {
		f(&options)
	}
	return New(options)
}

// reply is an answer with what can be read of it.
type reply struct {
	Code   int
	Header http.Header
	Text   string
}

// do sends a form with the default login. The path is below the domains.
func do(t *testing.T, s http.Handler, method, path, form string) reply {
	t.Helper()
	r := httptest.NewRequest(method, BasePath+"/sip/domains"+path, strings.NewReader(form))
	r.SetBasicAuth(DefaultUsername, DefaultPassword)
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return exchange(s, r)
}

func exchange(s http.Handler, r *http.Request) reply {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return reply{w.Code, w.Header(), w.Body.String()}
}

// rows reads lines of JSON objects whose values all are strings.
func (r reply) rows(t *testing.T) []map[string]string {
	t.Helper()
	rows := []map[string]string{}
	if r.Text == "\n" {
		return rows
	}
	for line := range strings.Lines(r.Text) {
		var o map[string]string
		if err := json.Unmarshal([]byte(line), &o); err != nil || !strings.HasSuffix(line, "\n") {
			t.Fatalf("not a line of strings: %v\n%s", err, line)
		}
		rows = append(rows, o)
	}
	return rows
}

// row is the only row.
func (r reply) row(t *testing.T) map[string]string {
	t.Helper()
	rows := r.rows(t)
	if len(rows) != 1 {
		t.Fatalf("%d rows\n%s", len(rows), r.Text)
	}
	return rows[0]
}

// says is the answer's bare JSON string.
func (r reply) says(t *testing.T) string {
	t.Helper()
	var message string
	if err := json.Unmarshal([]byte(r.Text), &message); err != nil || !strings.HasSuffix(r.Text, "\n") {
		t.Errorf("not a JSON string in a line: %q", r.Text)
	}
	return message
}

// of collects one key of all rows.
func of(rows []map[string]string, key string) []string {
	values := []string{}
	for _, r := range rows {
		values = append(values, r[key])
	}
	return values
}

func numbers(first, last int) []string {
	var all []string
	for n := first; n <= last; n++ {
		all = append(all, decimal(n))
	}
	return all
}

func differ(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
