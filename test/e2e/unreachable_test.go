package e2e

import (
	"crypto/tls"
	"net"
	"net/http/httptest"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/sipfacade/sipfacade/test/closedport"
)

// TestRedirectsAreNotFollowed: the credential must not reach another host.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := startVendor(t, json200(good+"}"))
	vendor := startVendor(t, page(302, "Location", elsewhere.url()+"/sip/connection"))
	f := startFacade(t, vendor.url(), withToken())
	for _, a := range actions() {
		delivery := "REJECTED"
		if a.name == "read" {
			delivery = ""
		}
		f.checkVerdict(t, a, verdict{code: codes.Internal, reason: "UPSTREAM_BAD_RESPONSE", status: "302", delivery: delivery})
	}
	if followed := elsewhere.take(); len(followed) > 0 {
		t.Errorf("the redirect was followed: %q", followed)
	}
}

// unreachable is the verdict if no byte could be sent.
func unreachable(a action) verdict {
	v := verdict{code: codes.Unavailable, reason: "UPSTREAM_UNREACHABLE"}
	if a.name != "read" {
		v.delivery = "NOT_SENT"
	}
	return v
}

// TestConnectionRefused: there is no listener at the address.
func TestConnectionRefused(t *testing.T) {
	t.Parallel()
	f := startFacade(t, "http://"+closedport.Address(t)+vendorBase, withToken())
	for _, a := range actions() {
		f.checkVerdict(t, a, unreachable(a))
	}
}

// TestTLSFailure: the vendor's certificate is not trusted.
func TestTLSFailure(t *testing.T) {
	t.Parallel()
	v := &vendor{handler: json200(good + "}")}
	v.listener = httptest.NewUnstartedServer(v)
	v.listener.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	v.listener.Config.ErrorLog = discardingLogger()
	v.listener.StartTLS()
	t.Cleanup(v.listener.Close)
	f := startFacade(t, v.url(), withToken())
	for _, a := range actions() {
		f.checkVerdict(t, a, unreachable(a))
	}
	if got := v.take(); len(got) > 0 {
		t.Errorf("the vendor received %q over a connection that is not to be trusted", operations(got))
	}
}

// TestResetBeforeAnyByte: the connection is closed without being read. Whether a byte
// was sent by then depends on the network; the error must agree with it.
func TestResetBeforeAnyByte(t *testing.T) {
	t.Parallel()
	f := startFacade(t, "http://"+resettingListener(t)+vendorBase, withToken())
	for _, a := range actions() {
		for _, way := range f.protocols() {
			made, err := way.call(t.Context(), mustCall(t, a.rpc, a.request))
			if err != nil {
				t.Fatal(err)
			}
			sent := verdict{code: codes.Unknown, reason: "OUTCOME_UNKNOWN", delivery: "UNKNOWN"}
			asUnsent, asSent := unreachable(a).check(made), sent.check(made)
			if len(asUnsent) > 0 && (a.name == "read" || len(asSent) > 0) {
				t.Errorf("%s %s: neither unreachable (%q) nor unknown (%q)", way.name(), a.name, asUnsent, asSent)
			}
		}
	}
}

// resettingListener accepts connections and resets each at once.
func resettingListener(t *testing.T) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // a plain close is as good
			}
			_ = conn.Close() // that is the whole point
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close() // ends the loop
		<-done
	})
	return listener.Addr().String()
}
