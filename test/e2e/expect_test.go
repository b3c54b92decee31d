package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
)

// anyValue matches any value.
const anyValue = "*any*"

// differences returns what got lacks of want. Objects may have more members; lists are
// compared whole.
func differences(path string, want, got any) []string {
	if want == anyValue {
		return nil
	}
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s: want an object, got %v", path, got)}
		}
		return memberDifferences(path, w, g)
	case []any:
		g, ok := got.([]any)
		if !ok || len(w) != len(g) {
			return []string{fmt.Sprintf("%s: want %d elements, got %v", path, len(w), got)}
		}
		var found []string
		for i := range w {
			found = append(found, differences(fmt.Sprintf("%s[%d]", path, i), w[i], g[i])...)
		}
		return found
	}
	if want != got {
		return []string{fmt.Sprintf("%s: want %v, got %v", path, want, got)}
	}
	return nil
}

func memberDifferences(path string, want, got map[string]any) []string {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		value, ok := got[name]
		if !ok {
			found = append(found, fmt.Sprintf("%s.%s: want %v, got nothing", path, name, want[name]))
			continue
		}
		found = append(found, differences(path+"."+name, want[name], value)...)
	}
	return found
}

// failure is an error as the details of a status describe it.
type failure struct {
	code       codes.Code
	message    string
	reason     string
	metadata   map[string]string
	violations map[string]string
	resource   *errdetails.ResourceInfo
	retry      *errdetails.RetryInfo
}

// failureOf reads the details, of which each type may occur once.
func failureOf(o outcome) (failure, error) {
	known := grpcstatus.FromProto(o.status)
	f := failure{code: known.Code(), message: known.Message()}
	for _, detail := range known.Details() {
		switch d := detail.(type) {
		case *errdetails.ErrorInfo:
			if f.reason != "" || d.GetDomain() != "sipfacade" {
				return f, fmt.Errorf("want one ErrorInfo of the domain sipfacade, got %v", known.Details())
			}
			f.reason, f.metadata = d.GetReason(), d.GetMetadata()
		case *errdetails.BadRequest:
			f.violations = map[string]string{}
			for _, violation := range d.GetFieldViolations() {
				f.violations[violation.GetField()] += violation.GetDescription() + "\n"
				if rule := violation.GetReason(); rule == "" || rule != strings.ToUpper(rule) {
					return f, fmt.Errorf("%s has the rule %q", violation.GetField(), rule)
				}
			}
		case *errdetails.ResourceInfo:
			f.resource = d
		case *errdetails.RetryInfo:
			f.retry = d
		default:
			return f, fmt.Errorf("unexpected detail %v", detail)
		}
	}
	return f, nil
}

// httpStatuses is the HTTP status of each gRPC code in the contract.
func httpStatuses() map[codes.Code]int {
	return map[codes.Code]int{
		codes.Canceled: 499, codes.Unimplemented: 501, codes.Unknown: 500, codes.InvalidArgument: 400, codes.DeadlineExceeded: 504,
		codes.NotFound: 404, codes.AlreadyExists: 409, codes.PermissionDenied: 403, codes.ResourceExhausted: 429,
		codes.FailedPrecondition: 400, codes.Aborted: 409, codes.Internal: 500, codes.Unavailable: 503, codes.Unauthenticated: 401,
	}
}

// httpStatusOf returns the HTTP status of an error: by its reason if that has one,
// otherwise by its code.
func httpStatusOf(code codes.Code, reason string) int {
	switch reason {
	case "METHOD_NOT_ALLOWED":
		return http.StatusMethodNotAllowed
	case "REQUEST_TOO_LARGE":
		return http.StatusRequestEntityTooLarge
	case "ETAG_MISMATCH":
		return http.StatusPreconditionFailed
	}
	return httpStatuses()[code]
}

// check returns how an error differs from the one that is wanted.
func (w *wantError) check(o outcome) []string {
	if o.status == nil {
		return []string{fmt.Sprintf("want %s %s, got a response: %v", w.Code, w.Reason, o.response)}
	}
	got, err := failureOf(o)
	if err != nil {
		return []string{err.Error()}
	}
	var found []string
	wrong := func(what string, want, got any) {
		if fmt.Sprint(want) != fmt.Sprint(got) {
			found = append(found, fmt.Sprintf("%s: want %v, got %v", what, want, got))
		}
	}
	wrong("code", w.Code.Code, got.code)
	wrong("reason", w.Reason, got.reason)
	if !strings.Contains(got.message, w.Message) {
		found = append(found, fmt.Sprintf("message: want %q in it, got %q", w.Message, got.message))
	}
	for _, name := range slices.Sorted(maps.Keys(w.Metadata)) {
		wrong("metadata "+name, w.Metadata[name], got.metadata[name])
	}
	found = append(found, w.checkViolations(got)...)
	found = append(found, w.checkResource(got)...)
	return append(found, w.checkRetry(got, o)...)
}

// checkViolations checks that exactly these fields are named. If none is given,
// REQUEST_INVALID must still name one.
func (w *wantError) checkViolations(got failure) []string {
	if w.Reason == "REQUEST_INVALID" && len(got.violations) == 0 {
		return []string{"REQUEST_INVALID without violations"}
	}
	if w.Violations == nil {
		return nil
	}
	var found []string
	for field, part := range w.Violations {
		if description, ok := got.violations[field]; !ok || !strings.Contains(description, part) {
			found = append(found, fmt.Sprintf("violation of %s: want %q in it, got %q", field, part, description))
		}
	}
	for field, description := range got.violations {
		if _, ok := w.Violations[field]; !ok {
			found = append(found, fmt.Sprintf("violation of %s that is not wanted: %q", field, description))
		}
	}
	return found
}

func (w *wantError) checkResource(got failure) []string {
	has := map[string]string{
		"type": got.resource.GetResourceType(), "name": got.resource.GetResourceName(), "description": got.resource.GetDescription(),
	}
	var found []string
	for member, want := range w.Resource {
		if has[member] != want {
			found = append(found, fmt.Sprintf("resource %s: want %q, got %q", member, want, has[member]))
		}
	}
	return found
}

// checkRetry checks that the detail, the trailers and the header agree on when to try
// again.
func (w *wantError) checkRetry(got failure, o outcome) []string {
	wait, err := time.ParseDuration(w.RetryAfter)
	if w.RetryAfter != "" && err != nil {
		return []string{err.Error()}
	}
	if (w.RetryAfter != "") != (got.retry != nil) || got.retry.GetRetryDelay().AsDuration() != wait {
		return []string{fmt.Sprintf("RetryInfo: want %q, got %v", w.RetryAfter, got.retry)}
	}
	if o.header != nil {
		return checkHeaders(map[string]string{"Retry-After": seconds(got.retry)}, o.header)
	}
	want := maps.Clone(w.Trailer)
	if want == nil {
		want = trailerOf(got)
	}
	var found []string
	for _, name := range []string{"grpc-retry-pushback-ms", "retry-after"} {
		if value := strings.Join(o.trailer.Get(name), ", "); value != want[name] {
			found = append(found, fmt.Sprintf("trailer %s: want %q, got %q", name, want[name], value))
		}
	}
	return found
}

// trailerOf returns the trailers that the contract promises for an error.
func trailerOf(got failure) map[string]string {
	switch {
	case got.reason == "OUTCOME_UNKNOWN", got.reason == "REQUEST_TOO_LARGE", got.reason == "CONFLICT", got.reason == "ETAG_MISMATCH":
		return map[string]string{"grpc-retry-pushback-ms": "-1"}
	case got.retry != nil:
		wait := got.retry.GetRetryDelay().AsDuration()
		return map[string]string{
			"grpc-retry-pushback-ms": strconv.FormatInt(wait.Round(time.Millisecond).Milliseconds(), 10), "retry-after": seconds(got.retry),
		}
	}
	return nil
}

// seconds returns the delay in whole seconds; "" if there is none.
func seconds(retry *errdetails.RetryInfo) string {
	if retry == nil {
		return ""
	}
	return strconv.FormatInt(int64((retry.GetRetryDelay().AsDuration()+time.Second-1)/time.Second), 10)
}

// checkHeaders checks the given values; "" means that the header must be absent.
func checkHeaders(want, got map[string]string) []string {
	var found []string
	for name, value := range want {
		have, there := got[http.CanonicalHeaderKey(name)]
		if have != value && (value != anyValue || !there) {
			found = append(found, fmt.Sprintf("header %s: want %q, got %q", name, value, have))
		}
	}
	return found
}

// promises checks what holds for every outcome.
func promises(o outcome) []string {
	var found []string
	if o.header != nil {
		found = checkHeaders(map[string]string{
			"Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		}, o.header)
	}
	if o.status == nil {
		return append(found, nulls("response", o.response)...)
	}
	got, err := failureOf(o)
	if err != nil {
		return append(found, err.Error())
	}
	if o.header != nil {
		found = append(found, checkHeaders(map[string]string{"X-Should-Retry": shouldRetry(got), "X-Request-Id": anyValue}, o.header)...)
	}
	switch {
	case (got.reason == "OUTCOME_UNKNOWN") != (got.metadata["lookupMethod"] != "") && !got.cannotBeLookedUp():
		found = append(found, fmt.Sprintf("%s with lookupMethod %q", got.reason, got.metadata["lookupMethod"]))
	case got.reason == "":
		found = append(found, "an error without a reason")
	case got.code == codes.Unavailable && got.metadata["delivery"] != "" && got.metadata["delivery"] != "NOT_SENT":
		found = append(found, "UNAVAILABLE for a write that may have been sent")
	case (got.reason == "OUTCOME_UNKNOWN") != (got.metadata["delivery"] == "UNKNOWN"):
		found = append(found, fmt.Sprintf("%s with delivery %q", got.reason, got.metadata["delivery"]))
	case len(got.message) == 0:
		found = append(found, "an error without a message")
	}
	return found
}

// shouldRetry returns what the contract promises in X-Should-Retry.
func shouldRetry(got failure) string {
	switch {
	case got.reason == "OUTCOME_UNKNOWN":
		return "false"
	case got.code == codes.Unavailable, got.code == codes.DeadlineExceeded,
		slices.Contains([]string{"UPSTREAM_RATE_LIMITED", "CALLER_RATE_LIMITED", "REQUEST_IN_PROGRESS"}, got.reason):
		return "true"
	default:
		return "false"
	}
}

// cannotBeLookedUp reports whether nothing reads what the call did: a call flow.
func (f failure) cannotBeLookedUp() bool {
	return strings.Contains(f.message, "ExecuteCallFlow")
}

// nulls returns the paths of null outside of free-form objects, which may contain the
// vendor's own.
func nulls(path string, value any) []string {
	var found []string
	switch v := value.(type) {
	case nil:
		return []string{path + " is null"}
	case []any:
		for i := range v {
			found = append(found, nulls(fmt.Sprintf("%s[%d]", path, i), v[i])...)
		}
	case map[string]any:
		for name, member := range v {
			if name != "otherSettings" && name != "request" && name != "price" && name != "groups" {
				found = append(found, nulls(path+"."+name, member)...)
			}
		}
	}
	return found
}
