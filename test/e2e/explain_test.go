package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// vendorCallHeader is the header in which calls with x-explain are answered what the
// vendors were sent.
const vendorCallHeader = "x-vendor-call"

// explainedVia are the ways of a call with x-explain: each returns the values of the
// header and the code.
func (f *facade) explainedVia() map[string]func(*testing.T, call) ([]string, codes.Code) {
	return map[string]func(*testing.T, call) ([]string, codes.Code){"grpc": f.explainedOverGRPC, "json": f.explainedOverHTTP}
}

// explainedOverGRPC also checks that a success has the values in its header, and an
// error in its trailer.
func (f *facade) explainedOverGRPC(t *testing.T, c call) ([]string, codes.Code) {
	t.Helper()
	response, err := newMessage(c.method.Output())
	if err != nil {
		t.Fatal(err)
	}
	var header, trailer metadata.MD
	ctx := metadata.AppendToOutgoingContext(t.Context(), "x-explain", "true")
	err = f.conn.Invoke(ctx, contract.FullMethod(c.method), c.request, response, grpc.Header(&header), grpc.Trailer(&trailer))
	with, without := header, trailer
	if err != nil {
		with, without = trailer, header
	}
	if others := without.Get(vendorCallHeader); len(others) > 0 {
		t.Errorf("grpc, %v: the other metadata has %q", err, others)
	}
	return with.Get(vendorCallHeader), grpcstatus.Code(err)
}

// explainedOverHTTP makes the call as JSON.
func (f *facade) explainedOverHTTP(t *testing.T, c call) ([]string, codes.Code) {
	t.Helper()
	way := jsonProtocol{f}
	c.headers = map[string]string{"X-Explain": "true"}
	request, err := way.request(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	response, err := f.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // the answer has been read
	var failed struct{ Code codes.Code }
	if response.StatusCode != http.StatusOK {
		err = json.NewDecoder(response.Body).Decode(&failed)
	}
	if err != nil {
		t.Fatal(err)
	}
	return response.Header.Values(vendorCallHeader), failed.Code
}

// milliseconds differ from call to call.
var milliseconds = regexp.MustCompile(`"ms":\d+,`)

// withoutTimes are the values with times of 0.
func withoutTimes(values []string) []string {
	plain := make([]string, len(values))
	for i, value := range values {
		plain[i] = milliseconds.ReplaceAllString(value, `"ms":0,`)
	}
	return plain
}

// explainRow is a call and what its caller is told that the vendors were sent.
type explainRow struct {
	vendor func(t *testing.T) http.Handler
	flags  []string
	rpc    string
	fields map[string]any
	code   codes.Code
	want   []string
}

const readPath = "/rest/sip/connection/" + someConnection

// told is a value of the header for a call to OpenTACT.
func told(operation, method, path, body string, status, attempt int) string {
	quoted, _ := json.Marshal(body) // a string can always be encoded
	return fmt.Sprintf(`{"vendor":"opentact","operation":%q,"method":%q,"path":%q,"query":"","body":%s,"status":%d,"ms":0,"attempt":%d}`,
		operation, method, path, quoted, status, attempt)
}

func explainRows() map[string]explainRow {
	read, create := actions()[0], actions()[1]
	scripted := func(handler http.HandlerFunc) func(*testing.T) http.Handler {
		return func(*testing.T) http.Handler { return handler }
	}
	auth := told("Auth", "GET", "/rest/auth", "", 200, 1)
	get := func(status, attempt int) string {
		return told("GetSIPConnectionByUUID", "GET", readPath, "", status, attempt)
	}
	made := func(status, attempt int) string {
		return told("CreateSIPUserInvite", "POST", readPath+"/invites", `{"name":"Front desk"}`, status, attempt)
	}
	return map[string]explainRow{
		"login and call": {
			vendor: scripted(afterLogin(json200(good + "}"))), flags: loginFlags(), rpc: create.rpc, fields: create.request,
			want: []string{auth, made(200, 1)},
		},
		"login again": {
			vendor: func(*testing.T) http.Handler { return expiring() }, flags: loginFlags(), rpc: create.rpc, fields: create.request,
			want: []string{auth, made(401, 1), auth, made(200, 2)},
		},
		"login refused": {
			vendor: scripted(atLogin(refusal(401), json200(good))), flags: loginFlags(), rpc: read.rpc, fields: read.request, code: codes.Internal,
			want: []string{told("Auth", "GET", "/rest/auth", "", 401, 1)},
		},
		"failure": {
			vendor: scripted(refusal(404)), flags: []string{withToken()}, rpc: read.rpc, fields: read.request, code: codes.NotFound,
			want: []string{get(404, 1)},
		},
		"retries of a read": {
			vendor: func(*testing.T) http.Handler { return inTurn(resets, refusal(503), json200(good+"}")) }, flags: []string{withToken()},
			rpc: read.rpc, fields: read.request,
			want: []string{get(0, 1), get(503, 2), get(200, 3)},
		},
		"no answer": {
			vendor: func(t *testing.T) http.Handler { return hangs(t) }, flags: []string{withToken(), "--upstream-timeout=2s"},
			rpc: read.rpc, fields: read.request, code: codes.DeadlineExceeded,
			want: []string{get(0, 1)},
		},
		"no answer to a write": {
			vendor: func(t *testing.T) http.Handler { return hangs(t) }, flags: []string{withToken(), "--upstream-timeout=2s"},
			rpc: create.rpc, fields: create.request, code: codes.Unknown,
			want: []string{made(0, 1)},
		},
		"products of another generation": {
			vendor: scripted(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, vendorBase+"/sip/connection/") {
					page(404)(w, r)
					return
				}
				json200(`{"success":true,"payload":[]}`)(w, r)
			}),
			flags: []string{withToken()}, rpc: "SipConnectionService.ListSipConnectionProducts", fields: map[string]any{},
			want: []string{
				told("GetSIPConnectionProductsList", "GET", "/rest/sip/connection/product", "", 404, 1),
				told("GetSIPConnectionProductsList", "GET", "/rest/sip/product", "", 200, 1),
			},
		},
		"refused before the vendor is called": {
			vendor: scripted(json200(good)), flags: []string{withToken()}, rpc: read.rpc, fields: map[string]any{"uuid": "x"}, code: codes.InvalidArgument,
		},
	}
}

// inTurn answers one request after the other, and then always like the last one.
func inTurn(answers ...http.HandlerFunc) http.HandlerFunc {
	var requests atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		answers[min(int(requests.Add(1)), len(answers))-1](w, r)
	}
}

// TestExplain: through both protocols, callers that ask for it are told each exchange with
// the vendor.
func TestExplain(t *testing.T) {
	t.Parallel()
	for name, row := range explainRows() {
		for _, way := range []string{"grpc", "json"} {
			t.Run(name+" "+way, func(t *testing.T) {
				t.Parallel()
				f := startFacade(t, startVendor(t, row.vendor(t)).url(), row.flags...)
				got, code := f.explainedVia()[way](t, mustCall(t, row.rpc, row.fields))
				if diff := cmp.Diff(row.want, withoutTimes(got)); len(row.want)+len(got) > 0 && diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if code != row.code {
					t.Errorf("want %s, got %s", row.code, code)
				}
				if text := strings.Join(got, ""); strings.Contains(text, secretMark) {
					t.Errorf("a secret is shown: %s", text)
				}
			})
		}
	}
}

// TestExplainInfinity: forms are shown without passwords and PINs, and queries as they are
// sent.
func TestExplainInfinity(t *testing.T) {
	t.Parallel()
	user := map[string]any{"login": "ada.king", "password": "correct horse", "pin": "4711", "displayName": "Ada König", "extensionNumber": "0301"}
	create := map[string]any{"domainId": 1, "pbxUser": user}
	for _, way := range []string{"grpc", "json"} {
		f := startInfinity(t, newInfinity())
		made, code := f.explainedVia()[way](t, mustCall(t, "PbxConfigService.CreatePbxUser", create))
		want := []string{
			`{"vendor":"infinity","operation":"CreateSIPUser","method":"POST","path":"/config/v2/sip/domains/1/users","query":"",` +
				`"body":"user=ada.king&password=[redacted]&displayName=Ada+K%C3%B6nig&pin=[redacted]&extensionNumber=0301","status":201,"ms":0,"attempt":1}`,
			`{"vendor":"infinity","operation":"ReadSIPUser","method":"GET","path":"/config/v2/sip/domains/1/users/41","query":"","body":"","status":200,"ms":0,"attempt":1}`,
		}
		if diff := cmp.Diff(want, withoutTimes(made)); diff != "" || code != codes.OK {
			t.Errorf("%s: %s\n%s", way, code, diff)
		}
		list := map[string]any{"domainId": 1, "pageSize": 2, "filter": `pbx_device_name = "Zoë"`}
		listed, code := f.explainedVia()[way](t, mustCall(t, "PbxConfigService.ListPbxDevices", list))
		if code != codes.OK || len(listed) != 1 || !strings.Contains(listed[0], `"query":"filter%5B%5D=pbxDeviceName-eq-value-Zo%C3%AB&`) {
			t.Errorf("%s: %s %q", way, code, listed)
		}
	}
}

// TestExplainPlainText: a text beyond ASCII is escaped in the header, and read as it was.
func TestExplainPlainText(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, json200(good+"}")).url(), withToken())
	flow := "<Response><Say>Été 😀 " + strings.Repeat("ü", 900) + "</Say></Response>"
	execute := mustCall(t, "SipAppService.ExecuteCallFlow", map[string]any{"callUuid": someInvite, "callFlowXml": flow})
	for way, explained := range f.explainedVia() {
		values, _ := explained(t, execute)
		if len(values) == 0 {
			t.Errorf("%s: nothing is explained", way)
			continue
		}
		for _, c := range []byte(values[0]) {
			if c < ' ' || c > '~' {
				t.Errorf("%s: %q is not valid in a header", way, c)
			}
		}
		var told struct{ Body string }
		if err := json.Unmarshal([]byte(values[0]), &told); err != nil {
			t.Fatal(err)
		}
		_, xml, _ := strings.Cut(told.Body, "Content-Type: application/xml\r\n\r\n")
		if shown := strings.TrimSuffix(xml, "…"); shown == "" || shown == xml || !strings.HasPrefix(flow, shown) {
			t.Errorf("%s: the body is told as %q", way, told.Body)
		}
		if whole := len(strings.TrimSuffix(told.Body, "…")); whole > 1<<10 || whole < 1<<10-3 {
			t.Errorf("%s: %d bytes of the body are told", way, whole)
		}
	}
}

// TestExplainSmallClient: a client that accepts no more than 8 KiB of metadata gets the
// answer of a call with large requests and several attempts.
func TestExplainSmallClient(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, afterLogin(inTurn(refusal(401), refusal(503)))).url(), loginFlags()...)
	small, err := grpc.NewClient(f.server.Address("grpc"), grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithMaxHeaderListSize(8<<10))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = small.Close() }) // already broken if it fails
	settings := map[string]any{"otherSettings": map[string]any{"note": strings.Repeat("ü", 1000)}}
	update := map[string]any{"uuid": someConnection, "class4IngressTrunkSettings": settings, "class4EgressTrunkSettings": settings}
	values, code := (&facade{conn: small}).explainedOverGRPC(t, mustCall(t, "SipConnectionService.UpdateSipConnection", map[string]any{"sipConnection": update}))
	if code != codes.Unknown || len(values) != 5 {
		t.Errorf("%s with %d values: %q", code, len(values), values)
	}
}

// TestExplainTime: the time of an exchange is that until the vendor's answer.
func TestExplainTime(t *testing.T) {
	t.Parallel()
	const delay = 50 * time.Millisecond
	slow := func(w http.ResponseWriter, r *http.Request) {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		<-timer.C
		json200(good+"}")(w, r)
	}
	f := startFacade(t, startVendor(t, http.HandlerFunc(slow)).url(), withToken())
	values, _ := f.explainedOverHTTP(t, mustCall(t, actions()[0].rpc, actions()[0].request))
	var told struct{ MS int64 }
	if len(values) != 1 || json.Unmarshal([]byte(values[0]), &told) != nil || told.MS < delay.Milliseconds() {
		t.Errorf("told %q", values)
	}
}
