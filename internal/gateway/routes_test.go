package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/gateway/codec"
	"github.com/sipfacade/sipfacade/internal/goldentest"
	"github.com/sipfacade/sipfacade/internal/received"
	"github.com/sipfacade/sipfacade/internal/status"
)

// TestRoutes pins every HTTP call with its query parameters.
func TestRoutes(t *testing.T) {
	t.Parallel()
	compiled, err := routesOf(jsonServices(), codec.New())
	if err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for _, service := range jsonServices() {
		for _, one := range compiled[service.desc.FullName()] {
			var query []string
			for _, parameter := range one.names {
				query = append(query, parameter.name)
			}
			fmt.Fprintf(&lines, "%s %s → %s body=%q query=%v\n", one.Method, one.Template, one.Message.Name(), one.Body, query)
		}
	}
	goldentest.Compare(t, "routes.txt", lines.String())
}

// TestEveryRouteCallsItsRPC sends a request to every route of the contract, and with
// methods that the route does not have.
func TestEveryRouteCallsItsRPC(t *testing.T) {
	t.Parallel()
	var called *received.Request
	var message proto.Message
	stop := errors.New("far enough")
	d := newFakeGateway(t, func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, _ grpc.UnaryHandler) (any, error) {
		called, message = received.FromContext(ctx), request.(proto.Message)
		return nil, stop
	})
	compiled, err := routesOf(jsonServices(), codec.New())
	if err != nil {
		t.Fatal(err)
	}
	for _, route := range slices.Concat(slices.Collect(maps.Values(compiled))...) {
		called = nil
		path := regexp.MustCompile(`\{[^}]+\}`).ReplaceAllString(route.Template, "7")
		d.send(route.Method, path, "")
		if called == nil || called.Message != route.Message || message.ProtoReflect().Descriptor() != route.Message {
			t.Errorf("%s %s called %v", route.Method, path, called)
		}
		if got := d.send(http.MethodTrace, path, ""); got.Code != http.StatusMethodNotAllowed || !strings.Contains(got.Header().Get("Allow"), route.Method) {
			t.Errorf("TRACE %s: status %d, Allow %q", path, got.Code, got.Header().Get("Allow"))
		}
	}
}

// TestImpossibleRoutes checks the errors of routes that the contract does not have.
func TestImpossibleRoutes(t *testing.T) {
	t.Parallel()
	method := jsonServices()[0].desc.Methods().ByName("UpdateSipUserInvite")
	rule := func(path, body string) *annotations.HttpRule {
		return &annotations.HttpRule{Pattern: &annotations.HttpRule_Patch{Patch: path}, Body: body}
	}
	cases := map[string]*annotations.HttpRule{
		"unknown variable":      rule("/v1/{nothing}", ""),
		"below a scalar":        rule("/v1/{sip_connection_uuid.x}", ""),
		"variable is a message": rule("/v1/{sip_user_invite}", ""),
		"unknown body":          rule("/v1", "nothing"),
		"body is a scalar":      rule("/v1", "sip_connection_uuid"),
	}
	for name, impossible := range cases {
		if made, err := newRoute(method, impossible, codec.New()); err == nil {
			t.Errorf("%s: %s", name, made.Template)
		}
	}
}

func TestServicesThatCannotBeRegistered(t *testing.T) {
	t.Parallel()
	services := jsonServices()
	services[0].register = func(context.Context, *runtime.ServeMux, grpc.ClientConnInterface) error { return errOption }
	g := &Gateway{codec: codec.New()}
	if err := g.register(services, NewConn(nil)); !errors.Is(err, errOption) {
		t.Errorf("got %v", err)
	}
	twice := append(jsonServices(), jsonServices()[0])
	if err := g.register(twice, NewConn(nil)); !errors.Is(err, errSharedWord) {
		t.Errorf("got %v", err)
	}
}

// TestNestedParameters binds the fields of a message that no body holds.
func TestNestedParameters(t *testing.T) {
	t.Parallel()
	method := jsonServices()[0].desc.Methods().ByName("UpdateSipUserInvite")
	made, err := newRoute(method, &annotations.HttpRule{Pattern: &annotations.HttpRule_Get{Get: "/v1/{sip_user_invite.uuid}"}}, codec.New())
	if err != nil {
		t.Fatal(err)
	}
	if made.parameters["sip_user_invite.uuid"] != nil {
		t.Error("the path sets this one")
	}
	in := &received.Request{Call: made.Call}
	made.readQuery(in, "sipUserInvite.expireTime=2001-09-09T01:46:40Z&sip_user_invite.account.balance=1.5&sip_connection_uuid=a&&sip_user_invite.name=")
	request := &sipfacadev1.UpdateSipUserInviteRequest{}
	if in.MergeInto(request.ProtoReflect()); len(in.Violations) > 0 {
		t.Fatal(in.Violations)
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
	got := PeerOf(request)
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
	for _, one := range jsonServices() {
		bound[one.desc.FullName()] = true
	}
	for _, name := range servicesOfTheContract() {
		if !bound[name] {
			t.Errorf("%s has HTTP rules and no line in jsonServices()", name)
		}
	}
}

// TestRefusalsOfGRPCGateway checks the form of an error that grpc-gateway makes by
// itself.
func TestRefusalsOfGRPCGateway(t *testing.T) {
	t.Parallel()
	refused := withReason(grpcstatus.Error(codes.InvalidArgument, "odd"))
	if status.Reason(refused) != "REQUEST_INVALID" || status.Violations(refused)[0].GetDescription() != "odd" {
		t.Errorf("got %v", refused)
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
		"body of a list":   bodyOf("{}").Decode(&[]string{}),
		"body of a word":   bodyOf("{}").Decode(new(*string)),
	}
	for name, err := range failures {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// bodyOf returns the body of a request as the generated handlers see it.
func bodyOf(text string) *requestBody {
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(text))
	return &requestBody{
		ReadCloser: request.Body, request: request, response: httptest.NewRecorder(), codec: codec.New(), in: &received.Request{},
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
	one, in, values := &route{numbers: []variable{{name: "port", parse: parse}}}, &received.Request{}, map[string]string{"port": "5.06e3"}
	if one.readNumbers(in, values); values["port"] != "5060" || len(in.Violations) > 0 {
		t.Errorf("got %v, %v", values, in.Violations)
	}
	values["port"] = "0x10"
	one.readNumbers(in, values)
	if len(in.Violations) != 1 || in.Violations[0].GetField() != "port" {
		t.Errorf("got %v", in.Violations)
	}
}

// TestIncomingHeaders checks which headers become metadata. grpc-gateway asks for
// "connection" at the start, and warns if that is passed.
func TestIncomingHeaders(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"X-Request-Id": true, "X-Opentact-Token": true, "X-Infinity-Authorization": true, "Traceparent": true, "Tracestate": true,
		"Authorization": false, "Connection": false, "connection": false, "Grpc-Timeout": false,
	} {
		if key, passed := incomingHeader(name); passed != want || passed && key != strings.ToLower(name) {
			t.Errorf("%s: passed %t as %s", name, passed, key)
		}
	}
}
