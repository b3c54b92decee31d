package opentact

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sipfacade/sipfacade/internal/upstream"
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

// unset lists the fields of a value that have their zero value, at any depth.
func unset(value reflect.Value, path string) (missing []string) {
	switch value.Kind() {
	case reflect.Pointer:
		if value.IsNil() {
			return []string{path}
		}
		return unset(value.Elem(), path)
	case reflect.Slice:
		if value.Len() == 0 {
			return []string{path}
		}
		return unset(value.Index(0), path+"[0]")
	case reflect.Struct:
		if _, isTime := value.Interface().(time.Time); isTime {
			break
		}
		for i := range value.NumField() {
			missing = append(missing, unset(value.Field(i), path+"."+value.Type().Field(i).Name)...)
		}
		return missing
	default:
	}
	if value.IsZero() {
		return []string{path}
	}
	return nil
}
