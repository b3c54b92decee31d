package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/gateway/codec"
	"github.com/sipfacade/sipfacade/internal/status"
)

var update = flag.Bool("update", false, "write the golden files")

// TestRoutes pins every HTTP call with its query parameters.
func TestRoutes(t *testing.T) {
	t.Parallel()
	compiled, err := routesOf(contractServices(), codec.New())
	if err != nil {
		t.Fatal(err)
	}
	public, err := Routes()
	if err != nil || len(public) != len(compiled) {
		t.Fatalf("Routes: %d of %d, %v", len(public), len(compiled), err)
	}
	var lines strings.Builder
	for i, one := range compiled {
		if public[i] != one.Route {
			t.Errorf("Routes lists %v for %v", public[i], one.Route)
		}
		fmt.Fprintf(&lines, "%s %s → %s body=%q response_body=%q query=%v\n",
			one.Method, one.Template, one.RPC, one.Body, one.ResponseBody, one.names)
	}
	golden(t, "routes.txt", lines.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("run with -update if this is right:\n%s", diff)
	}
}

// TestEveryRouteCallsItsRPC sends a request to every route of the contract.
func TestEveryRouteCallsItsRPC(t *testing.T) {
	t.Parallel()
	var called string
	stop := errors.New("far enough")
	d := newFakeGateway(t, func(_ context.Context, _ any, info *grpc.UnaryServerInfo, _ grpc.UnaryHandler) (any, error) {
		called = info.FullMethod
		return nil, stop
	})
	routes, err := Routes()
	if err != nil {
		t.Fatal(err)
	}
	for _, route := range routes {
		parsed, err := parseTemplate(route.Template)
		if err != nil {
			t.Fatal(err)
		}
		called = ""
		if d.send(route.Method, parsed.path("7"), ""); called != route.RPC {
			t.Errorf("%s %s called %q", route.Method, route.Template, called)
		}
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/v1/a", "/v1/{a}/b/{c.d}", "/v1/{a}:verb", "/v1/a:verb"} {
		parsed, err := parseTemplate(path)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		want := strings.NewReplacer("{a}", "x", "{c.d}", "x").Replace(path)
		if got := parsed.path("x"); got != want {
			t.Errorf("%s: %+v makes %s", path, parsed, got)
		}
	}
	for _, path := range []string{"", "v1", "/v1/", "/v1/{a=*}", "/v1/**", "/v1/{a", "/v1/a}", "/v1/{}", "/v1//a"} {
		if parsed, err := parseTemplate(path); err == nil {
			t.Errorf("%q: %+v", path, parsed)
		}
	}
}

func TestRouterPrefersWordsAndGoesBack(t *testing.T) {
	t.Parallel()
	var r router
	for _, path := range []string{"/a/{x}", "/a/b/c", "/a/{x}/d", "/a/{x}:go", "/a/b:stop"} {
		parsed, err := parseTemplate(path)
		if err != nil {
			t.Fatal(err)
		}
		r.add(&route{Route: Route{Method: http.MethodGet, Template: path}, template: parsed})
	}
	cases := map[string]string{
		"/a/b": "/a/{x}", "/a/b/c": "/a/b/c", "/a/b/d": "/a/{x}/d", "/a/b/e": "", "/a/b:go": "/a/{x}:go", "/a/b:stop": "/a/b:stop",
		"/a/z:stop": "/a/{x}", "/a/z:": "/a/{x}", "/a/:go": "/a/{x}", "/a": "", "": "", "*": "", "/%61/q": "/a/{x}", "/a/b%2Fc": "/a/{x}", "/a/%zz": "",
	}
	for path, want := range cases {
		found, _ := r.find(path)
		got := ""
		if found[http.MethodGet] != nil {
			got = found[http.MethodGet].Template
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// TestImpossibleRoutes checks the errors of routes that the contract does not have.
func TestImpossibleRoutes(t *testing.T) {
	t.Parallel()
	method := contractServices()[0].desc.Methods().ByName("UpdateSipUserInvite")
	rule := func(path, body string) *annotations.HttpRule {
		return &annotations.HttpRule{Pattern: &annotations.HttpRule_Patch{Patch: path}, Body: body}
	}
	cases := map[string]*annotations.HttpRule{
		"template":              rule("v1", ""),
		"unknown variable":      rule("/v1/{nothing}", ""),
		"below a scalar":        rule("/v1/{sip_connection_uuid.x}", ""),
		"variable is a message": rule("/v1/{sip_user_invite}", ""),
		"unknown body":          rule("/v1", "nothing"),
		"body is a scalar":      rule("/v1", "sip_connection_uuid"),
	}
	for name, impossible := range cases {
		if made, err := newRoute(method, impossible, codec.New()); err == nil {
			t.Errorf("%s: %+v", name, made.Route)
		}
	}
}

func TestRouteWithoutGeneratedHandler(t *testing.T) {
	t.Parallel()
	services := contractServices()
	services[0].register = func(context.Context, *runtime.ServeMux, grpc.ClientConnInterface) error { return nil }
	h := &Gateway{codec: codec.New()}
	if err := h.addRoutes(services, NewConn(nil)); !errors.Is(err, errNoHandler) {
		t.Errorf("got %v", err)
	}
	services[0].register = func(context.Context, *runtime.ServeMux, grpc.ClientConnInterface) error { return errOption }
	if err := h.addRoutes(services, NewConn(nil)); !errors.Is(err, errOption) {
		t.Errorf("got %v", err)
	}
}

// TestNestedParameters binds the fields of a message that no body holds.
func TestNestedParameters(t *testing.T) {
	t.Parallel()
	method := contractServices()[0].desc.Methods().ByName("UpdateSipUserInvite")
	made, err := newRoute(method, &annotations.HttpRule{Pattern: &annotations.HttpRule_Get{Get: "/v1/{sip_user_invite.uuid}"}}, codec.New())
	if err != nil {
		t.Fatal(err)
	}
	if made.parameters["sip_user_invite.uuid"] != nil {
		t.Error("the path sets this one")
	}
	current := &call{route: made}
	current.readQuery("sipUserInvite.expireTime=2001-09-09T01:46:40Z&sip_user_invite.account.balance=1.5&sip_connection_uuid=a&&sip_user_invite.name=")
	request := &sipfacadev1.UpdateSipUserInviteRequest{}
	if err := current.complete(request.ProtoReflect()); err != nil {
		t.Fatal(err)
	}
	invite := request.GetSipUserInvite()
	if request.GetSipConnectionUuid() != "a" || invite.GetExpireTime().GetSeconds() != 1e9 ||
		invite.GetAccount().GetBalance() != 1.5 || invite.Name == nil {
		t.Errorf("got %v", request)
	}
}

func TestPeerOfTLSCaller(t *testing.T) {
	t.Parallel()
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	local := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	request = request.WithContext(context.WithValue(request.Context(), http.LocalAddrContextKey, local))
	request.TLS = &tls.ConnectionState{ServerName: "facade"}
	request.RemoteAddr = "@socket"
	got := peerOf(request)
	info, ok := got.AuthInfo.(credentials.TLSInfo)
	if !ok || info.State.ServerName != "facade" || info.SecurityLevel != credentials.PrivacyAndIntegrity {
		t.Errorf("AuthInfo %+v", got.AuthInfo)
	}
	if got.LocalAddr != net.Addr(local) || got.Addr.String() != "@socket" || got.Addr.Network() != "" {
		t.Errorf("addresses %v, %v", got.LocalAddr, got.Addr)
	}
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"1H": "1h0m0s", "2M": "2m0s", "3S": "3s", "4m": "4ms", "5u": "5µs", "6n": "6ns", "0S": "0s",
		"99999999H": "2562047h47m16.854775807s",
	}
	for text, want := range cases {
		if got, ok := parseTimeout(text); !ok || got.String() != want {
			t.Errorf("%s: %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"S", "5", "-1S", "+1S", "1.5S", "123456789S", "1 S", "1s"} {
		if got, ok := parseTimeout(text); ok {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// TestEveryServiceIsBound fails if the table lacks a service of the contract with
// HTTP rules.
func TestEveryServiceIsBound(t *testing.T) {
	t.Parallel()
	bound := map[protoreflect.FullName]bool{}
	for _, one := range contractServices() {
		bound[one.desc.FullName()] = true
	}
	for _, name := range servicesOfTheContract() {
		if !bound[name] {
			t.Errorf("%s has HTTP rules and no line in contractServices()", name)
		}
	}
}

// TestRefusalsOfTheGeneratedCode checks the errors that the generated code makes by
// itself.
func TestRefusalsOfTheGeneratedCode(t *testing.T) {
	t.Parallel()
	refused := (&call{}).refusal(grpcstatus.Error(codes.InvalidArgument, "odd"))
	if status.Reason(refused) != "REQUEST_INVALID" || !strings.Contains(refused.Error(), "request: odd") {
		t.Errorf("got %v", refused)
	}
	other := grpcstatus.Error(codes.Internal, "odd")
	if got := (&call{}).refusal(other); !errors.Is(got, other) {
		t.Errorf("got %v", got)
	}
}

func TestMarshalerForEverythingElse(t *testing.T) {
	t.Parallel()
	m := marshaler{codec.New()}
	read := &sipfacadev1.SipUserInvite{}
	if err := m.NewDecoder(strings.NewReader(`{"uuid":"a"}`)).Decode(read); err != nil || read.GetUuid() != "a" {
		t.Errorf("got %v, %v", read, err)
	}
	var written strings.Builder
	if err := m.NewEncoder(&written).Encode(read); err != nil || written.String() != `{"uuid":"a"}` {
		t.Errorf("got %s, %v", written.String(), err)
	}
	failures := map[string]error{
		"unknown field":    m.Unmarshal([]byte(`{"uid":1}`), read),
		"no message":       m.Unmarshal([]byte(`{}`), "x"),
		"write no message": m.NewEncoder(&written).Encode(7),
		"body of a list":   (&bodyDecoder{call: &call{body: []byte("{}"), codec: codec.New()}}).Decode(&[]string{}),
		"body of a word":   (&bodyDecoder{call: &call{body: []byte("{}"), codec: codec.New()}}).Decode(new(*string)),
	}
	for name, err := range failures {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestPathNumbers checks that numbers in the path are read like all others, and
// refused with the name of their variable.
func TestPathNumbers(t *testing.T) {
	t.Parallel()
	parse, ok := codec.New().Text((&sipfacadev1.SipConnection{}).ProtoReflect().Descriptor().Fields().ByName("port"))
	if !ok {
		t.Fatal("ports cannot be read")
	}
	current := &call{route: &route{variables: []variable{{name: "port", parse: parse, at: 1}}}}
	if got := current.readPath([]string{"ports", "5.06e3"}); got["port"] != "5060" || len(current.violations) > 0 {
		t.Errorf("got %v, %v", got, current.violations)
	}
	current.readPath([]string{"ports", "x"})
	if len(current.violations) != 1 || current.violations[0].GetField() != "port" {
		t.Errorf("got %v", current.violations)
	}
}

// TestIncomingHeaders checks which headers become metadata. grpc-gateway asks for
// "connection" at the start, and warns if that is passed.
func TestIncomingHeaders(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"X-Request-Id": true, "X-Opentact-Token": true, "X-Infinity-Authorization": true, "Traceparent": true,
		"Authorization": false, "Connection": false, "connection": false, "Grpc-Timeout": false,
	} {
		if key, passed := incomingHeader(name); passed != want || key != strings.ToLower(name) {
			t.Errorf("%s: passed %t as %s", name, passed, key)
		}
	}
}
