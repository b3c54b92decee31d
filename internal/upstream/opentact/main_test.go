package opentact

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Ids of the tests.
const (
	connectionID = "0d5f6c1e-6f0e-4c43-9d0a-5e8f4f4e0a01"
	inviteID     = "3b2f6a50-93f5-4a52-8d0c-0b1a2c3d4e5f"
	otherID      = "5e0c1c50-0000-4000-8000-00000000000a"
)

// answer is what the vendor says to one request.
type answer struct {
	status int
	body   string
	header http.Header
	err    error
}

func ok(body string) answer { return answer{status: http.StatusOK, body: body} }

// sent is one request as the vendor got it.
type sent struct {
	Method, Path, Body string
	header             http.Header
}

// vendor answers in place of OpenTACT and keeps what it was sent.
type vendor struct {
	reply func(r *http.Request, body string) answer

	mu   sync.Mutex
	seen []sent
}

// RoundTrip answers a request.
func (v *vendor) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	v.mu.Lock()
	v.seen = append(v.seen, sent{r.Method, r.URL.EscapedPath(), string(body), r.Header.Clone()})
	v.mu.Unlock()
	said := v.reply(r, string(body))
	if said.err != nil {
		return nil, said.err
	}
	if said.header == nil {
		said.header = http.Header{}
	}
	return &http.Response{StatusCode: said.status, Header: said.header, Body: io.NopCloser(strings.NewReader(said.body)), Request: r}, nil
}

// requests are those whose path ends so.
func (v *vendor) requests(suffix string) (found []sent) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, request := range v.seen {
		if strings.HasSuffix(request.Path, suffix) {
			found = append(found, request)
		}
	}
	return found
}

// always answers every request the same.
func always(said answer) *vendor {
	return &vendor{reply: func(*http.Request, string) answer { return said }}
}

// clientOf is a client of the vendor with a token of its own; change sets other
// options.
func clientOf(t testing.TB, v http.RoundTripper, change ...func(*Options)) *Client {
	t.Helper()
	base, err := url.Parse("https://vendor.example/rest")
	if err != nil {
		t.Fatal(err)
	}
	options := Options{
		Options: upstream.Options{BaseURL: base, Transport: v, Timeout: time.Minute, MaxBytes: 64 << 20},
		Token:   func() string { return "static-token" },
	}
	for _, c := range change {
		c(&options)
	}
	return New(options)
}

// failureOf is the *upstream.Error of a failed call.
func failureOf(t testing.TB, err error) *upstream.Error {
	t.Helper()
	var failure *upstream.Error
	if !errors.As(err, &failure) {
		t.Fatalf("not an upstream.Error: %v", err)
	}
	return failure
}

// row is the object of the tests.
type row struct {
	UUID string
	Name *string
	Port *int32
	Next *row
}

// rowMember reads one member of a row.
func rowMember(r *tolerant.Reader, name []byte, m *row) error {
	switch string(name) {
	case "uuid":
		return r.UUID("uuid", &m.UUID)
	case "name":
		return r.OptionalString("name", &m.Name)
	case "port":
		return r.OptionalInt32("port", &m.Port)
	case "account":
		return tolerant.One(r, "account", &m.Next, rowMember, rowOf)
	default:
		return r.Skip()
	}
}

func rowOf(text string) *row {
	uuid, ok := tolerant.CanonicalUUID(text)
	if !ok {
		return nil
	}
	return &row{UUID: uuid}
}

// without is the kind of rows that are refused if they have one of the members.
func without(foreign ...string) Kind[row] {
	return Kind[row]{
		Member: func(r *tolerant.Reader, name []byte, m *row) error {
			if slices.Contains(foreign, string(name)) {
				return &tolerant.ForeignError{Member: string(name)}
			}
			return rowMember(r, name, m)
		},
		Bare: rowOf,
	}
}

// The kinds of the tests.
var (
	ofConnections = without("tn", "tnorder", "login")
	ofLeases      = without("login")
)

// One call of each form.

func (c *Client) getConnection(ctx context.Context) (*row, error) {
	return Get(ctx, c, Connections.Get, ofConnections, connectionID)
}

func (c *Client) listConnections(ctx context.Context) (rows []*row, err error) {
	err = List(ctx, c, Connections.List, ofConnections, into(&rows))
	return rows, err
}

func (c *Client) createConnection(ctx context.Context, body Object) (*row, error) {
	return Write(ctx, c, Connections.Create, ofConnections, body)
}

func (c *Client) updateConnection(ctx context.Context, body Object) (*row, error) {
	return Write(ctx, c, Connections.Update, ofConnections, body, connectionID)
}

func (c *Client) listInvites(ctx context.Context) (rows []*row, err error) {
	err = List(ctx, c, Invites.List, ofConnections, into(&rows), connectionID)
	return rows, err
}

func (c *Client) getInvite(ctx context.Context, uuid string) (*row, error) {
	return Find(ctx, c, Invites.List, ofConnections, func(m *row) bool { return m.UUID == uuid }, connectionID)
}

func (c *Client) createInvite(ctx context.Context, body Object) (*row, error) {
	return Write(ctx, c, Invites.Create, ofConnections, body, connectionID)
}

func (c *Client) deleteInvite(ctx context.Context) error {
	return c.Remove(ctx, Invites.Delete, connectionID, inviteID)
}

func (c *Client) assignLeases(ctx context.Context, add, remove []string) ([]*row, error) {
	return Assign(ctx, c, AssignConnectionLeases, ofLeases, add, remove, connectionID)
}
