package gateway

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/sipfacade/sipfacade/internal/status"
)

func TestHeadersIn(t *testing.T) {
	t.Parallel()
	d := newFakeGateway(t)
	got := d.send(http.MethodGet, invitePath, "",
		"Authorization: Bearer a", "X-Request-ID: 42", "Traceparent: t", "Tracestate: s", "X-OpenTACT-Token: o",
		"X-Infinity-Authorization: i", "X-Explain: true", "Cookie: c", "Grpc-Metadata-Evil: e", "X-Forwarded-For: 1.2.3.4",
		"X-HTTP-Method-Override: DELETE", "Accept: text/html", "Grpc-Timeout: 10S")
	if got.Code != http.StatusOK {
		t.Fatalf("status %d: %s", got.Code, got.Body)
	}
	want := metadata.Pairs("authorization", "Bearer a", "x-request-id", "42", "traceparent", "t", "tracestate", "s",
		"x-opentact-token", "o", "x-infinity-authorization", "i", "x-explain", "true", "x-forwarded-for", "1.2.3.4")
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
		if err := grpc.SetHeader(ctx, metadata.Pairs("retry-after", "42", "x-internal", "y", "x-vendor-call", "{1}", "x-vendor-call", "{2}")); err != nil {
			return err
		}
		return grpc.SetTrailer(ctx, metadata.Pairs("x-trailer", "z"))
	}
	got := d.send(http.MethodGet, invitePath, "")
	want := http.Header{
		"Content-Type": {"application/json"}, "Content-Length": {fmt.Sprint(got.Body.Len())}, "Retry-After": {"42"},
		"Cache-Control": {"no-store"}, "X-Content-Type-Options": {"nosniff"}, "X-Vendor-Call": {"{1}", "{2}"},
	}
	if diff := cmp.Diff(want, got.Header()); diff != "" {
		t.Error(diff)
	}
}

// TestVendorCallsOfErrors: what the vendors were sent is in the trailer of an error, and
// over HTTP in the headers.
func TestVendorCallsOfErrors(t *testing.T) {
	t.Parallel()
	d := newFakeGateway(t)
	d.act = func(ctx context.Context) error {
		if err := grpc.SetTrailer(ctx, metadata.Pairs("x-vendor-call", "{1}", "x-vendor-call", "{2}", "x-trailer", "z")); err != nil {
			return err
		}
		return status.Invalid(status.Violation("name", "taken"))
	}
	got := d.send(http.MethodGet, invitePath, "")
	want := http.Header{
		"Content-Type": {"application/json"}, "Content-Length": {fmt.Sprint(got.Body.Len())}, "X-Should-Retry": {"false"},
		"Cache-Control": {"no-store"}, "X-Content-Type-Options": {"nosniff"}, "X-Vendor-Call": {"{1}", "{2}"},
	}
	if diff := cmp.Diff(want, got.Header()); diff != "" {
		t.Error(diff)
	}
}

// FuzzIncomingHeader: whatever a header is called, it becomes no metadata but that of its
// own name, and none that means something to gRPC, to proxies or to browsers.
func FuzzIncomingHeader(f *testing.F) {
	for _, name := range []string{
		"X-Request-Id", "traceparent", "Grpc-Metadata-Authorization", "Grpc-Metadata-X-Opentact-Token", "Cookie", "X-Forwarded-For",
		"grpc-timeout", "X-Request-Id\x00", ":path", "", "Authorization",
	} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		key, ok := incomingHeader(http.CanonicalHeaderKey(name))
		if !ok {
			return
		}
		for _, foreign := range []string{"grpc", ":", "cookie", "x-forwarded", "forwarded", "host", "authorization", "te", "connection"} {
			if strings.HasPrefix(key, foreign) {
				t.Errorf("%q becomes the metadata %q", name, key)
			}
		}
		if !strings.EqualFold(key, name) {
			t.Errorf("%q becomes the metadata %q", name, key)
		}
	})
}
