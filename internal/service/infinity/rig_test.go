package infinity

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sipfacade/sipfacade/internal/etag/etagtest"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// pbxVendor answers requests by "METHOD /path?query", or without the query, with a
// status and a body; everything else is 404. It keeps what it was asked.
type pbxVendor struct {
	answers map[string]pbxAnswer

	mu   sync.Mutex
	seen []string
}

type pbxAnswer struct {
	status   int
	body     string
	location string
}

// ok is an answer with rows.
func ok(body string) pbxAnswer { return pbxAnswer{status: http.StatusOK, body: body} }

func (v *pbxVendor) RoundTrip(r *http.Request) (*http.Response, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{}) // the request has left
	}
	route := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/sip/domains")
	query, err := url.QueryUnescape(r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	asked := route
	if query != "" {
		asked += "?" + query
	}
	answer, known := v.answers[asked]
	if !known {
		answer, known = v.answers[route]
	}
	if !known {
		answer = pbxAnswer{status: http.StatusNotFound, body: `"not found"`}
	}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		form, err := url.QueryUnescape(string(body))
		if err != nil {
			return nil, err
		}
		asked += " " + form
	}
	v.seen = append(v.seen, asked)
	header := http.Header{}
	if answer.location != "" {
		header.Set("Location", answer.location)
	}
	return &http.Response{StatusCode: answer.status, Header: header, Body: io.NopCloser(strings.NewReader(answer.body)), Request: r}, nil
}

// misreads are what the client was told could not be read, "operation member".
type misreads struct {
	mu   sync.Mutex
	told []string
}

// note keeps what could not be read, in the order of the names.
func (m *misreads) note(f upstream.Finding) {
	if f.Difference == tolerant.UnknownMember {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.told = append(m.told, f.Operation+" "+f.Member)
	slices.Sort(m.told)
}

// pbxClient is a client over a transport.
func pbxClient(t testing.TB, transport http.RoundTripper, zone *time.Location) (*infinity.Client, *misreads) {
	t.Helper()
	told := &misreads{}
	base, err := url.Parse("https://vendor.example")
	if err != nil {
		t.Fatal(err)
	}
	return infinity.New(infinity.Options{
		Options: upstream.Options{BaseURL: base, Transport: transport, Timeout: time.Minute, MaxBytes: 64 << 20, Found: told.note},
		Zone:    zone,
		APIKey:  func() string { return "k" },
	}), told
}

// pbxService is the service over a vendor with these answers.
func pbxService(t testing.TB, answers map[string]pbxAnswer) (*PbxConfigService, *pbxVendor) {
	t.Helper()
	vendor := &pbxVendor{answers: answers}
	client, _ := pbxClient(t, vendor, time.UTC)
	return NewPbxConfigService(backendOf(t, client)), vendor
}

func pbxTokens(t testing.TB) *list.Tokens {
	t.Helper()
	tokens, err := list.NewTokens([]byte("a key for tests"))
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// said and stated are members of a row: a JSON string, and any other value.
func said(name, text string) infinity.Member {
	return infinity.Member{Name: name, Value: infinity.Value{Kind: '"', Text: text}}
}

func stated(name, json string) infinity.Member {
	kind := json[0]
	if kind >= '0' && kind <= '9' {
		kind = '0'
	}
	return infinity.Member{Name: name, Value: infinity.Value{Kind: kind, Text: json}}
}

func backendOf(t testing.TB, client *infinity.Client) Backend {
	t.Helper()
	return Backend{Vendor: client, Tokens: func(context.Context) *list.Tokens { return pbxTokens(t) }, Etags: etagtest.NewMaker(t)}
}
