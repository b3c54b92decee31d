package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
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
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/gateway/codec"
	"github.com/sipfacade/sipfacade/internal/received"
	"github.com/sipfacade/sipfacade/internal/status"
)

func TestRequestsReachTheService(t *testing.T) {
	t.Parallel()
	expiry := timestamppb.New(time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC))
	cases := map[string]struct {
		method, target, body string
		want                 proto.Message
	}{
		"create": {
			http.MethodPost, invitesPath, `{"name":"Front desk","expireTime":"2027-01-02T03:04:05Z"}`,
			&sipfacadev1.CreateSipUserInviteRequest{SipConnectionUuid: connectionID,
				SipUserInvite: &sipfacadev1.SipUserInvite{Name: proto.String("Front desk"), ExpireTime: expiry}},
		},
		"create with both spellings": {
			http.MethodPost, invitesPath, `{"expire_time":"2027-01-02T03:04:05Z","name":"007"}`,
			&sipfacadev1.CreateSipUserInviteRequest{SipConnectionUuid: connectionID,
				SipUserInvite: &sipfacadev1.SipUserInvite{Name: proto.String("007"), ExpireTime: expiry}},
		},
		"create without a body": {
			http.MethodPost, invitesPath, "", &sipfacadev1.CreateSipUserInviteRequest{SipConnectionUuid: connectionID},
		},
		"create with white space": {
			http.MethodPost, invitesPath, " \n", &sipfacadev1.CreateSipUserInviteRequest{SipConnectionUuid: connectionID},
		},
		"get": {
			http.MethodGet, invitePath, "", &sipfacadev1.GetSipUserInviteRequest{SipConnectionUuid: connectionID, Uuid: inviteID},
		},
		"get with escapes": {
			http.MethodGet, "/v1/sip-connections/a%2Fb/invites/c%20d%2541%3Ax", "",
			&sipfacadev1.GetSipUserInviteRequest{SipConnectionUuid: "a/b", Uuid: "c d%41:x"},
		},
		"get with needless escapes": {
			http.MethodGet, "/%76%31/sip%2Dconnections/" + connectionID + "/invites/%61%62", "",
			&sipfacadev1.GetSipUserInviteRequest{SipConnectionUuid: connectionID, Uuid: "ab"},
		},
		"get with a colon": {
			http.MethodGet, invitesPath + "/a:b", "", &sipfacadev1.GetSipUserInviteRequest{SipConnectionUuid: connectionID, Uuid: "a:b"},
		},
		"delete": {
			http.MethodDelete, invitePath, "", &sipfacadev1.DeleteSipUserInviteRequest{SipConnectionUuid: connectionID, Uuid: inviteID},
		},
		"list": {
			http.MethodGet, invitesPath + "?page_size=5&pageToken=a%2Bb&filter=name%3D%22x%22&order_by=name+desc", "",
			&sipfacadev1.ListSipUserInvitesRequest{SipConnectionUuid: connectionID, PageSize: 5, PageToken: "a+b", Filter: `name="x"`, OrderBy: "name desc"},
		},
		"assign, body of the whole request": {
			http.MethodPost, "/v1/sip-connections/" + connectionID + "/tn-leases:assign", `{"add":["x"],"remove":null}`,
			&sipfacadev1.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: connectionID, Add: []string{"x"}},
		},
		"assign with the id of the path in the body": {
			http.MethodPost, "/v1/sip-connections/" + connectionID + "/tn-leases:assign", `{"sipConnectionUuid":"` + connectionID + `"}`,
			&sipfacadev1.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: connectionID},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newFakeGateway(t)
			got := d.send(c.method, c.target, c.body)
			if got.Code != http.StatusOK {
				t.Fatalf("status %d: %s", got.Code, got.Body)
			}
			if diff := cmp.Diff(c.want, d.request, protocmp.Transform()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUpdateMask(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		query, body string
		want        []string
		absent      bool
	}{
		"values need no mask":        {body: `{"expireTime":"2027-01-02T03:04:05Z","name":"abc"}`, absent: true},
		"members in their order":     {body: `{"expireTime":null,"name":"abc"}`, want: []string{"expire_time", "name"}},
		"null clears":                {body: `{"name":"abc","expire_time":null}`, want: []string{"name", "expire_time"}},
		"the id is not changed":      {body: `{"uuid":"` + inviteID + `","name":null}`, want: []string{"name"}},
		"the id in capitals":         {body: `{"uuid":"` + strings.ToUpper(inviteID) + `","name":null}`, want: []string{"name"}},
		"the id as null":             {body: `{"uuid":null,"name":null}`, want: []string{"name"}},
		"only the id, as null":       {body: `{"uuid":null,"name":"abc"}`, absent: true},
		"empty object":               {body: `{}`, absent: true},
		"no body":                    {absent: true},
		"query, snake":               {query: "?update_mask=name,expire_time", body: `{"name":"abc"}`, want: []string{"name", "expire_time"}},
		"query, camel":               {query: "?updateMask=expireTime", body: `{"name":"abc"}`, want: []string{"expire_time"}},
		"query, everything":          {query: "?update_mask=*", body: `{"name":"abc"}`, want: []string{"*"}},
		"query, nested":              {query: "?update_mask=sipConnection.outboundVoiceProfileUuid", body: `{}`, want: []string{"sip_connection.outbound_voice_profile_uuid"}},
		"query, unknown names go by": {query: "?update_mask=nmae", body: `{}`, want: []string{"nmae"}},
		"query, given but empty":     {query: "?update_mask=", body: `{"name":"abc"}`},
		"query, empty, and null":     {query: "?update_mask=", body: `{"name":null}`, want: []string{"name"}},
		"output only is left out":    {body: `{"name":null,"createTime":"2027-01-02T03:04:05Z","token":"x"}`, want: []string{"name"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newFakeGateway(t)
			got := d.send(http.MethodPatch, invitePath+c.query, c.body)
			if got.Code != http.StatusOK {
				t.Fatalf("status %d: %s", got.Code, got.Body)
			}
			request, ok := d.request.(*sipfacadev1.UpdateSipUserInviteRequest)
			if !ok || !strings.EqualFold(request.GetSipUserInvite().GetUuid(), inviteID) {
				t.Fatalf("request %v", d.request)
			}
			var want *fieldmaskpb.FieldMask
			if !c.absent {
				want = &fieldmaskpb.FieldMask{Paths: c.want}
			}
			if diff := cmp.Diff(want, request.GetUpdateMask(), protocmp.Transform()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestInvalidRequests(t *testing.T) {
	t.Parallel()
	assign := "/v1/sip-connections/" + connectionID + "/tn-leases:assign"
	cases := map[string]struct {
		method, target, body string
		headers              []string
		want                 []string
	}{
		"unknown body field": {http.MethodPost, invitesPath, `{"nmae":"x"}`, nil,
			[]string{`nmae: unknown field "nmae"; did you mean "name"?`}},
		"wrong types": {http.MethodPost, invitesPath, `{"name":7,"expireTime":"tomorrow"}`, nil, []string{
			`name: want a string, got a number`,
			`expireTime: want a time by RFC 3339, for example "2026-01-02T15:04:05Z"`}},
		"whole request": {http.MethodPost, assign, `{"add":[1],"x":2}`, nil, []string{
			`add[0]: want a string, got a number`,
			`x: unknown field "x"; known: sipConnectionUuid, add, remove`}},
		"not an object": {http.MethodPost, assign, `[]`, nil, []string{`body: want an object, got an array`}},
		"syntax": {http.MethodPost, invitesPath, "{\n \"name\" 7}", nil, []string{
			`body: not valid JSON at 2:9: invalid character '7' after object name (expecting ':')`}},
		"another id in the body": {http.MethodPatch, invitePath, `{"uuid":"` + connectionID + `","name":"abc"}`, nil,
			[]string{`uuid: the body names another one than the path`}},
		"another parent in the body": {http.MethodPost, assign, `{"sip_connection_uuid":"` + inviteID + `"}`, nil,
			[]string{`sip_connection_uuid: the body names another one than the path`}},
		"everything at once": {http.MethodPatch, invitePath + "?update_msk=name", `{"nam":"x","name":1}`,
			[]string{"Grpc-Timeout: soon"}, []string{
				`update_msk: unknown query parameter "update_msk"; did you mean "update_mask"?`,
				`grpc-timeout: want up to 8 digits and a unit of H, M, S, m, u or n, for example 30S`,
				`nam: unknown field "nam"; did you mean "name"?`,
				`name: want a string, got a number`,
			}},
		"query": {http.MethodGet, invitesPath + "?page_size=many&pagetoken=x&filter=a&filter=b&zzzzzzzz=1&order_by=%zz", "", nil, []string{
			`page_size: want a whole number from -2147483648 to 2147483647`,
			`pagetoken: unknown query parameter "pagetoken"; did you mean "pageToken"?`,
			`filter: given twice`,
			`zzzzzzzz: unknown query parameter "zzzzzzzz"; known: pageSize, pageToken, filter, orderBy`,
			`query: order_by=%zz is not escaped correctly`,
		}},
		"query in both spellings": {http.MethodGet, invitesPath + "?page_size=1&pageSize=2", "", nil, []string{`page_size: given twice`}},
		"query on a call without one": {http.MethodGet, invitePath + "?uuid=x", "", nil,
			[]string{`uuid: unknown query parameter "uuid"; this call takes none`}},
		"query beside a body of the whole request": {http.MethodPost, assign + "?add=x", `{}`, nil,
			[]string{`add: unknown query parameter "add"; this call takes none`}},
		"bad mask": {http.MethodPatch, invitePath + "?update_mask=a%20b", `{}`, nil,
			[]string{`update_mask: want field names separated by commas, for example "name,expireTime", or "*"`}},
		"text": {http.MethodPost, invitesPath, `name=x`, []string{"Content-Type: text/plain"},
			[]string{`content-type: want application/json`}},
		"GET with a body":    {http.MethodGet, invitePath, `{}`, nil, []string{`body: this call takes no body`}},
		"DELETE with a body": {http.MethodDelete, invitePath, `{}`, nil, []string{`body: this call takes no body`}},
		"timeout without a unit": {http.MethodGet, invitePath, "", []string{"Grpc-Timeout: 5"},
			[]string{`grpc-timeout: want up to 8 digits and a unit of H, M, S, m, u or n, for example 30S`}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newFakeGateway(t)
			got := d.send(c.method, c.target, c.body, c.headers...)
			read := readAnswer(t, got)
			if got.Code != http.StatusBadRequest || read.Code != int(codes.InvalidArgument) || read.reason() != "REQUEST_INVALID" {
				t.Errorf("status %d, %+v", got.Code, read)
			}
			if diff := cmp.Diff(c.want, read.violations()); diff != "" {
				t.Error(diff)
			}
			if d.request != nil {
				t.Error("the service was called")
			}
		})
	}
}

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

func TestBodiesThatAreTooLarge(t *testing.T) {
	t.Parallel()
	d := newFakeGateway(t)
	long := `{"name":"` + strings.Repeat("x", DefaultMaxBodyBytes) + `"}`
	chunked := httptest.NewRequest(http.MethodPost, invitesPath, iotest.OneByteReader(strings.NewReader(long)))
	chunked.ContentLength = -1
	declared := httptest.NewRequest(http.MethodPost, invitesPath, iotest.ErrReader(errors.New("the body must not be read")))
	declared.ContentLength = DefaultMaxBodyBytes + 1
	for name, request := range map[string]*http.Request{"chunked": chunked, "declared": declared} {
		recorder := httptest.NewRecorder()
		d.handler.ServeHTTP(recorder, request)
		read := readAnswer(t, recorder)
		if recorder.Code != http.StatusRequestEntityTooLarge || read.Code != int(codes.ResourceExhausted) || read.reason() != "REQUEST_TOO_LARGE" {
			t.Errorf("%s: status %d, %+v", name, recorder.Code, read)
		}
	}
}

func TestBodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	request := httptest.NewRequest(http.MethodPost, invitesPath, iotest.ErrReader(errors.New("reset")))
	request.ContentLength = 10
	recorder := httptest.NewRecorder()
	newFakeGateway(t).handler.ServeHTTP(recorder, request)
	if diff := cmp.Diff([]string{"body: broke off before its end"}, readAnswer(t, recorder).violations()); diff != "" {
		t.Error(diff)
	}
}

func TestHeadersIn(t *testing.T) {
	t.Parallel()
	d := newFakeGateway(t)
	got := d.send(http.MethodGet, invitePath, "",
		"Authorization: Bearer a", "X-Request-ID: 42", "Traceparent: t", "Tracestate: s", "X-OpenTACT-Token: o",
		"X-Infinity-Authorization: i", "Cookie: c", "Grpc-Metadata-Evil: e", "X-Forwarded-For: 1.2.3.4",
		"X-HTTP-Method-Override: DELETE", "Accept: text/html", "Grpc-Timeout: 10S")
	if got.Code != http.StatusOK {
		t.Fatalf("status %d: %s", got.Code, got.Body)
	}
	want := metadata.Pairs("authorization", "Bearer a", "x-request-id", "42", "traceparent", "t", "tracestate", "s",
		"x-opentact-token", "o", "x-infinity-authorization", "i", "x-forwarded-for", "1.2.3.4")
	if diff := cmp.Diff(want, incoming(d.ctx)); diff != "" {
		t.Error(diff)
	}
	if left, ok := d.ctx.Deadline(); !ok || time.Until(left) > 10*time.Second {
		t.Errorf("deadline %v, %v", left, ok)
	}
	if address := peerAddress(d.ctx); address != "192.0.2.1:1234" {
		t.Errorf("peer %s", address)
	}
}

func TestHeadersOut(t *testing.T) {
	t.Parallel()
	d := newFakeGateway(t)
	d.act = func(ctx context.Context) error {
		if err := grpc.SetHeader(ctx, metadata.Pairs("retry-after", "42", "x-internal", "y")); err != nil {
			return err
		}
		return grpc.SetTrailer(ctx, metadata.Pairs("x-trailer", "z"))
	}
	got := d.send(http.MethodGet, invitePath, "")
	want := http.Header{
		"Content-Type": {"application/json"}, "Content-Length": {fmt.Sprint(got.Body.Len())}, "Retry-After": {"42"},
		"Cache-Control": {"no-store"}, "X-Content-Type-Options": {"nosniff"},
	}
	if diff := cmp.Diff(want, got.Header()); diff != "" {
		t.Error(diff)
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
		{http.MethodPost, "/v1/sip-connections/x/tn-leases:assign", `{}`, `{"tnLeases":[{"uuid":"l","autorenew":false}]}`},
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

func TestTooManyViolationsStop(t *testing.T) {
	t.Parallel()
	var query strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&query, "&wrong%d=1", i)
	}
	got := newFakeGateway(t).send(http.MethodGet, invitesPath+"?"+query.String(), "")
	read := readAnswer(t, got)
	if found := read.violations(); len(found) > codec.MaxViolations || !strings.HasSuffix(found[len(found)-1], "more problems") {
		t.Errorf("%d violations, the last %s", len(found), found[len(found)-1])
	}
}

// FuzzQuery checks that what the query reader accepts means the same to net/url.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"page_size=5", "pageToken=a%2Bb&filter=x+y", "filter=a&filter=b", "&&=", "%zz", "order_by=a;b", "page_size=0x1"} {
		f.Add(seed)
	}
	routes, err := routesOf(contractServices(), codec.New())
	if err != nil {
		f.Fatal(err)
	}
	list := routes["sipfacade.v1.SipConnectionService"][1]
	f.Fuzz(func(t *testing.T, raw string) {
		in := &received.Request{Call: list.Call}
		list.readQuery(in, raw)
		request := &sipfacadev1.ListSipUserInvitesRequest{}
		if in.MergeInto(request.ProtoReflect()); len(in.Violations) > 0 {
			return
		}
		values, err := url.ParseQuery(raw)
		if err != nil { // net/url refuses semicolons
			return
		}
		if got, want := request.GetFilter(), values.Get("filter"); got != want {
			t.Errorf("%q: filter %q, want %q", raw, got, want)
		}
		if got, want := request.GetPageToken(), values.Get("page_token")+values.Get("pageToken"); got != want {
			t.Errorf("%q: page token %q, want %q", raw, got, want)
		}
	})
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
