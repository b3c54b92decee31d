package e2e

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
)

// errorRow is a row of the contract's table of errors: how the vendor answers, and the
// verdicts on a read and on a write.
type errorRow struct {
	answer      http.HandlerFunc
	flags       []string // withToken unless given
	read, write verdict
	// others are the verdicts on kinds of write that differ.
	others map[string]verdict
	// confirms says that the vendor confirms writes, which succeed whatever else it
	// answers.
	confirms bool
}

// of is the verdict on one action.
func (r errorRow) of(a action) verdict {
	if other, ok := r.others[a.name]; ok {
		return other
	}
	if a.name == "read" {
		return r.read
	}
	return r.write
}

// refused returns a row with the same verdict on reads and writes, in which no write
// took effect.
func refused(answer http.HandlerFunc, code codes.Code, reason, status string) errorRow {
	return errorRow{
		answer: answer,
		read:   verdict{code: code, reason: reason, status: status},
		write:  verdict{code: code, reason: reason, status: status, delivery: "REJECTED"},
	}
}

// unclear returns a row in which a write may have taken effect.
func unclear(answer http.HandlerFunc, code codes.Code, reason, status string) errorRow {
	return errorRow{
		answer: answer,
		read:   verdict{code: code, reason: reason, status: status},
		write:  verdict{code: codes.Unknown, reason: "OUTCOME_UNKNOWN", status: status, delivery: "UNKNOWN"},
	}
}

func (r errorRow) with(flags ...string) errorRow {
	r.flags = flags
	return r
}

// waiting returns the row with a time to wait, for verdicts after which nothing took
// effect.
func (r errorRow) waiting(retry string) errorRow {
	r.read.retry = retry
	if r.write.delivery != "UNKNOWN" {
		r.write.retry = retry
	}
	return r
}

func statusRows() map[string]errorRow {
	conflict := refused(refusal(409), codes.Aborted, "CONFLICT", "409")
	conflict.others = map[string]verdict{
		"create": {code: codes.AlreadyExists, reason: "RESOURCE_EXISTS", status: "409", delivery: "REJECTED"},
		"delete": {code: codes.FailedPrecondition, reason: "RESOURCE_IN_USE", status: "409", delivery: "REJECTED"},
	}
	limited := func(wait string) http.HandlerFunc { return refusal(429, "Retry-After", wait) }
	const exhausted, rateLimited = codes.ResourceExhausted, "UPSTREAM_RATE_LIMITED"
	return map[string]errorRow{
		"400":                        refused(refusal(400), codes.InvalidArgument, "UPSTREAM_VALIDATION", "400"),
		"400 as a page":              refused(page(400), codes.InvalidArgument, "UPSTREAM_VALIDATION", "400"),
		"422":                        refused(refusal(422), codes.InvalidArgument, "UPSTREAM_VALIDATION", "422"),
		"402":                        refused(refusal(402), codes.FailedPrecondition, "UPSTREAM_PAYMENT_REQUIRED", "402"),
		"403":                        refused(refusal(403), codes.PermissionDenied, "UPSTREAM_FORBIDDEN", "403"),
		"403 as a page":              refused(page(403), codes.PermissionDenied, "UPSTREAM_FORBIDDEN", "403"),
		"404":                        refused(refusal(404), codes.NotFound, "RESOURCE_NOT_FOUND", "404"),
		"404 as a page":              refused(page(404), codes.Internal, "UPSTREAM_BAD_RESPONSE", "404"),
		"404 without a body":         refused(reply(404, "application/json", ""), codes.Internal, "UPSTREAM_BAD_RESPONSE", "404"),
		"404 in another form":        refused(reply(404, "application/json", `{"error":"not found"}`), codes.Internal, "UPSTREAM_BAD_RESPONSE", "404"),
		"404 that claims success":    refused(reply(404, "application/json", `{"success":true}`), codes.Internal, "UPSTREAM_BAD_RESPONSE", "404"),
		"405":                        refused(refusal(405), codes.Internal, "UPSTREAM_CONTRACT", "405"),
		"406":                        refused(page(406), codes.Internal, "UPSTREAM_CONTRACT", "406"),
		"410":                        refused(refusal(410), codes.Internal, "UPSTREAM_CONTRACT", "410"),
		"413":                        refused(refusal(413), codes.Internal, "UPSTREAM_CONTRACT", "413"),
		"415":                        refused(refusal(415), codes.Internal, "UPSTREAM_CONTRACT", "415"),
		"418":                        refused(page(418), codes.Internal, "UPSTREAM_CONTRACT", "418"),
		"409":                        conflict,
		"429 in seconds":             refused(limited("7"), exhausted, rateLimited, "429").waiting("7s"),
		"429 in fractions":           refused(limited("1.5"), exhausted, rateLimited, "429").waiting("1.5s"),
		"429 in two hours":           refused(limited("7200"), exhausted, rateLimited, "429").waiting("1h"),
		"429 in a century":           refused(limited("99999999999999999999"), exhausted, rateLimited, "429").waiting("1h"),
		"429 on a date in two hours": refused(limited(httpDate(2*time.Hour)), exhausted, rateLimited, "429").waiting("1h"),
		"429 on a date in the past":  refused(limited(httpDate(-time.Hour)), exhausted, rateLimited, "429"),
		"429 in nonsense":            refused(limited("soon"), exhausted, rateLimited, "429"),
		"429 in negative seconds":    refused(limited("-5"), exhausted, rateLimited, "429"),
		"429 without a time":         refused(refusal(429), exhausted, rateLimited, "429"),
		"429 as a page":              refused(page(429, "Retry-After", "7"), exhausted, rateLimited, "429").waiting("7s"),
		"500":                        unclear(refusal(500), codes.Unavailable, "UPSTREAM_ERROR", "500"),
		"501":                        unclear(refusal(501), codes.Unavailable, "UPSTREAM_ERROR", "501"),
		"502 as a page":              unclear(page(502), codes.Unavailable, "UPSTREAM_ERROR", "502"),
		"503":                        unclear(refusal(503, "Retry-After", "2"), codes.Unavailable, "UPSTREAM_ERROR", "503").waiting("2s"),
		"504 without a body":         unclear(reply(504, "", ""), codes.Unavailable, "UPSTREAM_ERROR", "504"),
	}
}

// httpDate is a Retry-After as a date.
func httpDate(from time.Duration) string { return time.Now().Add(from).UTC().Format(http.TimeFormat) }

func answerRows() map[string]errorRow {
	bad := func(answer http.HandlerFunc) errorRow {
		return unclear(answer, codes.Internal, "UPSTREAM_BAD_RESPONSE", "200")
	}
	redirect := func(status int) http.HandlerFunc { return page(status, "Location", "/rest/elsewhere") }
	notSuccess := func(status string) http.HandlerFunc {
		return json200(`{"success":false,"message":"vendor says no"` + status + `}`)
	}
	unusable := func(payload string) errorRow {
		row := bad(json200(`{"success":true` + payload + `}`))
		row.confirms = true
		return row
	}
	return map[string]errorRow{
		"301":                                refused(redirect(301), codes.Internal, "UPSTREAM_BAD_RESPONSE", "301"),
		"302":                                refused(redirect(302), codes.Internal, "UPSTREAM_BAD_RESPONSE", "302"),
		"307":                                refused(redirect(307), codes.Internal, "UPSTREAM_BAD_RESPONSE", "307"),
		"304":                                refused(reply(304, "", ""), codes.Internal, "UPSTREAM_BAD_RESPONSE", "304"),
		"a page":                             bad(page(200)),
		"not JSON":                           bad(reply(200, "text/plain", "Hello")),
		"JSON with a mistake":                bad(json200(good + `,}`)),
		"JSON with more after it":            bad(json200(good + `} {}`)),
		"no envelope":                        bad(json200(`{"uuid":"` + someInvite + `"}`)),
		"a list in place of the envelope":    bad(json200(`[]`)),
		"null in place of the envelope":      bad(json200(`null`)),
		"an object of another kind":          unusable(`,"payload":{"uuid":"` + someInvite + `","login":"x","ha1":"SECRET"}`),
		"true in place of the payload":       unusable(`,"payload":true`),
		"text in place of the payload":       unusable(`,"payload":"done"`),
		"null in place of the payload":       unusable(`,"payload":null`),
		"success without a payload":          unusable(``),
		"more than the cap":                  bad(json200(padded(8<<10))).with(withToken(), "--upstream-max-bytes=4KiB"),
		"a connection that breaks off":       unclear(breaksOff, codes.Unavailable, "UPSTREAM_BAD_RESPONSE", "200"),
		"JSON that breaks off":               unclear(json200(good), codes.Unavailable, "UPSTREAM_BAD_RESPONSE", "200"),
		"success false, 400":                 refused(notSuccess(`,"status":400`), codes.InvalidArgument, "UPSTREAM_VALIDATION", "400"),
		"success false, 404":                 refused(notSuccess(`,"status":404`), codes.NotFound, "RESOURCE_NOT_FOUND", "404"),
		"success false, 429":                 refused(notSuccess(`,"status":429`), codes.ResourceExhausted, "UPSTREAM_RATE_LIMITED", "429"),
		"success false, 503":                 unclear(notSuccess(`,"status":503`), codes.Unavailable, "UPSTREAM_ERROR", "503"),
		"no success, 400":                    refused(json200(`{"message":"vendor says no","status":400}`), codes.InvalidArgument, "UPSTREAM_VALIDATION", "400"),
		"no success, 404":                    refused(json200(`{"status":404}`), codes.NotFound, "RESOURCE_NOT_FOUND", "404"),
		"no success, 429":                    refused(json200(`{"status":429,"payload":{}}`), codes.ResourceExhausted, "UPSTREAM_RATE_LIMITED", "429"),
		"no success, 503":                    unclear(json200(`{"status":503}`), codes.Unavailable, "UPSTREAM_ERROR", "503"),
		"no success, 200":                    bad(json200(`{"status":200,"payload":{"uuid":"` + someInvite + `"}}`)),
		"success false, status 0":            refused(notSuccess(`,"status":0`), codes.Unknown, "UPSTREAM_REJECTED", "200"),
		"success false, status 200":          refused(notSuccess(`,"status":200`), codes.Unknown, "UPSTREAM_REJECTED", "200"),
		"success false, no status":           refused(notSuccess(``), codes.Unknown, "UPSTREAM_REJECTED", "200"),
		"success false, with a payload":      refused(notSuccess(`,"payload":{"uuid":"x"}`), codes.Unknown, "UPSTREAM_REJECTED", "200"),
		"a reset after the request was read": unclear(resets, codes.Unavailable, "UPSTREAM_UNREACHABLE", ""),
	}
}

func credentialRows() map[string]errorRow {
	rejected := func(answer http.HandlerFunc) errorRow {
		return refused(answer, codes.Internal, "UPSTREAM_CREDENTIAL_REJECTED", "401")
	}
	unsent := func(answer http.HandlerFunc, code codes.Code, reason, status string) errorRow {
		row := refused(answer, code, reason, status).with(loginFlags()...)
		row.write.delivery = "NOT_SENT"
		return row
	}
	missing := unsent(refusal(401), codes.Unauthenticated, "CREDENTIAL_MISSING", "").with(callerFlags()...)
	unreachable := unsent(atLogin(resets, refusal(500)), codes.Unavailable, "UPSTREAM_UNREACHABLE", "")
	return map[string]errorRow{
		"401 for a static token":              rejected(refusal(401)),
		"401 as a page":                       rejected(page(401)),
		"401 after a fresh login":             rejected(afterLogin(refusal(401))).with(loginFlags()...),
		"no credential given":                 missing,
		"a login that is refused":             unsent(refusal(401), codes.Internal, "UPSTREAM_CREDENTIAL_REJECTED", "401"),
		"a login that is forbidden":           unsent(page(403), codes.Internal, "UPSTREAM_CREDENTIAL_REJECTED", "403"),
		"a login that the vendor fails":       unsent(atLogin(page(503), refusal(400)), codes.Unavailable, "UPSTREAM_ERROR", "503"),
		"a login that gets no answer":         unreachable,
		"a login that answers something else": unsent(atLogin(page(200), refusal(400)), codes.Internal, "UPSTREAM_BAD_RESPONSE", "200"),
		"a login without a token":             unsent(atLogin(json200(good+"}"), refusal(400)), codes.Internal, "UPSTREAM_BAD_RESPONSE", "200"),
	}
}

// TestErrors checks each row of the contract's table of errors with reads and every
// kind of write, through both protocols.
func TestErrors(t *testing.T) {
	t.Parallel()
	for group, rows := range map[string]map[string]errorRow{
		"status": statusRows(), "answer": answerRows(), "credential": credentialRows(),
	} {
		for name, row := range rows {
			t.Run(group+"/"+name, func(t *testing.T) {
				t.Parallel()
				row.run(t)
			})
		}
	}
}

func (r errorRow) run(t *testing.T) {
	if r.flags == nil {
		r.flags = []string{withToken()}
	}
	vendor := startVendor(t, r.answer)
	f := startFacade(t, vendor.url(), r.flags...)
	for _, a := range actions() {
		t.Run(a.name, func(t *testing.T) {
			if r.confirms && a.name != "read" {
				f.accept(t, a)
				checkConfirmed(t, vendor.take())
				return
			}
			want := r.of(a)
			if want.reason == "UPSTREAM_RATE_LIMITED" { // a facade makes no call in the pause after it
				checkOnOwnServers(t, vendor, r.flags, a, want)
			} else {
				f.checkVerdict(t, a, want)
			}
			sent := slices.DeleteFunc(operations(vendor.take()), func(name string) bool { return name == "Auth" })
			r.checkSent(t, a, want, sent)
		})
	}
}

// checkConfirmed checks that each protocol wrote once. What is sent besides reads back what
// the answer does not show.
func checkConfirmed(t *testing.T, sent []received) {
	t.Helper()
	writes := slices.DeleteFunc(sent, func(one received) bool { return one.method == http.MethodGet })
	if len(writes) != 2 {
		t.Errorf("want one write of each protocol, got %q", operations(writes))
	}
}

// checkSent checks that calls which must not happen twice were made once by each
// protocol, and that unsent ones were not made. A refused login is renewed once.
func (r errorRow) checkSent(t *testing.T, a action, want verdict, sent []string) {
	t.Helper()
	switch {
	case want.delivery == "NOT_SENT" && len(sent) > 0:
		t.Errorf("said to be not sent, and yet the vendor received %q", sent)
	case want.status == "401" && want.delivery == "REJECTED" && !slices.Equal(r.flags, []string{withToken()}):
		if len(sent) != 4 {
			t.Errorf("want each call once more after a fresh login, got %q", sent)
		}
	case want.delivery != "" && want.delivery != "NOT_SENT" && !a.repeatable() && len(sent) != 2:
		t.Errorf("want one vendor call for each protocol, got %q", sent)
	}
}

// TestRetryAfterDate: a date becomes the time that is left.
func TestRetryAfterDate(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refusal(429, "Retry-After", httpDate(90*time.Second))(w, r)
	}))
	f := startFacade(t, vendor.url(), withToken())
	for _, way := range f.protocols() {
		made, err := way.call(t.Context(), mustCall(t, actions()[0].rpc, actions()[0].request))
		if err != nil {
			t.Fatal(err)
		}
		got, err := failureOf(made)
		if err != nil {
			t.Fatal(err)
		}
		if wait := got.retry.GetRetryDelay().AsDuration(); wait <= 60*time.Second || wait > 90*time.Second {
			t.Errorf("%s: want to wait until the date in 90 s, got %s", way.name(), wait)
		}
		want := wantError{Code: codeName{codes.ResourceExhausted}, Reason: "UPSTREAM_RATE_LIMITED", RetryAfter: got.retry.GetRetryDelay().AsDuration().String()}
		for _, problem := range want.check(made) {
			t.Errorf("%s: %s", way.name(), problem)
		}
	}
}
