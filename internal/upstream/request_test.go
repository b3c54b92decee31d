package upstream

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTarget: the URL of a call is what its text would be parsed to.
func TestTarget(t *testing.T) {
	t.Parallel()
	route := &Route{Operation: "Get", Method: http.MethodGet, Path: "/sip/app/{uuid}"}
	for _, base := range []string{"https://vendor.test/rest", "https://vendor.test", "http://u:p@127.0.0.1:80/a%2Fb/", "http://[::1]:1/%20"} {
		for _, parameter := range []string{"0a-1b", "a b", "a/b", "ä;,?#%", "+1@x:5060", "%2F"} {
			for _, query := range []string{"", "page=1&x=%20"} {
				call := &Call{Route: route, Parameters: []string{parameter}, Query: query}
				text := strings.TrimSuffix(base, "/") + "/sip/app/" + url.PathEscape(parameter)
				if query != "" {
					text += "?" + query
				}
				got, err := call.target(parsed(t, base))
				if err != nil {
					t.Fatal(err)
				}
				want := parsed(t, text)
				if got.String() != want.String() || got.Path != want.Path || got.RequestURI() != want.RequestURI() {
					t.Errorf("%s: got %s", text, got)
				}
			}
		}
	}
}

// parsed returns the URL of a text.
func parsed(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestNewRequest: a request is like that of http.NewRequest, but can only be sent again
// by the transport if a repeat does no harm.
func TestNewRequest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		action Action
		body   []byte
		again  bool
	}{
		"no body":          {Read, nil, false},
		"empty body":       {Create, []byte{}, false},
		"sent once":        {Create, []byte(`{"a":1}`), false},
		"may be repeated":  {Update, []byte(`{"a":1}`), true},
		"assigned, a body": {Assign, []byte("a=1"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call := &Call{
				Route: &Route{Method: http.MethodPut, Path: "/a", Action: c.action}, Body: c.body, ContentType: "application/json",
			}
			got, err := call.newRequest(t.Context(), parsed(t, "http://127.0.0.1:1/base"))
			if err != nil {
				t.Fatal(err)
			}
			var body io.Reader
			if c.body != nil {
				body = strings.NewReader(string(c.body))
			}
			want, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://127.0.0.1:1/base/a", body)
			if err != nil {
				t.Fatal(err)
			}
			want.Header = http.Header{"Accept": {"application/json"}, "User-Agent": {"sipfacade"}}
			if c.body != nil {
				want.Header.Set("Content-Type", "application/json")
			}
			if diff := cmp.Diff(written(t, want), written(t, got)); diff != "" {
				t.Error(diff)
			}
			if got.Host != want.Host || got.ContentLength != want.ContentLength || (got.GetBody != nil) != c.again {
				t.Errorf("host %q, length %d, can be sent again: %t", got.Host, got.ContentLength, got.GetBody != nil)
			}
		})
	}
}

// written returns what a request is on the wire.
func written(t *testing.T, request *http.Request) string {
	t.Helper()
	var text strings.Builder
	if err := request.Write(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}
