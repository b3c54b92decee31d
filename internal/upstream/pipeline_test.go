package upstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/test/closedport"
)

// everyAction runs a test for each action.
func everyAction(t *testing.T, test func(t *testing.T, action Action)) {
	t.Helper()
	for action, route := range routes {
		t.Run(route.Operation, func(t *testing.T) {
			t.Parallel()
			test(t, action)
		})
	}
}

// TestAnswerDecidesKind: what the server sends decides how the call failed and what
// became of a write.
func TestAnswerDecidesKind(t *testing.T) {
	t.Parallel()
	head := "HTTP/1.1 200 OK\r\n"
	cases := map[string]struct {
		answer   string
		kind     Kind
		status   int
		form     bool
		delivery Delivery
		message  string
	}{
		"400":                     {answer: "HTTP/1.1 400 Bad\r\nContent-Length: 17\r\n\r\n{\"message\":\"bad\"}", kind: KindStatus, status: 400, form: true, delivery: Rejected, message: "bad"},
		"401":                     {answer: "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", kind: KindStatus, status: 401, delivery: Rejected},
		"404, a proxy's":          {answer: "HTTP/1.1 404 No\r\nContent-Length: 6\r\n\r\n<html>", kind: KindStatus, status: 404, delivery: Rejected},
		"429":                     {answer: "HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n", kind: KindStatus, status: 429, delivery: Rejected},
		"499":                     {answer: "HTTP/1.1 499 Odd\r\nContent-Length: 0\r\n\r\n", kind: KindStatus, status: 499, delivery: Rejected},
		"500":                     {answer: "HTTP/1.1 500 Oh\r\nContent-Length: 16\r\n\r\n{\"message\":\"oh\"}", kind: KindStatus, status: 500, form: true, delivery: Unknown, message: "oh"},
		"503, cut body":           {answer: "HTTP/1.1 503 Oh\r\nContent-Length: 99\r\n\r\n{\"message\":", kind: KindStatus, status: 503, delivery: Unknown},
		"599":                     {answer: "HTTP/1.1 599 Oh\r\nContent-Length: 0\r\n\r\n", kind: KindStatus, status: 599, delivery: Unknown},
		"301":                     {answer: "HTTP/1.1 301 Moved\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", kind: KindRedirect, status: 301, delivery: Rejected},
		"304":                     {answer: "HTTP/1.1 304 Same\r\n\r\n", kind: KindRedirect, status: 304, delivery: Rejected},
		"307":                     {answer: "HTTP/1.1 307 Moved\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", kind: KindRedirect, status: 307, delivery: Rejected},
		"101":                     {answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", kind: KindBadResponse, status: 101, delivery: Unknown},
		"206":                     {answer: "HTTP/1.1 206 Part\r\nContent-Length: 2\r\n\r\n{}", kind: KindBadResponse, status: 206, delivery: Unknown},
		"200 html":                {answer: head + "Content-Length: 6\r\n\r\n<html>", kind: KindBadResponse, status: 200, delivery: Unknown},
		"200 refusal":             {answer: head + "Content-Length: 17\r\n\r\n{\"success\":false}", kind: KindRejected, status: 200, delivery: Rejected, message: "no"},
		"200 refusal with status": {answer: head + "Content-Length: 30\r\n\r\n{\"success\":false,\"status\":409}", kind: KindStatus, status: 409, form: true, delivery: Rejected, message: "no"},
		"200 refusal with 5xx":    {answer: head + "Content-Length: 30\r\n\r\n{\"success\":false,\"status\":500}", kind: KindStatus, status: 500, form: true, delivery: Unknown, message: "no"},
		"200 refusal with 200":    {answer: head + "Content-Length: 30\r\n\r\n{\"success\":false,\"status\":200}", kind: KindRejected, status: 200, delivery: Rejected, message: "no"},
		"200 refusal with 600":    {answer: head + "Content-Length: 30\r\n\r\n{\"success\":false,\"status\":600}", kind: KindRejected, status: 200, delivery: Rejected, message: "no"},
		"200 short of its length": {answer: head + "Content-Length: 99\r\n\r\n{\"a\":", kind: KindTruncated, status: 200, delivery: Unknown},
		"200 whole object, short": {answer: head + "Content-Length: 99\r\n\r\n{\"a\":1", kind: KindTruncated, status: 200, delivery: Unknown},
		"200 cut chunk":           {answer: head + "Transfer-Encoding: chunked\r\n\r\n9\r\n{\"a\"", kind: KindTruncated, status: 200, delivery: Unknown},
		"200 no last chunk":       {answer: head + "Transfer-Encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n", kind: KindTruncated, status: 200, delivery: Unknown},
		"200 until close, cut":    {answer: head + "\r\n{\"a\":", kind: KindTruncated, status: 200, delivery: Unknown},
		"200 bad chunk":           {answer: head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", kind: KindTruncated, status: 200, delivery: Unknown},
		"no answer":               {answer: "", kind: KindReset, delivery: Unknown},
		"half a status line":      {answer: "HTTP/1.1 20", kind: KindReset, delivery: Unknown},
		"no HTTP":                 {answer: "SSH-2.0-OpenSSH_9.6\r\n", kind: KindReset, delivery: Unknown},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			everyAction(t, func(t *testing.T, action Action) {
				server := listen(t, answering(c.answer))
				failure := failureOf(t, pipelineTo(t, server.url, &plain{}).Do(t.Context(), callOf(action)))
				want := Error{Vendor: "vendor", Kind: c.kind, Status: c.status, VendorForm: c.form, Sent: true, Message: c.message}
				got := Error{Vendor: failure.Vendor, Kind: failure.Kind, Status: failure.Status, VendorForm: failure.VendorForm, Sent: failure.Sent, Message: failure.Message}
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(Error{})); diff != "" {
					t.Error(diff)
				}
				wanted := c.delivery
				if action == Read {
					wanted = ""
				}
				if failure.Delivery() != wanted || failure.Route != routes[action] {
					t.Errorf("delivery %q of %s, want %q", failure.Delivery(), failure.Operation(), wanted)
				}
			})
		})
	}
}

// TestUnsentKinds: if no byte of the call was sent, the error says so, whatever its kind.
func TestUnsentKinds(t *testing.T) {
	t.Parallel()
	closed := closedport.Address(t)
	secured := httptest.NewUnstartedServer(http.NotFoundHandler())
	secured.Config.ErrorLog = log.New(io.Discard, "", 0)
	secured.StartTLS()
	t.Cleanup(secured.Close)
	hanger := listen(t, func(_ *rawServer, _ net.Conn, _ int64) {})
	cancelled, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("a reason of the caller's own"))
	expired, stop := context.WithDeadline(context.Background(), time.Unix(1, 0))
	t.Cleanup(stop)
	otherLogin := func(failure *Error) *plain {
		return &plain{authorize: func(context.Context) error { return fmt.Errorf("log in: %w", failure) }}
	}
	cases := map[string]struct {
		ctx     context.Context
		base    string
		dialect *plain
		change  func(*Call)
		kind    Kind
		status  int
	}{
		"nobody listens":                {base: "http://" + closed, kind: KindUnreachable},
		"a certificate of another":      {base: secured.URL, kind: KindUnreachable},
		"TLS to a plain listener":       {base: strings.Replace(hanger.url, "http:", "https:", 1), kind: KindUnreachable},
		"a header that cannot be sent":  {base: hanger.url, dialect: &plain{token: "a\nb"}, kind: KindUnreachable},
		"cancelled before":              {ctx: cancelled, base: hanger.url, kind: KindCallerCancelled},
		"expired before":                {ctx: expired, base: hanger.url, kind: KindCallerDeadline},
		"credential missing":            {base: hanger.url, dialect: otherLogin(CredentialMissing("vendor")), kind: KindCredentialMissing},
		"login refused":                 {base: hanger.url, dialect: otherLogin(&Error{Route: routes[Read], Kind: KindCredentialRejected, Status: 401, Sent: true}), kind: KindCredentialRejected, status: 401},
		"login throttled":               {base: hanger.url, dialect: otherLogin(&Error{Route: routes[Read], Kind: KindStatus, Status: 429, Sent: true}), kind: KindStatus, status: 429},
		"login failed":                  {base: hanger.url, dialect: otherLogin(&Error{Route: routes[Read], Kind: KindStatus, Status: 503, Sent: true}), kind: KindStatus, status: 503},
		"login redirected":              {base: hanger.url, dialect: otherLogin(&Error{Route: routes[Read], Kind: KindRedirect, Status: 301, Sent: true}), kind: KindRedirect, status: 301},
		"login cut":                     {base: hanger.url, dialect: otherLogin(&Error{Route: routes[Read], Kind: KindTruncated, Status: 200, Sent: true}), kind: KindTruncated, status: 200},
		"login refused without a code":  {base: hanger.url, dialect: otherLogin(&Error{Route: routes[Read], Kind: KindRejected, Status: 200, Sent: true}), kind: KindRejected, status: 200},
		"too few parameters":            {base: hanger.url, change: func(c *Call) { c.Parameters = nil }, kind: KindInternal},
		"too many parameters":           {base: hanger.url, change: func(c *Call) { c.Parameters = []string{"1", "2"} }, kind: KindInternal},
		"a parameter out of the folder": {base: hanger.url, change: func(c *Call) { c.Parameters = []string{".."} }, kind: KindInternal},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			everyAction(t, func(t *testing.T, action Action) {
				dialect := c.dialect
				if dialect == nil {
					dialect = &plain{}
				}
				ctx := c.ctx
				if ctx == nil {
					ctx = t.Context()
				}
				call := callOf(action)
				if c.change != nil {
					c.change(call)
				}
				failure := failureOf(t, pipelineTo(t, c.base, dialect).Do(ctx, call))
				if failure.Kind != c.kind || failure.Sent || failure.Status != c.status || failure.Route != routes[action] {
					t.Errorf("got %s, sent %t, status %d (%v), want %s, not sent, %d", failure.Kind, failure.Sent, failure.Status, failure, c.kind, c.status)
				}
				if want := map[bool]Delivery{false: NotSent, true: ""}[action == Read]; failure.Delivery() != want {
					t.Errorf("delivery %q, want %q", failure.Delivery(), want)
				}
			})
		})
	}
}

// TestTLS: with the right certificate the same pipeline works over TLS, and counts
// what left below it.
func TestTLS(t *testing.T) {
	t.Parallel()
	secured := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(secured.Close)
	trusted := x509.NewCertPool()
	trusted.AddCert(secured.Certificate())
	transport := newTransport(t)
	transport.TLSClientConfig = &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}
	pipeline := pipelineTo(t, secured.URL, &plain{}, func(o *Options) { o.Transport = transport })
	if err := pipeline.Do(t.Context(), callOf(Read)); err != nil {
		t.Fatal(err)
	}
	failure := failureOf(t, pipeline.Do(t.Context(), callOf(Create)))
	if failure.Kind != KindReset || failure.Delivery() != Unknown {
		t.Errorf("got %s, %s, want a reset of unknown outcome", failure.Kind, failure.Delivery())
	}
}

// TestRequest: what the vendor gets.
func TestRequest(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body string
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		read, _ := io.ReadAll(r.Body)
		got, body = r, string(read)
		_, _ = io.WriteString(w, "{}")
	})
	call := callOf(Create)
	call.Parameters = []string{"a/b c"}
	if err := pipelineTo(t, server.URL+"/rest/", &plain{token: "t"}).Do(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"line": "POST /rest/things/a%2Fb%20c", "body": `{"name":"x"}`, "Accept": "application/json",
		"Content-Type": "application/json", "User-Agent": "sipfacade", "X-Token": "t", "Accept-Encoding": "", "Idempotency-Key": "",
	}
	had := map[string]string{"line": got.Method + " " + got.RequestURI, "body": body}
	for name := range want {
		if name != "line" && name != "body" {
			had[name] = got.Header.Get(name)
		}
	}
	if diff := cmp.Diff(want, had); diff != "" {
		t.Error(diff)
	}
}

// TestRedirectIsNotFollowed: no request and no credential reaches where a redirect
// points to.
func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			var reached atomic.Int64
			target := serve(t, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
			server := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, target.URL, status) })
			everyAction(t, func(t *testing.T, action Action) {
				failure := failureOf(t, pipelineTo(t, server.URL, &plain{token: "secret"}).Do(t.Context(), callOf(action)))
				if failure.Kind != KindRedirect || failure.Status != status {
					t.Errorf("got %v", failure)
				}
				if reached.Load() != 0 {
					t.Error("the redirect was followed")
				}
			})
		})
	}
}

// TestObserve: each attempt is observed once, with its outcome.
func TestObserve(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Token") == "old" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, "{}")
	})
	type seen struct {
		Vendor, Operation, Outcome string
		Status                     int
	}
	var observed []seen
	note := func(o *Options) {
		o.Observe = func(o Observation) {
			if o.Duration <= 0 {
				t.Errorf("took %s", o.Duration)
			}
			observed = append(observed, seen{o.Vendor, o.Route.Operation, o.Outcome, o.Status})
		}
	}
	if err := pipelineTo(t, server.URL, &plain{token: "old", renewed: []string{"new"}}, note).Do(t.Context(), callOf(Read)); err != nil {
		t.Fatal(err)
	}
	if err := pipelineTo(t, "http://"+closedport.Address(t), &plain{}, note).Do(t.Context(), callOf(Create)); err == nil {
		t.Fatal("no error")
	}
	want := []seen{
		{"vendor", "GetThing", "status", 401}, {"vendor", "GetThing", "ok", 200},
		{"vendor", "CreateThing", "unreachable", 0}, {"vendor", "CreateThing", "unreachable", 0},
	}
	if diff := cmp.Diff(want, observed); diff != "" {
		t.Error(diff)
	}
}

// BenchmarkDo is the cost of the pipeline itself, over a transport that answers at
// once.
func BenchmarkDo(b *testing.B) {
	pipeline := pipelineTo(b, "http://vendor.example/rest", &plain{token: "t"}, func(o *Options) {
		o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
		})
	})
	call := callOf(Create)
	call.Decode = func(_ int, _ http.Header, body io.Reader) error {
		_, err := io.Copy(io.Discard, body)
		return err
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := pipeline.Do(b.Context(), call); err != nil {
			b.Fatal(err)
		}
	}
}

// roundTripper is a transport in one function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
