package infinity

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// vendor answers every request with one handler and keeps what it was
// sent, a line for each request.
type vendor struct {
	mu   sync.Mutex
	seen []string
}

func (h *vendor) lines() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string{}, h.seen...)
}

// clientOf is a client of a vendor; the options need no address.
func clientOf(t *testing.T, options Options, answer http.HandlerFunc) (*Client, *vendor) {
	t.Helper()
	h := &vendor{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		h.mu.Lock()
		h.seen = append(h.seen, fmt.Sprintf("%s %s [%s] %s %s", r.Method, r.URL.RequestURI(), r.Header.Get("Authorization"), r.Header.Get("Content-Type"), body))
		h.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL + "/config/v2")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	options.BaseURL, options.Transport, options.Timeout = base, transport, time.Minute
	if options.MaxBytes == 0 {
		options.MaxBytes = 1 << 20
	}
	return New(options), h
}

// keyed is the credential of tests that are about something else.
func keyed() Options { return Options{APIKey: func() string { return "k" }} }

func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // a client that hangs up is no concern of this test
	}
}

func TestListAsks(t *testing.T) {
	t.Parallel()
	client, h := clientOf(t, keyed(), answering(http.StatusOK, "{\"userId\":1}\n{\"userId\":2}\n"))
	var read []string
	query := &Query{Filters: []Parameter{{"user", "joe"}}, Limit: 2, Offset: 4}
	err := List(t.Context(), client, UserDevices.List, anyRow, query, func() { read = append(read, "begin") }, func(row *map[string]string) *map[string]string {
		read = append(read, (*row)["userId"])
		return nil
	}, "7", "8")
	if diff := cmp.Diff([]string{"begin", "1", "2"}, read); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	want := "GET /config/v2/sip/domains/7/users/8/devices?filter%5B%5D=user-eq-value-joe&limit=2&offset=4 [ApiKey k]  "
	if diff := cmp.Diff([]string{want}, h.lines()); diff != "" {
		t.Error(diff)
	}
}

// TestCutBetweenRows: rows alone do not say where they end (see TestRowsCut), but an
// answer whose length or whose chunks are announced does, and most are.
func TestCutBetweenRows(t *testing.T) {
	t.Parallel()
	const line = "{\"userId\":1}\n"
	for name, c := range map[string]struct {
		raw  string
		kind upstream.Kind
		rows int
		ok   bool
	}{
		"length announced":            {"Content-Length: 26\r\n\r\n" + line, upstream.KindTruncated, 1, false},
		"chunks without an end":       {"Transfer-Encoding: chunked\r\n\r\nd\r\n" + line + "\r\n", upstream.KindTruncated, 1, false},
		"chunks with an end":          {"Transfer-Encoding: chunked\r\n\r\nd\r\n" + line + "\r\n0\r\n\r\n", 0, 1, true},
		"nothing announced":           {"\r\n" + line, 0, 1, true},
		"nothing announced, in a row": {"\r\n" + line + "{\"user", upstream.KindTruncated, 1, false},
	} {
		client, _ := clientOf(t, keyed(), func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\n"+c.raw) // what fails here fails the test below
			_ = connection.Close()
		})
		count := 0
		err := List(t.Context(), client, Users.List, anyRow, nil, func() { count = 0 }, func(*map[string]string) *map[string]string { count++; return nil }, "7")
		var failure *upstream.Error
		switch {
		case c.ok && err == nil:
		case !errors.As(err, &failure) || failure.Kind != c.kind:
			t.Errorf("%s: %v", name, err)
		}
		if count != c.rows {
			t.Errorf("%s: %d rows", name, count)
		}
	}
}

func TestAnswerCap(t *testing.T) {
	t.Parallel()
	const row = `{"userId":1}`
	for size, ok := range map[int64]bool{int64(len(row)): true, int64(len(row)) - 1: false} {
		options := keyed()
		options.MaxBytes = size
		client, _ := clientOf(t, options, answering(http.StatusOK, row))
		_, err := client.ReadRow(t.Context(), Users.Read, "7", "1")
		var failure *upstream.Error
		if ok != (err == nil) || !ok && (!errors.As(err, &failure) || failure.Kind != upstream.KindBadResponse) {
			t.Errorf("at most %d bytes: %v", size, err)
		}
	}
}

// TestReadAnswers: what becomes of answers to a read.
func TestReadAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status  int
		body    string
		kind    upstream.Kind
		message string
		form    bool
	}{
		"message":   {200, `"no such user"`, upstream.KindRejected, "no such user", false},
		"an error":  {200, `{"error":"no such user"}`, upstream.KindRejected, "no such user", false},
		"nothing":   {200, "", upstream.KindBadResponse, "", false},
		"two rows":  {200, "{\"a\":1}{\"a\":2}", upstream.KindBadResponse, "", false},
		"HTML":      {200, "<html>", upstream.KindBadResponse, "", false},
		"cut":       {200, `{"a"`, upstream.KindTruncated, "", false},
		"not found": {404, `"not found"`, upstream.KindStatus, "not found", true},
		"no form":   {404, "<html>", upstream.KindStatus, "", false},
		"broken":    {503, `{"error":"down"}`, upstream.KindStatus, "down", true},
		"redirect":  {302, "", upstream.KindRedirect, "", false},
	} {
		client, _ := clientOf(t, keyed(), answering(c.status, c.body))
		_, err := client.ReadRow(t.Context(), Users.Read, "7", "1")
		var failure *upstream.Error
		if !errors.As(err, &failure) || failure.Kind != c.kind || failure.Message != c.message || failure.VendorForm != c.form || failure.Status != c.status {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		route  *upstream.Route
		form   Form
		status int
		body   string
		sent   string
		row    int
		kind   upstream.Kind
	}{
		"update":         {Users.Update, Form{{"pin", ""}}, 204, "", "POST /config/v2/sip/domains/7/users/8 [ApiKey k] application/x-www-form-urlencoded pin=", 0, 0},
		"answered":       {Users.Update, Form{{"pin", "1"}}, 200, `{"userId":8}`, "POST /config/v2/sip/domains/7/users/8 [ApiKey k] application/x-www-form-urlencoded pin=1", 1, 0},
		"a message":      {Users.Update, Form{}, 200, `"updated"`, "POST /config/v2/sip/domains/7/users/8 [ApiKey k] application/x-www-form-urlencoded ", 0, upstream.KindBadResponse},
		"delete":         {Users.Delete, nil, 204, "", "DELETE /config/v2/sip/domains/7/users/8 [ApiKey k]  ", 0, 0},
		"form on DELETE": {RemoveGroupUsers, IDs("userSpec", []uint32{1}), 204, "", "DELETE /config/v2/sip/domains/7/groups/8/users [ApiKey k] application/x-www-form-urlencoded userSpec%5B%5D=1", 0, 0},
		"PUT":            {SetMemberOrder, OrderedIDs("queueMemberId", []uint32{2}), 204, "", "PUT /config/v2/sip/domains/7/queues/8/members/order [ApiKey k] application/x-www-form-urlencoded queueMemberId%5B0%5D=2", 0, 0},
		"HTML":           {Users.Delete, nil, 200, "<html>", "DELETE /config/v2/sip/domains/7/users/8 [ApiKey k]  ", 0, upstream.KindBadResponse},
	} {
		client, h := clientOf(t, keyed(), answering(c.status, c.body))
		row, err := client.Write(t.Context(), c.route, c.form, "7", "8")
		var failure *upstream.Error
		if c.kind != 0 != (err != nil) || err != nil && (!errors.As(err, &failure) || failure.Kind != c.kind || failure.Delivery() != upstream.Unknown) || len(row) != c.row {
			t.Errorf("%s: %v, %v", name, row, err)
		}
		if diff := cmp.Diff([]string{c.sent}, h.lines()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestWriteRefusedInSuccess: the vendor said no, so the write took no effect.
func TestWriteRefusedInSuccess(t *testing.T) {
	t.Parallel()
	client, _ := clientOf(t, keyed(), answering(200, `{"error":"not now"}`))
	_, err := client.Write(t.Context(), Users.Delete, nil, "7", "8")
	var failure *upstream.Error
	if !errors.As(err, &failure) || failure.Kind != upstream.KindRejected || failure.Delivery() != upstream.Rejected || failure.Message != "not now" {
		t.Errorf("got %v", err)
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		location, body string
		id             uint32
		row            int
	}{
		"an id":            {"", `{"pbxDeviceId":"12"}`, 12, 1},
		"a row with token": {"", `{"pbxDeviceId":"12","userId":"8","pbxDeviceToken":"t","token":"u"}`, 12, 3},
		"nothing":          {"", "", 0, 0},
		"a message":        {"", `"created"`, 0, 0},
		"a location":       {"/config/v2/sip/domains/7/users/8/devices/12", "", 12, 0},
		"another place":    {"/config/v2/sip/domains/7", "", 0, 0},
		"both":             {"/9", `{"pbxDeviceId":12}`, 12, 1},
	} {
		client, h := clientOf(t, keyed(), func(w http.ResponseWriter, _ *http.Request) {
			if c.location != "" {
				w.Header().Set("Location", c.location)
			}
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, c.body) // what fails here fails the test below
		})
		created, err := Create(t.Context(), client, UserDevices.Create, deviceRow, Form{{"pbxDeviceId", "12"}}, "7", "8")
		if err != nil || created.ID != c.id || len(created.Row) != c.row {
			t.Errorf("%s: %v, %v", name, created, err)
		}
		if lines := h.lines(); len(lines) != 1 || lines[0] != "POST /config/v2/sip/domains/7/users/8/devices [ApiKey k] application/x-www-form-urlencoded pbxDeviceId=12" {
			t.Errorf("%s: sent %q", name, lines)
		}
	}
}

// The kinds of row of these tests, and the ids that rows carry beside their own.
var (
	otherIDs   = []string{"domainId", "userId", "groupId", "ukPhoneId"}
	anyRow     = Kind[map[string]string]{Member: (*Reader).Additional}
	deviceRow  = Kind[map[string]string]{IDs: []string{"pbxDeviceId"}, OtherIDs: otherIDs}
	queueRow   = Kind[map[string]string]{IDs: []string{"queueId"}, OtherIDs: otherIDs}
	networkRow = Kind[map[string]string]{IDs: []string{"trustedNetworkId", "networkId"}, OtherIDs: otherIDs}
)

func TestNewFillsIn(t *testing.T) {
	t.Parallel()
	client := New(Options{Options: upstream.Options{BaseURL: &url.URL{}}})
	drift := tolerant.Drift{{Member: "userId"}: 1}
	client.pipeline.Report(Users.List, drift) // tells nobody, and does not fail over it
	if client.Zone() != time.UTC {
		t.Errorf("zone %v", client.Zone())
	}
	var told []string
	client = New(Options{Options: upstream.Options{BaseURL: &url.URL{}, Found: func(f upstream.Finding) {
		told = append(told, fmt.Sprint(f.Operation, " ", f.Member, " ", f.Count))
	}}, Zone: time.FixedZone("here", 3600)})
	client.pipeline.Report(Users.List, drift)
	if diff := cmp.Diff([]string{"ListSIPUsers userId 1"}, told); diff != "" || client.Zone().String() != "here" {
		t.Error(diff)
	}
}

// TestRoutes: all 43 documented operations, each under its own name, with what their
// method says about a repeat.
func TestRoutes(t *testing.T) {
	t.Parallel()
	byName, places := map[string]bool{}, map[string]bool{}
	for _, route := range Routes() {
		place := route.Method + " " + route.Path
		if byName[route.Operation] || places[place] {
			t.Errorf("%s at %s is there twice", route.Operation, place)
		}
		byName[route.Operation], places[place] = true, true
		if (route.Method == http.MethodGet) != (route.Action == upstream.Read) || (route.Method == http.MethodDelete) != (route.Action == upstream.Delete) {
			t.Errorf("%s: %s", route.Operation, route.Method)
		}
		if !strings.HasPrefix(route.Path, "/sip/domains") || route.Source == "" {
			t.Errorf("%s: %s", route.Operation, place)
		}
	}
	if len(byName) != 43 {
		t.Errorf("%d routes", len(byName))
	}
}
