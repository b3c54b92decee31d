package auth_test

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/auth"
	"github.com/sipfacade/sipfacade/internal/status"
)

func mustURL(text string) *url.URL {
	parsed, err := url.Parse(text)
	if err != nil {
		panic(err)
	}
	return parsed
}

// pbx is the service that the tests call.
func pbx() []protoreflect.ServiceDescriptor {
	return []protoreflect.ServiceDescriptor{sipfacadev1.File_sipfacade_v1_pbx_config_service_proto.Services().ByName("PbxConfigService")}
}

const (
	readMethod  = "/sipfacade.v1.PbxConfigService/GetPbxUser"
	writeMethod = "/sipfacade.v1.PbxConfigService/DeletePbxUser"
)

// TestScopes: which scopes allow which calls, and which one an error names.
func TestScopes(t *testing.T) {
	t.Parallel()
	for scope, allowed := range map[string]struct{ read, write bool }{
		"pbx:read": {true, false}, "pbx:write": {true, true}, "read": {true, false}, "write": {true, true},
		"debug": {false, false}, "sipapp:write": {false, false}, "sipconnection:read": {false, false}, "profile:write": {false, false},
	} {
		directory := parse(t, fmt.Sprintf("tokens: [{name: a, sha256: %s, scopes: ['%s']}]", digest("x"), scope))
		a, err := auth.New(auth.Options{Directory: func() *auth.Directory { return directory }, Services: pbx()})
		if err != nil {
			t.Fatal(err)
		}
		for method, ok := range map[string]bool{readMethod: allowed.read, writeMethod: allowed.write, "/sipfacade.v1.PbxConfigService/Unknown": false} {
			ctx, err := a.Admit(with("Bearer x"), method)
			narrowest := map[string]string{readMethod: "pbx:read", writeMethod: "pbx:write"}[method]
			switch {
			case auth.CallerOf(ctx).Name != "a":
				t.Errorf("%s %s: the caller is %+v", scope, method, auth.CallerOf(ctx))
			case ok && err != nil:
				t.Errorf("%s %s: %v", scope, method, err)
			case !ok && (status.Reason(err) != "CALLER_FORBIDDEN" || status.Metadata(err)["scope"] != narrowest):
				t.Errorf("%s %s: %v %v", scope, method, err, status.Metadata(err))
			}
		}
	}
}

// TestUnknownService: a service that no scope covers keeps the server from starting.
func TestUnknownService(t *testing.T) {
	t.Parallel()
	file := sipfacadev1.File_sipfacade_v1_pbx_config_service_proto.Services().ByName("PbxConfigService")
	if _, err := auth.New(auth.Options{Services: []protoreflect.ServiceDescriptor{renamed{file}}}); err == nil {
		t.Error("a service without scopes is served")
	}
}

// renamed is a service under another name.
type renamed struct{ protoreflect.ServiceDescriptor }

func (renamed) Name() protoreflect.Name { return "OtherService" }

// TestAnonymous: without anything that authenticates callers, they may do everything.
func TestAnonymous(t *testing.T) {
	t.Parallel()
	a, err := auth.New(auth.Options{Services: pbx()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := a.Admit(with("Basic x"), writeMethod)
	if err != nil || !a.Anonymous() || !auth.CallerOf(ctx).Anonymous() || auth.CallerOf(ctx).Has("debug") {
		t.Errorf("%+v, %v", auth.CallerOf(ctx), err)
	}
}

// TestNoCredential: the refusal says what would be one.
func TestNoCredential(t *testing.T) {
	t.Parallel()
	directory := func() *auth.Directory { return nil }
	for want, options := range map[string]auth.Options{
		"send authorization: Bearer TOKEN":                                  {Directory: directory},
		"send authorization: Bearer TOKEN, or present a client certificate": {Directory: directory, Certificates: true},
		"present a client certificate":                                      {Certificates: true},
	} {
		options.Services = pbx()
		a, err := auth.New(options)
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.Admit(metadata.NewIncomingContext(context.Background(), nil), readMethod)
		if got := grpcstatus.Convert(err).Message(); got != "the call brings no credential of a caller; "+want {
			t.Errorf("got %q, want %q at the end", got, want)
		}
	}
}

// fromAddress is the context of an anonymous call.
func fromAddress(host string) context.Context {
	return peer.NewContext(context.Background(), &peer.Peer{Addr: &net.TCPAddr{IP: net.ParseIP(host), Port: 4711}})
}

// TestRate: each caller has its own rate, and is told how long to wait; a refused call
// does not count.
func TestRate(t *testing.T) {
	t.Parallel()
	clock := newClock()
	directory := parse(t, fmt.Sprintf("tokens: [{name: a, sha256: %s, scopes: [read]}, {name: b, sha256: %s, scopes: [read]}]", digest("x"), digest("y")))
	a, err := auth.New(auth.Options{
		Directory: func() *auth.Directory { return directory }, Services: pbx(), Rate: 2, Burst: 3, Now: clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	calls := func(ctx context.Context, count int) (last error) {
		for range count {
			_, last = a.Admit(ctx, readMethod)
		}
		return last
	}
	if err := calls(with("Bearer x"), 3); err != nil {
		t.Fatalf("within the burst: %v", err)
	}
	for range 3 {
		err := calls(with("Bearer x"), 1)
		if wait := retryDelay(err); status.Reason(err) != "CALLER_RATE_LIMITED" || wait != 500*time.Millisecond || !status.ShouldRetry(err) {
			t.Errorf("beyond the burst: %v after %s", err, wait)
		}
	}
	if err := calls(with("Bearer y"), 3); err != nil {
		t.Errorf("another caller: %v", err)
	}
	clock.pass(500 * time.Millisecond)
	if err := calls(with("Bearer x"), 1); err != nil {
		t.Errorf("after the time: %v", err)
	}
	for range 10 {
		if err := calls(metadata.NewIncomingContext(context.Background(), nil), 1); !isRefused(err) {
			t.Errorf("without a credential: %v", err)
		}
	}
}

// TestRateOfAnonymousCallers: anonymous callers are told apart by their addresses.
func TestRateOfAnonymousCallers(t *testing.T) {
	t.Parallel()
	clock := newClock()
	a, err := auth.New(auth.Options{Services: pbx(), Rate: 1, Burst: 1, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"", "CALLER_RATE_LIMITED"} {
		for _, host := range []string{"192.0.2.1", "192.0.2.2", "::1"} {
			if _, err := a.Admit(fromAddress(host), writeMethod); status.Reason(err) != want {
				t.Errorf("call %d of %s: %v", i, host, err)
			}
		}
	}
}

// retryDelay is the time in the error's RetryInfo.
func retryDelay(err error) time.Duration {
	for _, detail := range grpcstatus.Convert(err).Details() {
		if info, ok := detail.(*errdetails.RetryInfo); ok {
			return info.GetRetryDelay().AsDuration()
		}
	}
	return 0
}
