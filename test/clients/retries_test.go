//go:build unix

package clients

import (
	"context"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/sipfacade/sipfacade/test/sandbox"
)

// exampleConnection is a connection of the sandbox.
const exampleConnection = "5f1c2b3a-0000-4000-8000-000000000001"

// documentedConfig is the service config that docs/retries.md tells callers to paste.
func documentedConfig(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/retries.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```json\n(.*?)\n```").FindSubmatch(page)
	if found == nil {
		t.Fatal("docs/retries.md has no config")
	}
	return string(found[1])
}

// greedyConfig is the documented config that also lists codes after which nothing may be
// repeated. Only the server's pushback prevents that.
func greedyConfig(t *testing.T) string {
	t.Helper()
	const documented = `["UNAVAILABLE", "RESOURCE_EXHAUSTED"]`
	config := documentedConfig(t)
	greedy := strings.Replace(config, documented, `["UNAVAILABLE", "RESOURCE_EXHAUSTED", "UNKNOWN", "DEADLINE_EXCEEDED", "ABORTED"]`, 1)
	if greedy == config {
		t.Fatalf("the documented config does not list %s", documented)
	}
	return greedy
}

// clientCall is a call that a client of any language makes.
type clientCall struct {
	Service   string         `json:"service"`
	Method    string         `json:"method"`
	Request   map[string]any `json:"request"`
	TimeoutMS int            `json:"timeoutMs"`
	Gzip      bool           `json:"gzip"`
}

// ended is how such a call ended.
type ended struct {
	Code     codes.Code `json:"code"`
	Pushback string     `json:"pushback"`
	MS       int        `json:"ms"`
}

// caller makes calls one after the other by a service config.
type caller func(t *testing.T, address, config string, calls []clientCall) []ended

// callers are those of all languages.
func callers() map[string]caller {
	return map[string]caller{"go": goCaller, "node": nodeCaller, "python": pythonCaller}
}

func nodeCaller(t *testing.T, address, config string, calls []clientCall) (made []ended) {
	t.Helper()
	folder, _ := unpacked(t)
	node(t, "calls.cjs", folder, address, config, encoded(t, calls)).print(t, &made)
	return made
}

func pythonCaller(t *testing.T, address, config string, calls []clientCall) (made []ended) {
	t.Helper()
	python(t, stubs(t), "calls.py", address, config, encoded(t, calls)).print(t, &made)
	return made
}

func encoded(t *testing.T, calls []clientCall) string {
	t.Helper()
	text, err := json.Marshal(calls)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func goCaller(t *testing.T, address, config string, calls []clientCall) (made []ended) {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultServiceConfig(config))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // its calls have ended
	for _, call := range calls {
		made = append(made, goCall(t, conn, call))
	}
	return made
}

func goCall(t *testing.T, conn *grpc.ClientConn, call clientCall) ended {
	t.Helper()
	request, response := messagesOf(t, call)
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(call.TimeoutMS)*time.Millisecond)
	defer cancel()
	var trailer metadata.MD
	options := []grpc.CallOption{grpc.Trailer(&trailer)}
	if call.Gzip {
		options = append(options, grpc.UseCompressor(gzip.Name))
	}
	begun := time.Now()
	err := conn.Invoke(ctx, "/sipfacade.v1."+call.Service+"/"+call.Method, request, response, options...)
	return ended{status.Code(err), strings.Join(trailer.Get("grpc-retry-pushback-ms"), ","), int(time.Since(begun).Milliseconds())}
}

// messagesOf returns the request of a call and an empty response.
func messagesOf(t *testing.T, call clientCall) (request, response proto.Message) {
	t.Helper()
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName("sipfacade.v1." + call.Service))
	if err != nil {
		t.Fatal(err)
	}
	method := found.(protoreflect.ServiceDescriptor).Methods().ByName(protoreflect.Name(call.Method))
	in, err := protoregistry.GlobalTypes.FindMessageByName(method.Input().FullName())
	if err != nil {
		t.Fatal(err)
	}
	out, err := protoregistry.GlobalTypes.FindMessageByName(method.Output().FullName())
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(call.Request)
	if err != nil {
		t.Fatal(err)
	}
	request, response = in.New().Interface(), out.New().Interface()
	if err := protojson.Unmarshal(text, request); err != nil {
		t.Fatal(err)
	}
	return request, response
}

// invite is a request that creates an invite.
func invite(name string) map[string]any {
	return map[string]any{"sipConnectionUuid": exampleConnection, "sipUserInvite": map[string]any{"name": name}}
}

// all is a request for a whole list.
func all() map[string]any { return map[string]any{} }

// patience is a deadline for calls that are to end by themselves.
const patience = 30_000

// TestPolicyRetries: by the documented policy clients of all languages repeat what they may,
// after the time that the server says.
func TestPolicyRetries(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name, fault string
		call        clientCall
		failed      codes.Code // each attempt but the last
		atLeast     int        // milliseconds
	}{
		{
			"a rate limit of a read", `{"vendor": "opentact", "kind": "rate_limited", "route": "ListSIPConnections", "times": 1, "retryAfter": "1"}`,
			clientCall{Service: "SipConnectionService", Method: "ListSipConnections", Request: all(), TimeoutMS: patience}, codes.ResourceExhausted, 900,
		},
		{
			"a rate limit of a write", `{"vendor": "opentact", "kind": "rate_limited", "route": "CreateSIPUserInvite", "times": 1, "retryAfter": "1"}`,
			clientCall{Service: "SipConnectionService", Method: "CreateSipUserInvite", Request: invite("Patience"), TimeoutMS: patience}, codes.ResourceExhausted, 900,
		},
		{
			"an outage that says when it ends", `{"vendor": "infinity", "kind": "status", "status": 503, "route": "ListSIPDomains", "times": 3, "retryAfter": "1"}`,
			clientCall{Service: "PbxConfigService", Method: "ListPbxDomains", Request: all(), TimeoutMS: patience}, codes.Unavailable, 900,
		},
		{
			"an outage that does not", `{"vendor": "opentact", "kind": "status", "status": 503, "route": "ListSIPControlApps", "times": 3}`,
			clientCall{Service: "SipAppService", Method: "ListSipApps", Request: all(), TimeoutMS: patience}, codes.Unavailable, 0,
		},
	}
	for language, call := range callers() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			s := sandbox.Start(t)
			var calls []clientCall
			for _, row := range rows {
				s.Fault(t, row.fault)
				calls = append(calls, row.call)
			}
			for i, got := range call(t, s.GRPC, documentedConfig(t), calls) {
				row := rows[i]
				method := "/sipfacade.v1." + row.call.Service + "/" + row.call.Method
				failed, succeeded := s.Calls(t, method, row.failed.String()), s.Calls(t, method, "OK")
				if got.Code != codes.OK || got.MS < row.atLeast || failed != 1 || succeeded != 1 || s.Calls(t, method, "") != 2 {
					t.Errorf("%s: %+v after %d attempts that failed and %d that did not", row.name, got, failed, succeeded)
				}
			}
		})
	}
}

// TestPolicyDoesNotRepeat: whatever their policy lists, clients repeat no call of which the
// server says that they must not.
func TestPolicyDoesNotRepeat(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name, fault string
		call        clientCall
		want        []codes.Code
		pushback    string
	}{
		{
			"an answer that was lost", `{"vendor": "opentact", "kind": "reset_after", "route": "CreateSIPUserInvite", "times": 1}`,
			clientCall{Service: "SipConnectionService", Method: "CreateSipUserInvite", Request: invite("Only once"), TimeoutMS: patience}, []codes.Code{codes.Unknown}, "-1",
		},
		{
			"a conflict", `{"vendor": "opentact", "kind": "status", "status": 409, "route": "ModifySIPConnection", "times": 1}`,
			clientCall{
				Service: "SipConnectionService", Method: "UpdateSipConnection",
				Request: map[string]any{"sipConnection": map[string]any{"uuid": exampleConnection, "name": "Another name"}}, TimeoutMS: patience,
			}, []codes.Code{codes.Aborted}, "-1",
		},
		{
			"a deadline of the caller", `{"vendor": "opentact", "kind": "latency", "delayMs": 2500, "route": "CreateMessagingProfile", "times": 1}`,
			clientCall{
				Service: "ProfileService", Method: "CreateMessagingProfile",
				Request: map[string]any{"messagingProfile": map[string]any{"name": "Only once"}}, TimeoutMS: 1500,
			}, []codes.Code{codes.DeadlineExceeded, codes.Canceled}, "", // Canceled if the server's end of the call comes first
		},
	}
	for language, call := range callers() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			s := sandbox.Start(t)
			var calls []clientCall
			for _, row := range rows {
				s.Fault(t, row.fault)
				calls = append(calls, row.call)
			}
			for i, got := range call(t, s.GRPC, greedyConfig(t), calls) {
				row := rows[i]
				attempts := attempts(t, s, "/sipfacade.v1."+row.call.Service+"/"+row.call.Method)
				if !slices.Contains(row.want, got.Code) || attempts != 1 || row.pushback != "" && got.Pushback != row.pushback {
					t.Errorf("%s: %+v after %d attempts, want %v", row.name, got, attempts, row.want)
				}
			}
		})
	}
}

// attempts waits until the server has ended a call, which may be later than its client, and
// returns how many it has.
func attempts(t *testing.T, s *sandbox.Sandbox, method string) int {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if ended := s.Calls(t, method, ""); ended > 0 {
			return ended
		}
		select {
		case <-t.Context().Done():
			return 0
		case <-tick.C:
		}
	}
}
