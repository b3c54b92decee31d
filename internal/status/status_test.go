package status_test

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// routes has one route of each action.
var routes = map[upstream.Action]*upstream.Route{
	upstream.Read:   {Operation: "GetThing", Method: http.MethodGet, Path: "/t", Action: upstream.Read},
	upstream.Create: {Operation: "CreateThing", Method: http.MethodPost, Path: "/t", Action: upstream.Create},
	upstream.Update: {Operation: "UpdateThing", Method: http.MethodPatch, Path: "/t", Action: upstream.Update},
	upstream.Delete: {Operation: "DeleteThing", Method: http.MethodDelete, Path: "/t", Action: upstream.Delete},
	upstream.Assign: {Operation: "AssignThing", Method: http.MethodPost, Path: "/t", Action: upstream.Assign},
}

// outcome is what callers see of a failure.
type outcome struct {
	Code   codes.Code
	Reason string
}

var (
	unknown     = outcome{codes.Unknown, "OUTCOME_UNKNOWN"}
	validation  = outcome{codes.InvalidArgument, "UPSTREAM_VALIDATION"}
	violated    = outcome{codes.Internal, "UPSTREAM_CONTRACT"}
	failed      = outcome{codes.Unavailable, "UPSTREAM_ERROR"}
	unreachable = outcome{codes.Unavailable, "UPSTREAM_UNREACHABLE"}
	notTheirs   = outcome{codes.Internal, "UPSTREAM_BAD_RESPONSE"}
	conflict    = outcome{codes.Aborted, "CONFLICT"}
	notFound    = outcome{codes.NotFound, "RESOURCE_NOT_FOUND"}
)

// always is one outcome on every action, sent or not.
func always(o outcome) map[string]outcome { return map[string]outcome{"": o} }

// written is one outcome on reads, one on writes that were sent and one on writes
// that were not, which is what a failed login makes of them.
func written(read, sent, unsent outcome) map[string]outcome {
	return map[string]outcome{"": sent, "GetThing": read, "unsent": unsent}
}

// verdicts is the table of what callers see of each failure.
var verdicts = []struct {
	name    string
	failure upstream.Error
	want    map[string]outcome // by operation, by "unsent" for writes that were not, "" for the rest
}{
	{"400", upstream.Error{Status: 400, VendorForm: true}, always(validation)},
	{"400, a proxy's", upstream.Error{Status: 400}, always(validation)},
	{"422", upstream.Error{Status: 422}, always(validation)},
	{"401, the caller's credential", upstream.Error{Status: 401, CallerCredential: true}, always(outcome{codes.Unauthenticated, "CREDENTIAL_REJECTED"})},
	{"401, the service's credential", upstream.Error{Status: 401, VendorForm: true}, always(outcome{codes.Internal, "UPSTREAM_CREDENTIAL_REJECTED"})},
	{"credential missing", upstream.Error{Kind: upstream.KindCredentialMissing}, always(outcome{codes.Unauthenticated, "CREDENTIAL_MISSING"})},
	{"no credential given", upstream.Error{Kind: upstream.KindCredentialUnset}, always(outcome{codes.Internal, "UPSTREAM_CREDENTIAL_REJECTED"})},
	{"login refused", upstream.Error{Kind: upstream.KindCredentialRejected, Status: 401}, always(outcome{codes.Internal, "UPSTREAM_CREDENTIAL_REJECTED"})},
	{"402", upstream.Error{Status: 402}, always(outcome{codes.FailedPrecondition, "UPSTREAM_PAYMENT_REQUIRED"})},
	{"403", upstream.Error{Status: 403}, always(outcome{codes.PermissionDenied, "UPSTREAM_FORBIDDEN"})},
	{"404", upstream.Error{Status: 404, VendorForm: true}, always(notFound)},
	{"404, a proxy's", upstream.Error{Status: 404}, always(notTheirs)},
	{"not in the list", upstream.Error{Kind: upstream.KindNotListed, VendorForm: true}, always(notFound)},
	{"405", upstream.Error{Status: 405, VendorForm: true}, always(violated)},
	{"406", upstream.Error{Status: 406}, always(violated)},
	{"415", upstream.Error{Status: 415}, always(violated)},
	{"499", upstream.Error{Status: 499}, always(violated)},
	{"409", upstream.Error{Status: 409}, map[string]outcome{
		"": conflict, "CreateThing": {codes.AlreadyExists, "RESOURCE_EXISTS"}, "DeleteThing": {codes.FailedPrecondition, "RESOURCE_IN_USE"},
	}},
	{"429", upstream.Error{Status: 429}, always(outcome{codes.ResourceExhausted, "UPSTREAM_RATE_LIMITED"})},
	{"500", upstream.Error{Status: 500, VendorForm: true}, written(failed, unknown, failed)},
	{"502", upstream.Error{Status: 502}, written(failed, unknown, failed)},
	{"503", upstream.Error{Status: 503}, written(failed, unknown, failed)},
	{"599", upstream.Error{Status: 599}, written(failed, unknown, failed)},
	{"reset", upstream.Error{Kind: upstream.KindReset}, written(unreachable, unknown, unreachable)},
	{"time cap", upstream.Error{Kind: upstream.KindTimeout}, written(outcome{codes.DeadlineExceeded, "UPSTREAM_TIMEOUT"}, unknown, unreachable)},
	{"unreachable", upstream.Error{Kind: upstream.KindUnreachable}, always(unreachable)},
	{"redirect", upstream.Error{Kind: upstream.KindRedirect, Status: 302}, always(notTheirs)},
	{"bad response", upstream.Error{Kind: upstream.KindBadResponse, Status: 200}, written(notTheirs, unknown, notTheirs)},
	{"truncated", upstream.Error{Kind: upstream.KindTruncated, Status: 200}, written(outcome{codes.Unavailable, "UPSTREAM_BAD_RESPONSE"}, unknown, outcome{codes.Unavailable, "UPSTREAM_BAD_RESPONSE"})},
	{"rejected", upstream.Error{Kind: upstream.KindRejected, Status: 200}, always(outcome{codes.Unknown, "UPSTREAM_REJECTED"})},
	{"caller's deadline", upstream.Error{Kind: upstream.KindCallerDeadline}, written(
		outcome{codes.DeadlineExceeded, "CALLER_DEADLINE"}, outcome{codes.DeadlineExceeded, "OUTCOME_UNKNOWN"}, outcome{codes.DeadlineExceeded, "CALLER_DEADLINE"})},
	{"caller cancelled", upstream.Error{Kind: upstream.KindCallerCancelled}, written(
		outcome{codes.Canceled, "CALLER_CANCELLED"}, outcome{codes.Canceled, "OUTCOME_UNKNOWN"}, outcome{codes.Canceled, "CALLER_CANCELLED"})},
	{"throttled", upstream.Error{Kind: upstream.KindThrottled}, always(outcome{codes.ResourceExhausted, "UPSTREAM_RATE_LIMITED"})},
	{"breaker open", upstream.Error{Kind: upstream.KindBreakerOpen}, always(outcome{codes.Unavailable, "UPSTREAM_BREAKER_OPEN"})},
	{"saturated", upstream.Error{Kind: upstream.KindSaturated}, written(
		outcome{codes.Unavailable, "UPSTREAM_SATURATED"}, unknown, outcome{codes.Unavailable, "UPSTREAM_SATURATED"})},
	{"shutting down", upstream.Error{Kind: upstream.KindShuttingDown}, written(
		outcome{codes.Unavailable, "SHUTTING_DOWN"}, unknown, outcome{codes.Unavailable, "SHUTTING_DOWN"})},
	{"changed", upstream.Error{Kind: upstream.KindChanged}, always(outcome{codes.Aborted, "ETAG_MISMATCH"})},
	{"several parents", upstream.Error{Kind: upstream.KindSeveralParents, Resources: []upstream.Resource{{Type: "t", Name: "a"}, {Type: "t", Name: "b"}}}, always(outcome{codes.FailedPrecondition, "SIP_DOMAIN_AMBIGUOUS"})},
	{"no parent", upstream.Error{Kind: upstream.KindNoParent, Resources: []upstream.Resource{{Type: "t", Name: "a"}}}, always(outcome{codes.FailedPrecondition, "SIP_DOMAIN_MISSING"})},
	{"a parent that is not clear", upstream.Error{Kind: upstream.KindUnclearParent}, always(outcome{codes.FailedPrecondition, "SIP_DOMAIN_AMBIGUOUS"})},
	{"taken", upstream.Error{Kind: upstream.KindTaken}, always(outcome{codes.AlreadyExists, "RESOURCE_EXISTS"})},
	{"unresolved", upstream.Error{Kind: upstream.KindUnresolved}, written(outcome{codes.Internal, "INTERNAL"}, unknown, outcome{codes.Internal, "INTERNAL"})},
	{"defect", upstream.Error{Kind: upstream.KindInternal}, always(outcome{codes.Internal, "INTERNAL"})},
}

// wanted is the outcome of a row for one operation.
func wanted(want map[string]outcome, route *upstream.Route, sent bool) outcome {
	if o, ok := want["unsent"]; ok && !sent && route.Action != upstream.Read {
		return o
	}
	if o, ok := want[route.Operation]; ok {
		return o
	}
	return want[""]
}

// infoOf is the ErrorInfo of an error, which is its first detail.
func infoOf(t *testing.T, err error) *errdetails.ErrorInfo {
	t.Helper()
	info, ok := grpcstatus.Convert(err).Details()[0].(*errdetails.ErrorInfo)
	if !ok {
		t.Fatalf("the first detail of %v is no ErrorInfo", err)
	}
	return info
}

// detailOf is the detail of a type, or nil.
func detailOf[D proto.Message](err error) (found D) {
	for _, detail := range grpcstatus.Convert(err).Details() {
		if d, ok := detail.(D); ok {
			return d
		}
	}
	return found
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	covered := map[upstream.Kind]bool{}
	for _, c := range verdicts {
		covered[c.failure.Kind] = true
		for _, route := range routes {
			for _, sent := range []bool{false, true} {
				failure := c.failure
				failure.Vendor, failure.Route, failure.Sent = "opentact", route, sent
				err := status.Final(fmt.Errorf("call: %w", &failure), status.Subject{Type: "t"})
				name := fmt.Sprintf("%s, %s, sent %t", c.name, route.Operation, sent)
				got := outcome{grpcstatus.Code(err), status.Reason(err)}
				if diff := cmp.Diff(wanted(c.want, route, sent), got); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
				checkInfo(t, name, &failure, err)
				checkTrailer(t, name, err)
				if !errors.Is(err, &failure) {
					t.Errorf("%s: the cause is lost", name)
				}
			}
		}
	}
	for kind := upstream.KindStatus; kind <= upstream.KindInternal; kind++ {
		if !covered[kind] {
			t.Errorf("%s is not in the table", kind)
		}
	}
}

// checkInfo: the ErrorInfo says which vendor, what it answered and what became of a
// write.
func checkInfo(t *testing.T, name string, failure *upstream.Error, err error) {
	t.Helper()
	want := &errdetails.ErrorInfo{Domain: "sipfacade", Reason: status.Reason(err), Metadata: map[string]string{"upstream": "opentact"}}
	if failure.Status != 0 {
		want.Metadata["upstreamStatus"] = strconv.Itoa(failure.Status)
	}
	if failure.Route.Action != upstream.Read {
		want.Metadata["delivery"] = string(failure.Delivery())
	}
	if diff := cmp.Diff(want, infoOf(t, err), protocmp.Transform()); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

// checkTrailer: no client may repeat by itself what may have taken effect, or what only the
// reason says is useless to repeat.
func checkTrailer(t *testing.T, name string, err error) {
	t.Helper()
	var want metadata.MD
	switch status.Reason(err) {
	case "OUTCOME_UNKNOWN", "CONFLICT", "ETAG_MISMATCH":
		want = metadata.Pairs("grpc-retry-pushback-ms", "-1")
	}
	if diff := cmp.Diff(want, status.Trailer(err)); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

// TestUnavailableIsSafeToRetry: over every combination there is, UNAVAILABLE never
// stands on a write that may have taken effect, and OUTCOME_UNKNOWN always does.
func TestUnavailableIsSafeToRetry(t *testing.T) {
	t.Parallel()
	for kind := upstream.KindStatus; kind <= upstream.KindInternal; kind++ {
		for _, code := range []int{0, 200, 302, 400, 401, 404, 409, 429, 500, 503} {
			for _, route := range routes {
				for bits := range 8 {
					failure := &upstream.Error{
						Vendor: "v", Route: route, Kind: kind, Status: code, Sent: bits&1 != 0, VendorForm: bits&2 != 0, CallerCredential: bits&4 != 0,
					}
					err := status.Final(failure, status.Subject{})
					mayHaveHappened := failure.Delivery() == upstream.Unknown
					if grpcstatus.Code(err) == codes.Unavailable && mayHaveHappened {
						t.Errorf("UNAVAILABLE for %+v", failure)
					}
					if (status.Reason(err) == "OUTCOME_UNKNOWN") != mayHaveHappened {
						t.Errorf("%s for %+v", status.Reason(err), failure)
					}
				}
			}
		}
	}
}

func TestRetryInfo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		failure upstream.Error
		wait    time.Duration
		trailer metadata.MD
	}{
		"429":                  {upstream.Error{Route: routes[upstream.Create], Status: 429, Sent: true, RetryAfter: 7 * time.Second}, 7 * time.Second, metadata.Pairs("retry-after", "7", "grpc-retry-pushback-ms", "7000")},
		"a fraction":           {upstream.Error{Route: routes[upstream.Read], Status: 429, Sent: true, RetryAfter: 1500500 * time.Microsecond}, 1500500 * time.Microsecond, metadata.Pairs("retry-after", "2", "grpc-retry-pushback-ms", "1501")},
		"an hour":              {upstream.Error{Route: routes[upstream.Read], Status: 429, Sent: true, RetryAfter: time.Hour}, time.Hour, metadata.Pairs("retry-after", "3600", "grpc-retry-pushback-ms", "3600000")},
		"503 on a read":        {upstream.Error{Route: routes[upstream.Read], Status: 503, Sent: true, RetryAfter: time.Second}, time.Second, metadata.Pairs("retry-after", "1", "grpc-retry-pushback-ms", "1000")},
		"503 on a sent write":  {upstream.Error{Route: routes[upstream.Create], Status: 503, Sent: true, RetryAfter: time.Second}, 0, metadata.Pairs("grpc-retry-pushback-ms", "-1")},
		"503 of a login":       {upstream.Error{Route: routes[upstream.Create], Status: 503, RetryAfter: time.Second}, time.Second, metadata.Pairs("retry-after", "1", "grpc-retry-pushback-ms", "1000")},
		"429 without a header": {upstream.Error{Route: routes[upstream.Read], Status: 429, Sent: true}, 0, nil},
		"400 with a header":    {upstream.Error{Route: routes[upstream.Read], Status: 400, Sent: true, RetryAfter: time.Second}, 0, nil},
	} {
		err := status.Final(&c.failure, status.Subject{})
		var want *errdetails.RetryInfo
		if c.wait > 0 {
			want = &errdetails.RetryInfo{RetryDelay: durationpb.New(c.wait)}
		}
		if diff := cmp.Diff(want, detailOf[*errdetails.RetryInfo](err), protocmp.Transform()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(c.trailer, status.Trailer(err)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if trailer := status.Trailer(nil); trailer != nil {
		t.Errorf("a success has the trailer %v", trailer)
	}
}

func TestResourceInfo(t *testing.T) {
	t.Parallel()
	subject := status.Subject{Type: "sipfacade.v1.SipConnection", Name: "c-1", Created: "sipfacade.v1.SipUserInvite"}
	about := &errdetails.ResourceInfo{ResourceType: subject.Type, ResourceName: "c-1", Description: "said so"}
	for name, c := range map[string]struct {
		failure upstream.Error
		want    *errdetails.ResourceInfo
	}{
		"not found":      {upstream.Error{Route: routes[upstream.Create], Status: 404, VendorForm: true, Message: "said so"}, about},
		"not in list":    {upstream.Error{Route: routes[upstream.Read], Kind: upstream.KindNotListed, Message: "said so"}, about},
		"in use":         {upstream.Error{Route: routes[upstream.Delete], Status: 409, Message: "said so"}, about},
		"exists":         {upstream.Error{Route: routes[upstream.Create], Status: 409, Message: "said so"}, &errdetails.ResourceInfo{ResourceType: subject.Created, Description: "said so"}},
		"a proxy's 404":  {upstream.Error{Route: routes[upstream.Create], Status: 404, Message: "said so"}, nil},
		"conflict":       {upstream.Error{Route: routes[upstream.Update], Status: 409}, nil},
		"not acceptable": {upstream.Error{Route: routes[upstream.Update], Status: 406}, nil},
	} {
		err := status.Final(&c.failure, subject)
		if diff := cmp.Diff(c.want, detailOf[*errdetails.ResourceInfo](err), protocmp.Transform()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestFieldNames: what the vendor says of its arguments is shown under the names that
// callers know, if there are such.
func TestFieldNames(t *testing.T) {
	t.Parallel()
	names := map[string]string{
		"expired_on": "expire_time", "product": "product_id", "name": "name", "add": "add_tn_lease_uuids", "stings": "settings",
	}
	for _, c := range []struct{ field, vendor, want string }{
		{"sip_user_invite", "params.expired_on", "sip_user_invite.expire_time"},
		{"sip_user_invite", "expired_on", "sip_user_invite.expire_time"},
		{"sip_user_invite", "requestBody.params.name", "sip_user_invite.name"},
		{"sip_user_invite", "params.unknown", "params.unknown"},
		{"sip_user_invite", "", ""},
		{"sip_user_invite", "params.", "params."},
		{"", "params.product", "product_id"},
		{"", "params.add", "add_tn_lease_uuids"},
		{"", "params.add[1]", "add_tn_lease_uuids[1]"},
		{"", "params.add.1", "add_tn_lease_uuids[1]"},
		{"", "params.add.1.uuid", "add_tn_lease_uuids[1].uuid"},
		{"sip_connection", "params.stings.media_type", "sip_connection.settings.media_type"},
	} {
		failure := &upstream.Error{Route: routes[upstream.Create], Status: 400, Sent: true, Fields: []upstream.FieldError{{Name: c.vendor, Message: "is 100% wrong"}}}
		err := status.Final(failure, status.Subject{Field: c.field, Names: names})
		want := []*errdetails.BadRequest_FieldViolation{{Field: c.want, Reason: "UPSTREAM_VALIDATION", Description: "is 100% wrong"}}
		if diff := cmp.Diff(want, status.Violations(err), protocmp.Transform()); diff != "" {
			t.Errorf("%+v: %s", c, diff)
		}
	}
	without := status.Final(&upstream.Error{Route: routes[upstream.Create], Status: 400}, status.Subject{})
	if detailOf[*errdetails.BadRequest](without) != nil {
		t.Error("an empty BadRequest")
	}
}

// TestMessageOfAFailureBefore: if a request that the call needed first failed, the message
// names that one, and says that the call was not sent.
func TestMessageOfAFailureBefore(t *testing.T) {
	t.Parallel()
	for want, failure := range map[string]upstream.Error{
		"opentact UpdateThing was not sent: GetThing found no such resource: no thing":                 {Status: 404, VendorForm: true, Sent: true, Message: "no thing"},
		"opentact UpdateThing was not sent: GetThing failed at the vendor":                             {Status: 503, Sent: true},
		"opentact UpdateThing was not sent: GetThing got no answer: the connection broke":              {Kind: upstream.KindReset, Sent: true},
		"opentact UpdateThing was not sent: GetThing got no answer in time":                            {Kind: upstream.KindTimeout, Sent: true},
		"opentact UpdateThing was not sent: GetThing found no such resource in the vendor's list":      {Kind: upstream.KindNotListed},
		"opentact UpdateThing was not sent: the vendor has been failing and gets no calls for a while": {Kind: upstream.KindBreakerOpen},
		"opentact UpdateThing was not sent: the vendor refused the service's login":                    {Kind: upstream.KindCredentialRejected, Status: 401, Sent: true},
		"opentact UpdateThing could not be sent: the vendor cannot be reached":                         {Kind: upstream.KindUnreachable},
	} {
		failure.Vendor, failure.Route = "opentact", routes[upstream.Read]
		// As if a login failed before the read, and so before the write.
		second := &upstream.Route{Operation: "ListThings", Method: http.MethodGet, Path: "/t", Action: upstream.Read}
		for _, err := range []error{failure.Before(routes[upstream.Update]), failure.Before(second).Before(routes[upstream.Update])} {
			if got := grpcstatus.Convert(status.Final(err, status.Subject{})).Message(); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
	}
}

// TestMessage: a message is shown only if it is in the vendor's own form.
func TestMessage(t *testing.T) {
	t.Parallel()
	for want, failure := range map[string]upstream.Error{
		"opentact CreateThing was refused: the vendor does not accept the values: name is taken": {Status: 400, VendorForm: true, Message: "name is taken"},
		"opentact CreateThing was refused: the vendor does not accept the values":                {Status: 400, Message: "nginx"},
		"opentact CreateThing was refused in the body of an answer with a success status: no":    {Kind: upstream.KindRejected, Status: 200, Sent: true, Message: "no"},
		"opentact CreateThing was sent and its outcome is not known: it may have taken effect":   {Kind: upstream.KindReset, Sent: true},
		"opentact CreateThing could not be sent: the vendor cannot be reached":                   {Kind: upstream.KindTimeout},
	} {
		failure.Vendor, failure.Route = "opentact", routes[upstream.Create]
		if got := grpcstatus.Convert(status.Final(&failure, status.Subject{})).Message(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	// An error from before the route was known still has a status.
	early := status.Final(upstream.CredentialMissing("opentact"), status.Subject{})
	if grpcstatus.Code(early) != codes.Unauthenticated || len(infoOf(t, early).GetMetadata()) != 1 {
		t.Errorf("got %v", grpcstatus.Convert(early))
	}
}
