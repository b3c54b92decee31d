package status_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// TestFinal: errors that are no failed vendor call.
func TestFinal(t *testing.T) {
	t.Parallel()
	invalid := status.Invalid(status.Violation("name", "is %d too long", 3))
	defect := errors.New("a pointer to the database password s3cret")
	hidden := outcome{codes.Internal, "INTERNAL"}
	stopped, stop := context.WithCancelCause(t.Context())
	stop(upstream.ErrShuttingDown)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		err     error
		want    outcome
		message string
	}{
		"a defect":               {defect, hidden, "internal error"},
		"a wrapped defect":       {fmt.Errorf("serve: %w", defect), hidden, "internal error"},
		"a final defect":         {status.Final(defect, status.Subject{}), hidden, "internal error"},
		"a wrapped final defect": {fmt.Errorf("s3cret: %w", status.Final(defect, status.Subject{})), hidden, "internal error"},
		"a status of grpc":       {grpcstatus.Error(codes.NotFound, "s3cret"), hidden, "internal error"},
		"deadline":               {context.DeadlineExceeded, outcome{codes.DeadlineExceeded, "CALLER_DEADLINE"}, "the caller's deadline passed"},
		"a wrapped deadline":     {fmt.Errorf("s3cret: %w", context.DeadlineExceeded), outcome{codes.DeadlineExceeded, "CALLER_DEADLINE"}, "the caller's deadline passed"},
		"cancelled":              {fmt.Errorf("s3cret: %w", context.Canceled), outcome{codes.Canceled, "CALLER_CANCELLED"}, "the caller cancelled the call"},
		"shutdown":               {upstream.ErrShuttingDown, outcome{codes.Unavailable, "SHUTTING_DOWN"}, "the service is shutting down"},
		"cancelled by shutdown":  {status.WithCause(stopped, fmt.Errorf("s3cret: %w", context.Canceled)), outcome{codes.Unavailable, "SHUTTING_DOWN"}, "the service is shutting down"},
		"cancelled otherwise":    {status.WithCause(cancelled, context.Canceled), outcome{codes.Canceled, "CALLER_CANCELLED"}, "the caller cancelled the call"},
		"defect in the shutdown": {status.WithCause(stopped, defect), hidden, "internal error"},
		"running":                {status.WithCause(context.Background(), defect), hidden, "internal error"},
		"invalid":                {invalid, outcome{codes.InvalidArgument, "REQUEST_INVALID"}, "invalid request: name: is 3 too long"},
		"wrapped invalid":        {fmt.Errorf("s3cret: %w", invalid), outcome{codes.InvalidArgument, "REQUEST_INVALID"}, "invalid request: name: is 3 too long"},
		"final invalid":          {status.Final(invalid, status.Subject{}), outcome{codes.InvalidArgument, "REQUEST_INVALID"}, "invalid request: name: is 3 too long"},
		"joined":                 {errors.Join(defect, invalid), outcome{codes.InvalidArgument, "REQUEST_INVALID"}, "invalid request: name: is 3 too long"},
	} {
		final := status.Final(c.err, status.Subject{})
		got := grpcstatus.Convert(final)
		if diff := cmp.Diff(c.want, outcome{got.Code(), status.Reason(final)}); diff != "" || got.Message() != c.message {
			t.Errorf("%s: %q %s", name, got.Message(), diff)
		}
		if !errors.Is(final, c.err) || !strings.Contains(final.Error(), c.err.Error()) {
			t.Errorf("%s: the log would say %q", name, final)
		}
		if strings.Contains(got.Proto().String(), "s3cret") {
			t.Errorf("%s: callers see %s", name, got.Proto())
		}
		if again := status.Final(final, status.Subject{}); !proto.Equal(grpcstatus.Convert(again).Proto(), got.Proto()) {
			t.Errorf("%s: a second time it is %v", name, grpcstatus.Convert(again))
		}
	}
}

// TestInvalid: every violation is shown, in the details and in the message; of very
// many, as many as fit a header.
func TestInvalid(t *testing.T) {
	t.Parallel()
	var violations []*errdetails.BadRequest_FieldViolation
	for i := range 1000 {
		violations = append(violations, status.Violation("add["+strconv.Itoa(i)+"]", "value must be a valid UUID"))
	}
	for _, count := range []int{1, 2, 24, 25, 1000} {
		before := slices.Clone(violations)
		err := status.Invalid(violations[:count]...)
		got := status.Violations(err)
		if len(got) != min(count, 25) || grpcstatus.Code(err) != codes.InvalidArgument || status.Reason(err) != "REQUEST_INVALID" {
			t.Errorf("%d: %d reported in %v", count, len(got), err)
		}
		for i, violation := range got[:min(count, 24)] {
			if violation.GetField() != "add["+strconv.Itoa(i)+"]" || !strings.Contains(err.Error(), violation.GetField()+": "+violation.GetDescription()) {
				t.Errorf("%d: %v in %v", count, violation, err)
			}
		}
		if last := got[len(got)-1]; count > 24 && last.GetDescription() != fmt.Sprintf("and %d more problems", count-24) {
			t.Errorf("%d: the last is %v", count, last)
		}
		if size := proto.Size(grpcstatus.Convert(err).Proto()); size > 5000 {
			t.Errorf("%d: %d bytes", count, size)
		}
		if diff := cmp.Diff(before, violations, protocmp.Transform()); diff != "" {
			t.Errorf("%d: the caller's slice was changed: %s", count, diff)
		}
	}
}

func TestReasonAndViolationsOfOthers(t *testing.T) {
	t.Parallel()
	foreign, err := grpcstatus.New(codes.NotFound, "x").WithDetails(&errdetails.ErrorInfo{Domain: "example.com", Reason: "X"})
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []error{nil, errors.New("x"), foreign.Err(), grpcstatus.Error(codes.NotFound, "x")} {
		if reason := status.Reason(other); reason != "" {
			t.Errorf("%v has the reason %s", other, reason)
		}
		if violations := status.Violations(other); violations != nil {
			t.Errorf("%v has the violations %v", other, violations)
		}
	}
	for number, name := range sipfacadev1.ErrorReason_name {
		if got := status.ReasonName(sipfacadev1.ErrorReason(number)); "ERROR_REASON_"+got != name {
			t.Errorf("%s is called %s", name, got)
		}
	}
}

// TestOfWrite: a write that was refused before anything was sent says so. What is known of the
// delivery stays, and of other reasons nothing is claimed.
func TestOfWrite(t *testing.T) {
	t.Parallel()
	refused := func(reason sipfacadev1.ErrorReason) error { return status.New(codes.Internal, reason, "refused") }
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"a rule":           {status.Invalid(status.Violation("name", "is missing")), "NOT_SENT"},
		"a size":           {refused(sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_TOO_LARGE), "NOT_SENT"},
		"a generation":     {refused(sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_GENERATION), "NOT_SENT"},
		"a caller":         {refused(sipfacadev1.ErrorReason_ERROR_REASON_CALLER_CANCELLED), "NOT_SENT"},
		"a credential":     {refused(sipfacadev1.ErrorReason_ERROR_REASON_CALLER_UNAUTHENTICATED), "NOT_SENT"},
		"a host":           {refused(sipfacadev1.ErrorReason_ERROR_REASON_HOST_NOT_ALLOWED), "NOT_SENT"},
		"a scope":          {refused(sipfacadev1.ErrorReason_ERROR_REASON_CALLER_FORBIDDEN), "NOT_SENT"},
		"a rate":           {refused(sipfacadev1.ErrorReason_ERROR_REASON_CALLER_RATE_LIMITED), "NOT_SENT"},
		"no audit":         {refused(sipfacadev1.ErrorReason_ERROR_REASON_AUDIT_UNAVAILABLE), "NOT_SENT"},
		"no ledger":        {refused(sipfacadev1.ErrorReason_ERROR_REASON_LEDGER_UNAVAILABLE), "NOT_SENT"},
		"a defect":         {refused(sipfacadev1.ErrorReason_ERROR_REASON_INTERNAL), ""},
		"another request":  {refused(sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_ID_REUSED), "NOT_SENT"},
		"one under way":    {refused(sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_IN_PROGRESS), ""},
		"known already":    {status.WithMetadata(refused(sipfacadev1.ErrorReason_ERROR_REASON_CALLER_DEADLINE), map[string]string{"delivery": "REJECTED"}), "REJECTED"},
		"no error of ours": {errors.New("other"), ""},
	} {
		if got := status.Metadata(status.OfWrite(c.err))["delivery"]; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
