package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// scopePrefixes are the scopes of each service, as operators are promised.
var scopePrefixes = map[string]string{
	"SipConnectionService": "sipconnection", "SipAppService": "sipapp", "ProfileService": "profile", "PbxConfigService": "pbx",
}

// scopeOf is the narrowest scope that a method needs.
func scopeOf(method protoreflect.MethodDescriptor) string {
	prefix := scopePrefixes[string(method.Parent().Name())]
	if isRead(method) {
		return prefix + ":read"
	}
	return prefix + ":write"
}

func isRead(method protoreflect.MethodDescriptor) bool {
	options, _ := method.Options().(*descriptorpb.MethodOptions)
	return options.GetIdempotencyLevel() == descriptorpb.MethodOptions_NO_SIDE_EFFECTS
}

// walkers are the tokens of the walk with their scopes.
func walkers() map[string][]string {
	all := map[string][]string{
		"reader": {"read"}, "writer": {"write"}, "looker": {"debug"},
		"everything": {"sipconnection:write", "sipapp:write", "profile:write", "pbx:write"},
	}
	for _, prefix := range scopePrefixes {
		all[prefix+"-reader"], all[prefix+"-writer"] = []string{prefix + ":read"}, []string{prefix + ":write"}
	}
	return all
}

// mayCall reports whether a caller with the scopes may call the method.
func mayCall(scopes []string, method protoreflect.MethodDescriptor) bool {
	needs := scopeOf(method)
	prefix, _, _ := strings.Cut(needs, ":")
	for _, scope := range scopes {
		if scope == "write" || scope == prefix+":write" || scope == needs || scope == "read" && isRead(method) {
			return true
		}
	}
	return false
}

// TestEveryCaller: each call of the contract over both protocols by each kind of caller.
// The vendor hears nothing of refused ones.
func TestEveryCaller(t *testing.T) {
	t.Parallel()
	var entries []string
	for token, scopes := range walkers() {
		entries = append(entries, tokenEntry(token, scopes...))
	}
	vendor := startVendor(t, refusal(400))
	f := startFacade(t, vendor.url(), withToken(), tokensFlag(t, entries...))
	for _, method := range methods() {
		for _, way := range f.protocols() {
			c := callOfMethod(t, method)
			vendor.take()
			for _, token := range []string{"", "unknown"} {
				c.headers = bearer(token)
				got, made := f.reasonOf(t, way, c)
				checkRefusal(t, way.name()+" "+shortName(method)+" anonymous", got, made, codes.Unauthenticated, "CALLER_UNAUTHENTICATED", method)
			}
			for token, scopes := range walkers() {
				c.headers = bearer(token)
				allowed := mayCall(scopes, method)
				if allowed {
					continue
				}
				got, made := f.reasonOf(t, way, c)
				checkRefusal(t, way.name()+" "+shortName(method)+" "+token, got, made, codes.PermissionDenied, "CALLER_FORBIDDEN", method)
			}
			if requests := vendor.take(); len(requests) > 0 {
				t.Errorf("%s: the vendor received %q", shortName(method), operations(requests))
			}
			for token, scopes := range walkers() {
				c.headers = bearer(token)
				if got, _ := f.reasonOf(t, way, c); mayCall(scopes, method) && strings.HasPrefix(got.reason, "CALLER_") {
					t.Errorf("%s %s %s: %s", way.name(), shortName(method), token, got.reason)
				}
			}
		}
	}
}

// checkRefusal checks everything that a refused caller is told.
func checkRefusal(t *testing.T, name string, got failure, made outcome, code codes.Code, reason string, method protoreflect.MethodDescriptor) {
	t.Helper()
	if got.code != code || got.reason != reason || (got.metadata["delivery"] == "NOT_SENT") == isRead(method) {
		t.Errorf("%s: %s %s %v", name, got.code, got.reason, got.metadata)
	}
	for _, problem := range promises(made) {
		t.Errorf("%s: %s", name, problem)
	}
	wantScope := map[string]string{"CALLER_FORBIDDEN": scopeOf(method)}[reason]
	if got.metadata["scope"] != wantScope {
		t.Errorf("%s: scope %q, want %q", name, got.metadata["scope"], wantScope)
	}
	if made.header == nil {
		return
	}
	challenge := map[string]string{"CALLER_UNAUTHENTICATED": "Bearer"}[reason]
	if made.http != httpStatusOf(code, reason) || made.header["Www-Authenticate"] != challenge {
		t.Errorf("%s: HTTP %d, WWW-Authenticate %q", name, made.http, made.header["Www-Authenticate"])
	}
}

// TestRefusalsAreSeen: a refused call has a line in the log with its caller and its
// request id, and counts.
func TestRefusalsAreSeen(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, refusal(400))
	f := startFacade(t, vendor.url(), withToken(), tokensFlag(t, tokenEntry("looker", "debug")))
	for _, way := range f.protocols() {
		c := callWith(t, bearer("looker"))
		f.reasonOf(t, way, c)
		protocol := map[string]string{"grpc": "grpc", "json": "http"}[way.name()]
		line := f.logs.call(t, protocol, contract.FullMethod(c.method))
		if line["caller"] != "looker" || line["reason"] != "CALLER_FORBIDDEN" || line["request_id"] == "" {
			t.Errorf("%s: %v", way.name(), line)
		}
	}
	_, metrics := f.get(t, "admin", "/metrics", "", nil)
	for _, want := range []string{
		`sipfacade_auth_refusals_total{reason="CALLER_FORBIDDEN"} 2`,
		`code="PermissionDenied",method="/sipfacade.v1.SipConnectionService/GetSipConnection",protocol="http",reason="CALLER_FORBIDDEN"} 1`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}

// TestOpenToAll: health is open, the description is open if reflection is on, and unknown
// calls are unknown to everybody.
func TestOpenToAll(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, http.NotFoundHandler())
	tokens := tokensFlag(t, tokenEntry("looker", "debug"))
	for _, reflects := range []bool{true, false} {
		flags := []string{withToken(), tokens}
		if !reflects {
			flags = append(flags, "--no-reflection")
		}
		f := startFacade(t, vendor.url(), flags...)
		if _, err := grpc_health_v1.NewHealthClient(f.conn).Check(t.Context(), &grpc_health_v1.HealthCheckRequest{}); err != nil {
			t.Errorf("health: %v", err)
		}
		stream, err := reflectionv1.NewServerReflectionClient(f.conn).ServerReflectionInfo(t.Context())
		if err == nil {
			err = stream.Send(&reflectionv1.ServerReflectionRequest{MessageRequest: &reflectionv1.ServerReflectionRequest_ListServices{}})
		}
		if err == nil {
			_, err = stream.Recv()
		}
		if (err == nil) != reflects {
			t.Errorf("reflection %t: %v", reflects, err)
		}
		for _, row := range []struct {
			path, token string
			status      int
		}{
			{"/openapi.json", "", map[bool]int{true: http.StatusOK, false: http.StatusUnauthorized}[reflects]},
			{"/openapi.json", "looker", http.StatusOK},
			{"/protos.tar.gz", "", map[bool]int{true: http.StatusOK, false: http.StatusUnauthorized}[reflects]},
			{"/protos.tar.gz", "looker", http.StatusOK},
			{"/descriptor.binpb", "", map[bool]int{true: http.StatusOK, false: http.StatusUnauthorized}[reflects]},
			{"/descriptor.binpb", "looker", http.StatusOK},
			{"/docs", "", map[bool]int{true: http.StatusOK, false: http.StatusUnauthorized}[reflects]},
			{"/docs", "looker", http.StatusOK},
			{"/", "", map[bool]int{true: http.StatusOK, false: http.StatusUnauthorized}[reflects]},
			{"/", "looker", http.StatusOK},
			{"/v1/nothing", "", http.StatusNotFound},
		} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.base()+row.path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			if row.token != "" {
				request.Header.Set("Authorization", "Bearer "+row.token)
			}
			response, err := f.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close() // only the status counts
			if response.StatusCode != row.status {
				t.Errorf("reflection %t: %s by %q: %d", reflects, row.path, row.token, response.StatusCode)
			}
		}
	}
}

// TestVendorCredentialsInServiceMode: a call that brings a vendor credential is refused if
// the service has its own, over both protocols, and for the other vendor's too.
func TestVendorCredentialsInServiceMode(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(good+"}"))
	f := startFacade(t, vendor.url(), withToken())
	mixed := startFacade(t, vendor.url(), callerFlags()...)
	for name, row := range map[string]struct {
		facade *facade
		header string
		reason string
	}{
		"OpenTACT's":            {f, "x-opentact-token", "REQUEST_INVALID"},
		"Infinity's":            {f, "x-infinity-authorization", "REQUEST_INVALID"},
		"the one that is taken": {mixed, "x-opentact-token", ""},
	} {
		for _, way := range row.facade.protocols() {
			vendor.take()
			got, _ := row.facade.reasonOf(t, way, callWith(t, map[string]string{row.header: "SECRET-of-the-call"}))
			if got.reason != row.reason || row.reason != "" && (got.violations[row.header] == "" || len(vendor.take()) > 0) {
				t.Errorf("%s, %s: %s %v", name, way.name(), got.reason, got.violations)
			}
		}
	}
}

// TestAuthorizationStaysHere: the caller's own credential never reaches a vendor, in no
// mode and in no form.
func TestAuthorizationStaysHere(t *testing.T) {
	t.Parallel()
	for name, flags := range map[string][]string{
		"service mode": {withToken()}, "caller mode": {"--opentact-credentials=caller", "--infinity-credentials=caller"}, "login": loginFlags(),
	} {
		vendor := startVendor(t, afterLogin(json200(good+"}")))
		f := startFacade(t, vendor.url(), append(flags, tokensFlag(t, tokenEntry("token-of-the-caller", "write")))...)
		for _, way := range f.protocols() {
			for _, a := range append(actions(), action{"other vendor", "PbxConfigService.GetPbxDomain", map[string]any{"domainId": 1}}) {
				c := mustCall(t, a.rpc, a.request)
				c.headers = bearer("token-of-the-caller")
				if strings.HasPrefix(name, "caller") {
					c.headers["x-opentact-token"], c.headers["x-infinity-authorization"] = vendorToken, "ApiKey k"
				}
				if got, _ := f.reasonOf(t, way, c); strings.HasPrefix(got.reason, "CALLER_") {
					t.Errorf("%s %s: %s", name, a.name, got.reason)
				}
			}
		}
		requests := vendor.take()
		if len(requests) < 10 {
			t.Errorf("%s: the vendor received %d requests", name, len(requests))
		}
		for _, r := range requests {
			if text := fmt.Sprint(r.target, r.header, string(r.body)); strings.Contains(text, "token-of-the-caller") || strings.Contains(r.header.Get("Authorization"), "Bearer") {
				t.Errorf("%s: the vendor received %s", name, text)
			}
		}
	}
}
