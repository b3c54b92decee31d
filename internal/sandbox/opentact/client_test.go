package opentact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sipfacade/sipfacade/internal/goldentest"
)

// testDay is the day on which the sandboxes of the tests start.
func testDay() time.Time { return time.Date(2026, time.June, 1, 10, 0, 0, 0, time.UTC) }

// seeded returns a sandbox whose answers are the same in every run.
func seeded(change ...func(*Options)) *Server {
	var last atomic.Int64
	options := Options{
		Seed:  true,
		Clock: testDay,
		NewUUID: func() string {
			return fmt.Sprintf("00000000-0000-4000-8000-%012d", last.Add(1))
		},
	}
	for _, f := range change {
		f(&options)
	}
	return New(options)
}

// reply is an answer with its envelope taken apart.
type reply struct {
	Code    int
	Header  http.Header
	Text    string
	Success bool            `json:"success"`
	Payload json.RawMessage `json:"payload"`
	Message string          `json:"message"`
	Status  int             `json:"status"`
	Meta    string          `json:"meta"`
	Fields  map[string]any  `json:"fields"`
}

// do sends a JSON request with the static token.
func do(t *testing.T, s http.Handler, method, path, body string) reply {
	t.Helper()
	r := httptest.NewRequest(method, BasePath+path, strings.NewReader(body))
	r.Header.Set("X-Auth-Token", DefaultToken)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return send(t, s, r)
}

func send(t *testing.T, s http.Handler, r *http.Request) reply {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	got := reply{Code: w.Code, Header: w.Header(), Text: w.Body.String()}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatalf("%s %s: not an envelope: %v\n%s", r.Method, r.URL, err, got.Text)
	}
	return got
}

// entity is the payload as an object.
func (r reply) entity(t *testing.T) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal(r.Payload, &o); err != nil {
		t.Fatalf("payload is not an object: %v\n%s", err, r.Text)
	}
	return o
}

// list is the payload as an array of objects.
func (r reply) list(t *testing.T) []map[string]any {
	t.Helper()
	var list []map[string]any
	if err := json.Unmarshal(r.Payload, &list); err != nil {
		t.Fatalf("payload is not an array of objects: %v\n%s", err, r.Text)
	}
	return list
}

func uuids(list []map[string]any) []any {
	var ids []any
	for _, o := range list {
		ids = append(ids, o["uuid"])
	}
	return ids
}

// callFlowRequest is an upload as the vendor's clients make it.
func callFlowRequest(t *testing.T, call, part, document string) *http.Request {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile(part, "call_flow.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(file, document); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, BasePath+"/sip/app/call/"+call, &body)
	r.Header.Set("X-Auth-Token", DefaultToken)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return r
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(got), "", "  "); err != nil {
		t.Fatal(err)
	}
	goldentest.Compare(t, name+".json", pretty.String())
}
