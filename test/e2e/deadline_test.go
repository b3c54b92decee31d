package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// checkDeadlines makes all calls at the same time, since each takes as long as its
// deadline, and compares the errors over JSON with the verdict. A gRPC client and the
// server's transport end a call by themselves when the deadline passes: there callers
// get only the code, and the log must have the rest.
func (f *facade) checkDeadlines(t *testing.T, timeout time.Duration, want func(action) verdict) {
	t.Helper()
	var all sync.WaitGroup
	for _, a := range actions() {
		all.Go(func() { f.deadlineOverHTTP(t, timeout, a, want(a)) })
		all.Go(func() { f.deadlineOverGRPC(t, timeout, a, want(a)) })
	}
	all.Wait()
}

func (f *facade) deadlineOverHTTP(t *testing.T, timeout time.Duration, a action, want verdict) {
	c := mustCall(t, a.rpc, a.request)
	c.headers = map[string]string{"Grpc-Timeout": fmt.Sprintf("%dm", timeout.Milliseconds())}
	made, err := jsonProtocol{f}.call(t.Context(), c)
	if err != nil {
		t.Errorf("json %s: %v", a.name, err)
		return
	}
	for _, problem := range want.check(made) {
		t.Errorf("json %s: %s", a.name, problem)
	}
}

func (f *facade) deadlineOverGRPC(t *testing.T, timeout time.Duration, a action, want verdict) {
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	c := mustCall(t, a.rpc, a.request)
	made, err := grpcProtocol{f}.call(ctx, c)
	if err != nil || made.status.GetCode() != int32(want.code) {
		t.Errorf("grpc %s: want %s, got %v %v", a.name, want.code, made.status, err)
		return
	}
	if got, _ := failureOf(made); got.reason != "" {
		for _, problem := range want.check(made) {
			t.Errorf("grpc %s: %s", a.name, problem)
		}
		return
	}
	// The server sees the deadline or the client's cancel, whichever comes first.
	allowed := []any{want.reason}
	if want.reason == "CALLER_DEADLINE" {
		allowed = append(allowed, "CALLER_CANCELLED")
	}
	if logged := f.logs.call(t, "grpc", contract.FullMethod(c.method)); !slices.Contains(allowed, logged["reason"]) {
		t.Errorf("grpc %s: want the log to say one of %v, got %v", a.name, allowed, logged)
	}
}

// bySent is the verdict on reads, and on writes that may have taken effect.
func bySent(read, write verdict) func(action) verdict {
	return func(a action) verdict {
		if a.name == "read" {
			return read
		}
		return write
	}
}

// TestOwnTimeCap: the vendor takes longer than the service waits.
func TestOwnTimeCap(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, hangs(t)).url(), withToken(), "--upstream-timeout=4s")
	f.checkDeadlines(t, time.Minute, bySent(
		verdict{code: codes.DeadlineExceeded, reason: "UPSTREAM_TIMEOUT"},
		verdict{code: codes.Unknown, reason: "OUTCOME_UNKNOWN", delivery: "UNKNOWN"},
	))
}

// TestOwnTimeCapBeforeSending: the login takes longer than that.
func TestOwnTimeCapBeforeSending(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, hangs(t))
	f := startFacade(t, vendor.url(), append(loginFlags(), "--upstream-timeout=4s")...)
	f.checkDeadlines(t, time.Minute, bySent(
		verdict{code: codes.DeadlineExceeded, reason: "UPSTREAM_TIMEOUT"},
		verdict{code: codes.Unavailable, reason: "UPSTREAM_UNREACHABLE", delivery: "NOT_SENT"},
	))
	onlyLogins(t, vendor)
}

// TestCallerDeadline: the vendor takes longer than the caller waits.
func TestCallerDeadline(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, hangs(t)).url(), withToken())
	f.checkDeadlines(t, 4*time.Second, bySent(
		verdict{code: codes.DeadlineExceeded, reason: "CALLER_DEADLINE"},
		verdict{code: codes.DeadlineExceeded, reason: "OUTCOME_UNKNOWN", delivery: "UNKNOWN"},
	))
}

// TestCallerDeadlineBeforeSending: the login takes longer than that.
func TestCallerDeadlineBeforeSending(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, hangs(t))
	f := startFacade(t, vendor.url(), append(loginFlags(), "--upstream-timeout=20s")...)
	f.checkDeadlines(t, 4*time.Second, bySent(
		verdict{code: codes.DeadlineExceeded, reason: "CALLER_DEADLINE"},
		verdict{code: codes.DeadlineExceeded, reason: "CALLER_DEADLINE", delivery: "NOT_SENT"},
	))
	onlyLogins(t, vendor)
}

// TestDeadlineThatHasPassed: nothing is sent, and a write says so. A gRPC client does
// not send such a call.
func TestDeadlineThatHasPassed(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(good+"}"))
	f := startFacade(t, vendor.url(), withToken())
	for _, a := range actions() {
		c := mustCall(t, a.rpc, a.request)
		c.headers = map[string]string{"Grpc-Timeout": "1n"}
		made, err := jsonProtocol{f}.call(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		want := wantError{Code: codeName{codes.DeadlineExceeded}, Reason: "CALLER_DEADLINE", Metadata: map[string]string{"delivery": "NOT_SENT"}}
		if a.name == "read" {
			want.Metadata["delivery"] = ""
		}
		for _, problem := range append(want.check(made), promises(made)...) {
			t.Errorf("%s: %s", a.name, problem)
		}
	}
	if got := vendor.take(); len(got) > 0 {
		t.Errorf("the vendor received %q", operations(got))
	}
}

// TestDeadlineThatHasPassedWithRequestID: the same of a call with a request id. It says
// nothing about the ledger.
func TestDeadlineThatHasPassedWithRequestID(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(good+"}"))
	f := startFacade(t, vendor.url(), withToken(), "--ledger=memory")
	c := mustCall(t, "SipAppService.CreateSipApp", map[string]any{"sipApp": map[string]any{"name": "x"}})
	c.headers = map[string]string{"Grpc-Timeout": "1n", "Idempotency-Key": "id-of-the-test"}
	made, err := jsonProtocol{f}.call(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	want := wantError{Code: codeName{codes.DeadlineExceeded}, Reason: "CALLER_DEADLINE", Metadata: map[string]string{"delivery": "NOT_SENT"}}
	for _, problem := range append(want.check(made), promises(made)...) {
		t.Error(problem)
	}
	if got := vendor.take(); len(got) > 0 {
		t.Errorf("the vendor received %q", operations(got))
	}
}

// TestDeadlineBeyondTheCap: a caller may have a later deadline, but it does not extend
// the service's cap.
func TestDeadlineBeyondTheCap(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, hangs(t)).url(), withToken(), "--upstream-timeout=2s")
	f.checkDeadlines(t, time.Hour, bySent(
		verdict{code: codes.DeadlineExceeded, reason: "UPSTREAM_TIMEOUT"},
		verdict{code: codes.Unknown, reason: "OUTCOME_UNKNOWN", delivery: "UNKNOWN"},
	))
}

func onlyLogins(t *testing.T, v *vendor) {
	t.Helper()
	if got := operations(v.take()); slices.ContainsFunc(got, func(name string) bool { return name != "Auth" }) {
		t.Errorf("the vendor received more than logins: %q", got)
	}
}

// TestCallerCancels: the caller cancels while the vendor works. It gets no answer, so
// the log must have the outcome.
func TestCallerCancels(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flags                   []string
		reasonRead, reasonWrite string
	}{
		"after sending":  {[]string{withToken()}, "CALLER_CANCELLED", "OUTCOME_UNKNOWN"},
		"before sending": {append(loginFlags(), "--upstream-timeout=2s"), "CALLER_CANCELLED", "CALLER_CANCELLED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			arrived := make(chan struct{}, 100)
			hang := hangs(t)
			vendor := startVendor(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				arrived <- struct{}{}
				hang(w, r)
			}))
			for _, way := range []int{0, 1} {
				f := startFacade(t, vendor.url(), c.flags...)
				f.cancelled(t, f.protocols()[way], actions()[0], arrived, c.reasonRead)
				f = startFacade(t, vendor.url(), c.flags...)
				f.cancelled(t, f.protocols()[way], actions()[1], arrived, c.reasonWrite)
			}
		})
	}
}

// cancelled cancels a call when the vendor has received it, and checks the reason in
// the log.
func (f *facade) cancelled(t *testing.T, way protocol, a action, arrived <-chan struct{}, reason string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := mustCall(t, a.rpc, a.request)
	go func() {
		select {
		case <-arrived:
			cancel()
		case <-ctx.Done(): // the call ended without reaching the vendor
		}
	}()
	if made, err := way.call(ctx, c); err == nil && made.status.GetCode() != int32(codes.Canceled) {
		t.Errorf("%s %s: want the call to be cancelled, got %v", way.name(), a.name, made)
	}
	logged := f.logs.call(t, map[string]string{"grpc": "grpc", "json": "http"}[way.name()], contract.FullMethod(c.method))
	if logged["reason"] != reason || logged["code"] != codes.Canceled.String() {
		t.Errorf("%s %s: want the log to say %s, got %v", way.name(), a.name, reason, logged)
	}
}
