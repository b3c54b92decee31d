package upstream

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// routes has one route of each action.
var routes = map[Action]*Route{
	Read:   {Operation: "GetThing", Method: http.MethodGet, Path: "/things/{id}", Action: Read},
	Create: {Operation: "CreateThing", Method: http.MethodPost, Path: "/things/{id}", Action: Create},
	Update: {Operation: "UpdateThing", Method: http.MethodPatch, Path: "/things/{id}", Action: Update},
	Delete: {Operation: "DeleteThing", Method: http.MethodDelete, Path: "/things/{id}", Action: Delete},
	Assign: {Operation: "AssignThing", Method: http.MethodPost, Path: "/things/{id}/assign", Action: Assign},
}

// callOf is a call of the action whose answer must be a JSON object.
func callOf(action Action) *Call {
	call := &Call{Route: routes[action], Parameters: []string{"1"}, ContentType: "application/json"}
	if action == Create || action == Update || action == Assign {
		call.Body = []byte(`{"name":"x"}`)
	}
	call.Decode = func(_ int, _ http.Header, body io.Reader) error {
		var object map[string]any
		if err := json.NewDecoder(body).Decode(&object); err != nil {
			return fmt.Errorf("read the object: %w", err)
		}
		if object["success"] == false {
			status, _ := object["status"].(float64)
			return &Rejection{Status: int(status), Message: "no"}
		}
		return nil
	}
	return call
}

// plain is a dialect whose credential is a header that Renew replaces.
type plain struct {
	mu         sync.Mutex
	token      string
	renewed    []string // what Renew hands out, in order
	renewals   int
	authorize  func(ctx context.Context) error
	renewError error
	fromCaller bool
}

func (*plain) Vendor() string { return "vendor" }

func (d *plain) FromCaller() bool { return d.fromCaller }

func (d *plain) Authorize(ctx context.Context, request *http.Request) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	request.Header.Set("X-Token", d.token)
	if d.authorize != nil {
		return d.authorize(ctx)
	}
	return nil
}

func (d *plain) Renew(context.Context, *http.Request) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.renewals++
	if d.renewError != nil || len(d.renewed) == 0 {
		return false, d.renewError
	}
	d.token, d.renewed = d.renewed[0], d.renewed[1:]
	return true, nil
}

func (*plain) Refusal(body []byte) (Rejection, bool) {
	var form struct {
		Message *string
		Fields  map[string]string
	}
	if json.Unmarshal(body, &form) != nil || form.Message == nil {
		return Rejection{}, false
	}
	rejection := Rejection{Message: *form.Message}
	for name, message := range form.Fields {
		rejection.Fields = append(rejection.Fields, FieldError{Name: name, Message: message})
	}
	return rejection, true
}

// newTransport is NewTransport, closed with the test.
func newTransport(t testing.TB) *http.Transport {
	t.Helper()
	transport := NewTransport(0)
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// pipelineTo is a pipeline to a base URL with generous bounds; change narrows them.
func pipelineTo(t testing.TB, base string, dialect Dialect, change ...func(*Options)) *Pipeline {
	t.Helper()
	parsed, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	options := Options{BaseURL: parsed, Timeout: time.Minute, MaxBytes: 1 << 20}
	for _, c := range change {
		c(&options)
	}
	if options.Transport == nil {
		options.Transport = newTransport(t)
	}
	return NewPipeline(options, dialect)
}

// serve is an HTTP server that ends with the test.
func serve(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// rawServer runs a script on each connection, counting from 1, and closes the
// connection after it.
type rawServer struct {
	url      string
	accepted atomic.Int64
	requests atomic.Int64
}

func listen(t testing.TB, script func(s *rawServer, conn net.Conn, n int64)) *rawServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{url: "http://" + listener.Addr().String()}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			n := s.accepted.Add(1)
			running.Go(func() {
				defer func() { _ = conn.Close() }()
				script(s, conn, n)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		running.Wait()
	})
	return s
}

// readRequest reads one whole request, or reports that there is none.
func (s *rawServer) readRequest(conn *bufio.Reader) bool {
	request, err := http.ReadRequest(conn)
	if err != nil {
		return false
	}
	if _, err := io.Copy(io.Discard, request.Body); err != nil {
		return false
	}
	s.requests.Add(1)
	return true
}

// answering answers the first request of a connection with the bytes.
func answering(answer string) func(*rawServer, net.Conn, int64) {
	return func(s *rawServer, conn net.Conn, _ int64) {
		if s.readRequest(bufio.NewReader(conn)) {
			_, _ = io.WriteString(conn, answer)
		}
	}
}

// failureOf is the *Error of a failed call.
func failureOf(t testing.TB, err error) *Error {
	t.Helper()
	var failure *Error
	if !errors.As(err, &failure) {
		t.Fatalf("not an *Error: %v", err)
	}
	return failure
}

const okAnswer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

// echoing answers the first request of a connection with what answer makes of the whole
// request, as it was sent.
func echoing(answer func(request string) string) func(*rawServer, net.Conn, int64) {
	return func(_ *rawServer, conn net.Conn, _ int64) {
		request, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		sent, err := httputil.DumpRequest(request, true)
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, answer(string(sent)))
	}
}
