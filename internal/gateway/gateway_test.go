package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/limits"
	"github.com/sipfacade/sipfacade/internal/status"
)

func TestAcceptedContentTypes(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"} {
		if got := newFakeGateway(t).send(http.MethodPost, invitesPath, `{"name":"abc"}`, "Content-Type: "+header); got.Code != http.StatusOK {
			t.Errorf("%s: status %d: %s", header, got.Code, got.Body)
		}
	}
}

func TestRoutesThatDoNotExist(t *testing.T) {
	t.Parallel()
	cases := []struct {
		method, target string
		status         int
		reason, allow  string
	}{
		{http.MethodGet, "/", 404, "ROUTE_NOT_FOUND", ""},
		{http.MethodGet, "/v1/nothing", 404, "ROUTE_NOT_FOUND", ""},
		{http.MethodGet, "/v1/sip-connections/", 404, "ROUTE_NOT_FOUND", ""},
		{http.MethodGet, invitePath + "/", 404, "ROUTE_NOT_FOUND", ""},
		{http.MethodGet, "/v1/sip-connections//invites", 404, "ROUTE_NOT_FOUND", ""},
		{http.MethodPost, "/v1/sip-connections/x/tn-leases:take", 404, "ROUTE_NOT_FOUND", ""},
		{http.MethodPost, "/v1/sip-connections/x/tn-leases%3Aassign", 404, "ROUTE_NOT_FOUND", ""},
		{http.MethodGet, "/v1/sip-connections/x/tn-leases:assign", 405, "METHOD_NOT_ALLOWED", "POST"},
		{http.MethodPut, invitePath, 405, "METHOD_NOT_ALLOWED", "DELETE, GET, PATCH"},
		{http.MethodHead, invitePath, 405, "METHOD_NOT_ALLOWED", "DELETE, GET, PATCH"},
		{http.MethodOptions, invitesPath, 405, "METHOD_NOT_ALLOWED", "GET, POST"},
	}
	for _, c := range cases {
		got := newFakeGateway(t).send(c.method, c.target, "")
		read := readAnswer(t, got)
		if got.Code != c.status || read.reason() != c.reason || got.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: status %d, reason %s, Allow %q", c.method, c.target, got.Code, read.reason(), got.Header().Get("Allow"))
		}
	}
}

func TestWrongPathsNameTheNearestCall(t *testing.T) {
	t.Parallel()
	for request, want := range map[string]string{
		"GET /":                                     "no call has this path; see /docs",
		"GET /v1/nothing":                           "no call has this path; see /docs",
		"GET /statusz":                              "no call has this path; the admin listener, admin_address, serves it",
		"GET /v1/sip-connection":                    "no call has this path; did you mean GET /v1/sip-connections? See /docs",
		"POST /v1/sip-connection":                   "no call has this path; did you mean POST /v1/sip-connections? See /docs",
		"PUT /v1/sip-connections/":                  "no call has this path; did you mean GET /v1/sip-connections? See /docs",
		"PATCH /v1/pbx/domain/1/users/2":            "no call has this path; did you mean PATCH /v1/pbx/domains/{domainId}/users/{userId}? See /docs",
		"POST /v1/sip-connections/x/tn-leases:take": "no call has this path; did you mean GET /v1/sip-connections/{sipConnectionUuid}/tn-leases? See /docs",
	} {
		method, target, _ := strings.Cut(request, " ")
		if got := readAnswer(t, newFakeGateway(t).send(method, target, "")); got.Message != want {
			t.Errorf("%s: got %q, want %q", request, got.Message, want)
		}
	}
}

func TestBodiesThatAreTooLarge(t *testing.T) {
	t.Parallel()
	d := newFakeGateway(t)
	long := `{"name":"` + strings.Repeat("x", limits.MaxBytes) + `"}`
	chunked := httptest.NewRequest(http.MethodPost, invitesPath, iotest.OneByteReader(strings.NewReader(long)))
	chunked.ContentLength = -1
	declared := httptest.NewRequest(http.MethodPost, invitesPath, iotest.ErrReader(errors.New("the body must not be read")))
	declared.ContentLength = limits.MaxBytes + 1
	for name, request := range map[string]*http.Request{"chunked": chunked, "declared": declared} {
		recorder := httptest.NewRecorder()
		d.handler.ServeHTTP(recorder, request)
		read := readAnswer(t, recorder)
		if recorder.Code != http.StatusRequestEntityTooLarge || read.Code != int(codes.ResourceExhausted) || read.reason() != "REQUEST_TOO_LARGE" {
			t.Errorf("%s: status %d, %+v", name, recorder.Code, read)
		}
	}
}

// TestBodyThatBreaksOff: net/http ends the context of a request whose body it cannot read.
func TestBodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	gone, leave := context.WithCancel(t.Context())
	leave()
	const unread = "body: broke off before its end"
	for name, c := range map[string]struct {
		ctx        context.Context
		err        error
		reason     string
		violations []string
	}{
		"no HTTP":             {t.Context(), errors.New("malformed chunk"), "REQUEST_INVALID", []string{unread}},
		"no end":              {gone, io.ErrUnexpectedEOF, "REQUEST_INVALID", []string{unread}},
		"reset":               {gone, syscall.ECONNRESET, "CALLER_CANCELLED", []string{}},
		"slow":                {gone, os.ErrDeadlineExceeded, "CALLER_DEADLINE", []string{}},
		"refused by a server": {gone, status.New(codes.DeadlineExceeded, sipfacadev1.ErrorReason_ERROR_REASON_CALLER_DEADLINE, "late"), "CALLER_DEADLINE", []string{}},
	} {
		request := httptest.NewRequestWithContext(c.ctx, http.MethodPost, invitesPath, iotest.ErrReader(c.err))
		request.ContentLength = 10
		recorder := httptest.NewRecorder()
		newFakeGateway(t).handler.ServeHTTP(recorder, request)
		read := readAnswer(t, recorder)
		if diff := cmp.Diff(c.violations, read.violations()); diff != "" || read.reason() != c.reason {
			t.Errorf("%s: %s %s", name, read.reason(), diff)
		}
	}
}

func TestResponses(t *testing.T) {
	t.Parallel()
	d := newFakeGateway(t)
	d.invite = &sipfacadev1.SipUserInvite{Uuid: inviteID, Name: proto.String("<a & b>")}
	d.leases = []*sipfacadev1.TnLease{{Uuid: "l"}}
	invite := `{"uuid":"` + inviteID + `","name":"<a & b>"}`
	cases := []struct{ method, target, body, want string }{
		{http.MethodGet, invitePath, "", invite},
		{http.MethodPost, invitesPath, `{}`, invite},
		{http.MethodPatch, invitePath, `{}`, invite},
		{http.MethodDelete, invitePath, "", `{}`},
		{http.MethodGet, invitesPath, "", `{"sipUserInvites":[],"nextPageToken":""}`},
		{http.MethodPost, "/v1/sip-connections/x/tn-leases:assign", `{}`, `{"tnLeases":[{"uuid":"l"}]}`},
	}
	for _, c := range cases {
		if got := d.send(c.method, c.target, c.body); got.Code != http.StatusOK || got.Body.String() != c.want {
			t.Errorf("%s %s: status %d, %s", c.method, c.target, got.Code, got.Body)
		}
	}
	d.invite = nil
	if got := d.send(http.MethodGet, invitePath, ""); got.Body.String() != `{"uuid":""}` {
		t.Errorf("a resource that is not there: %s", got.Body)
	}
}

func TestServiceErrors(t *testing.T) {
	t.Parallel()
	notFound := status.New(codes.NotFound, sipfacadev1.ErrorReason_ERROR_REASON_RESOURCE_NOT_FOUND, "no such invite")
	limited := status.New(codes.ResourceExhausted, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_RATE_LIMITED, "slow down",
		&errdetails.RetryInfo{RetryDelay: durationpb.New(1500 * time.Millisecond)})
	cases := map[string]struct {
		err    error
		status int
		reason string
		retry  string
	}{
		"its own":              {notFound, 404, "RESOURCE_NOT_FOUND", ""},
		"wrapped":              {fmt.Errorf("get: %w", notFound), 404, "RESOURCE_NOT_FOUND", ""},
		"rate limit":           {limited, 429, "UPSTREAM_RATE_LIMITED", "2"},
		"not a status":         {errors.New("oops"), 500, "INTERNAL", ""},
		"cancelled":            {context.Canceled, 499, "CALLER_CANCELLED", ""},
		"deadline":             {context.DeadlineExceeded, 504, "CALLER_DEADLINE", ""},
		"no details":           {grpcstatus.Error(codes.PermissionDenied, "no"), 403, "INTERNAL", ""},
		"invalid, no details":  {grpcstatus.Error(codes.InvalidArgument, "no"), 400, "REQUEST_INVALID", ""},
		"unimplemented":        {grpcstatus.Error(codes.Unimplemented, "no"), 501, "INTERNAL", ""},
		"precondition":         {grpcstatus.Error(codes.FailedPrecondition, "no"), 400, "INTERNAL", ""},
		"aborted":              {grpcstatus.Error(codes.Aborted, "no"), 409, "INTERNAL", ""},
		"a code of the future": {grpcstatus.Error(codes.Code(99), "no"), 500, "INTERNAL", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newFakeGateway(t)
			d.act = func(context.Context) error { return c.err }
			got := d.send(http.MethodGet, invitePath, "")
			read := readAnswer(t, got)
			if got.Code != c.status || read.reason() != c.reason || got.Header().Get("Retry-After") != c.retry {
				t.Errorf("status %d, reason %s, Retry-After %q: %s", got.Code, read.reason(), got.Header().Get("Retry-After"), got.Body)
			}
			if got.Header().Get("Content-Length") != fmt.Sprint(got.Body.Len()) {
				t.Errorf("headers %v", got.Header())
			}
		})
	}
}

func TestErrorBytes(t *testing.T) {
	t.Parallel()
	d := newFakeGateway(t)
	d.act = func(ctx context.Context) error {
		if err := grpc.SetHeader(ctx, metadata.Pairs("retry-after", "42")); err != nil {
			return err
		}
		return status.New(codes.NotFound, sipfacadev1.ErrorReason_ERROR_REASON_RESOURCE_NOT_FOUND, "no such invite")
	}
	got := d.send(http.MethodGet, invitePath, "")
	want := `{"code":5,"message":"no such invite","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo",` +
		`"reason":"RESOURCE_NOT_FOUND","domain":"sipfacade","metadata":{}}]}`
	if got.Body.String() != want || got.Header().Get("Retry-After") != "42" {
		t.Errorf("got %s, headers %v", got.Body, got.Header())
	}
}

func TestPanics(t *testing.T) {
	t.Parallel()
	d := newFakeGateway(t)
	d.act = func(context.Context) error { panic("a secret") }
	got := d.send(http.MethodGet, invitePath, "")
	if got.Code != http.StatusInternalServerError || got.Body.String() != internalBody {
		t.Errorf("status %d: %s", got.Code, got.Body)
	}
	if diff := cmp.Diff([]any{"a secret"}, d.panicked); diff != "" {
		t.Error(diff)
	}
}

func TestExpiredTimeout(t *testing.T) {
	t.Parallel()
	// The interceptors run, so that the call is counted and logged like any other.
	d := newFakeGateway(t, func(ctx context.Context, _ any, _ *grpc.UnaryServerInfo, _ grpc.UnaryHandler) (any, error) {
		return nil, ctx.Err()
	})
	got := d.send(http.MethodGet, invitePath, "", "Grpc-Timeout: 0n")
	if read := readAnswer(t, got); got.Code != http.StatusGatewayTimeout || read.reason() != "CALLER_DEADLINE" {
		t.Errorf("status %d: %s", got.Code, got.Body)
	}
}

func TestAnswerThatIsNotText(t *testing.T) {
	t.Parallel()
	d := newFakeGateway(t)
	d.invite.Name = proto.String("\xff")
	got := d.send(http.MethodGet, invitePath, "")
	if read := readAnswer(t, got); got.Code != http.StatusInternalServerError || read.Message != "internal error" {
		t.Errorf("status %d: %s", got.Code, got.Body)
	}
}

func TestDetailOfUnknownType(t *testing.T) {
	t.Parallel()
	d := newFakeGateway(t)
	d.act = func(context.Context) error {
		return grpcstatus.FromProto(&spb.Status{Code: int32(codes.NotFound), Message: "gone",
			Details: []*anypb.Any{{TypeUrl: "type.googleapis.com/no.such.Type", Value: []byte{1}}}}).Err()
	}
	got := d.send(http.MethodGet, invitePath, "")
	if read := readAnswer(t, got); got.Code != http.StatusNotFound || read.Message != "gone" || read.reason() != "INTERNAL" {
		t.Errorf("status %d: %s", got.Code, got.Body)
	}
}

func TestManyCallersAtOnce(t *testing.T) {
	t.Parallel()
	conn := NewConn(merge)
	sipfacadev1.RegisterSipConnectionServiceServer(conn, newFixedService())
	handler, err := New(Options{Conn: conn, OnPanic: func(_ *http.Request, recovered any, _ []byte) { t.Error(recovered) }})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for body, want := range map[string]int{`{"name":"abc"}`: http.StatusOK, `{"nmae":"abc"}`: http.StatusBadRequest} {
				recorder := httptest.NewRecorder()
				request := httptest.NewRequest(http.MethodPost, invitesPath, strings.NewReader(body))
				handler.ServeHTTP(recorder, request)
				if recorder.Code != want {
					t.Errorf("%s: status %d: %s", body, recorder.Code, recorder.Body)
				}
			}
		})
	}
	group.Wait()
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for _, options := range []Options{{}, {Conn: NewConn(nil)}} {
		if _, err := New(options); !errors.Is(err, errOption) {
			t.Errorf("%+v: %v", options, err)
		}
	}
}

// TestOverASocket checks what a recorder cannot: that net/http agrees with how
// bodies are refused and answers are framed.
func TestOverASocket(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newFakeGateway(t).handler)
	defer server.Close()
	cases := []struct {
		method, target, body string
		want                 int
	}{
		{http.MethodPost, invitesPath, `{"name":"abc"}`, http.StatusOK},
		{http.MethodGet, invitePath, "", http.StatusOK},
		{http.MethodHead, invitePath, "", http.StatusMethodNotAllowed},
		{http.MethodGet, "/v1/sip-connections/%2F/invites/..%2F", "", http.StatusOK},
	}
	for _, c := range cases {
		request, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.target, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := server.Client().Do(request)
		if err != nil {
			t.Fatalf("%s %s: %v", c.method, c.target, err)
		}
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
		if response.StatusCode != c.want || response.ContentLength <= 0 || response.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: status %d, length %d, %v", c.method, c.target, response.StatusCode, response.ContentLength, response.Header)
		}
	}
}
