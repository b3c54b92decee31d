package upstream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDelivery is the whole table: every kind, sent or not, on every action.
func TestDelivery(t *testing.T) {
	t.Parallel()
	cases := []struct {
		kind   Kind
		status int
		sent   Delivery
	}{
		{KindStatus, 400, Rejected}, {KindStatus, 401, Rejected}, {KindStatus, 404, Rejected}, {KindStatus, 409, Rejected},
		{KindStatus, 429, Rejected}, {KindStatus, 499, Rejected}, {KindStatus, 500, Unknown}, {KindStatus, 504, Unknown},
		{KindRejected, 200, Rejected}, {KindRedirect, 301, Rejected}, {KindNotListed, 0, Rejected},
		{KindBadResponse, 200, Unknown}, {KindTruncated, 200, Unknown}, {KindReset, 0, Unknown}, {KindTimeout, 0, Unknown},
		{KindCallerDeadline, 0, Unknown}, {KindCallerCancelled, 0, Unknown},
		{KindUnreachable, 0, NotSent}, {KindCredentialMissing, 0, NotSent}, {KindCredentialRejected, 401, NotSent}, {KindCredentialUnset, 0, NotSent}, {KindInternal, 0, NotSent},
		{KindThrottled, 0, NotSent}, {KindChanged, 0, NotSent}, {KindTaken, 0, NotSent}, {KindSeveralParents, 0, NotSent}, {KindNoParent, 0, NotSent}, {KindUnclearParent, 0, NotSent}, {KindUnresolved, 0, Unknown}, {KindBreakerOpen, 0, NotSent},
		{KindSaturated, 0, Unknown}, {KindShuttingDown, 0, Unknown},
	}
	covered := map[Kind]bool{}
	for _, c := range cases {
		covered[c.kind] = true
		for action, route := range routes {
			for _, sent := range []bool{false, true} {
				want := map[bool]Delivery{true: c.sent, false: NotSent}[sent]
				if action == Read {
					want = ""
				}
				failure := &Error{Route: route, Kind: c.kind, Status: c.status, Sent: sent}
				if got := failure.Delivery(); got != want {
					t.Errorf("%s %d of %s, sent %t: %q, want %q", c.kind, c.status, route.Operation, sent, got, want)
				}
			}
		}
	}
	for kind := range kindNames {
		if !covered[kind] {
			t.Errorf("%s is not in the table", kind)
		}
	}
}

// TestKindNames: every kind has a name of its own, for metrics.
func TestKindNames(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for kind := KindStatus; kind <= KindInternal; kind++ {
		if kind.String() == "" || names[kind.String()] {
			t.Errorf("kind %d: %q", kind, kind.String())
		}
		names[kind.String()] = true
	}
	if len(names) != len(kindNames) {
		t.Errorf("%d names for %d kinds", len(names), len(kindNames))
	}
}

func TestActionClasses(t *testing.T) {
	t.Parallel()
	want := map[Action]Class{Read: Safe, Create: Once, Update: Idempotent, Delete: Idempotent, Assign: Once}
	for action, class := range want {
		if action.Class() != class {
			t.Errorf("action %d is of class %d, want %d", action, action.Class(), class)
		}
	}
}

// TestErrorText: the log's line of an error, also of one without a route.
func TestErrorText(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection reset")
	for want, failure := range map[string]*Error{
		"vendor GetThing: reset: connection reset":    {Vendor: "vendor", Route: routes[Read], Kind: KindReset, cause: cause},
		`vendor GetThing: status 404 "no such thing"`: {Vendor: "vendor", Route: routes[Read], Status: 404, Message: "no such thing"},
		"vendor call: credential_missing":             CredentialMissing("vendor"),
		"vendor GetThing: not_listed":                 NotListed("vendor", routes[Read]),
	} {
		if failure.Error() != want {
			t.Errorf("got %q, want %q", failure.Error(), want)
		}
		if failure.Delivery() != "" || failure.Write() {
			t.Errorf("%s is taken for a write", want)
		}
	}
}

func TestReclassify(t *testing.T) {
	t.Parallel()
	first := &Error{Vendor: "vendor", Route: routes[Create], Kind: KindStatus, Status: 401, Sent: true, Message: "no", cause: errors.New("inner")}
	second := first.Reclassify(KindCredentialRejected)
	if second.Kind != KindCredentialRejected || second.Status != 401 || second.Message != "no" || !second.Sent {
		t.Errorf("got %+v", second)
	}
	if !errors.Is(second, first) || first.Kind != KindStatus {
		t.Error("the first error is not kept as it was")
	}
}

// TestCallerCredentialCannotBePrinted: the secret is in the context, and in no text
// that is made of the context.
func TestCallerCredentialCannotBePrinted(t *testing.T) {
	t.Parallel()
	ctx := WithCallerCredential(context.Background(), "vendor", "s3cret")
	if got := CallerCredential(ctx, "vendor"); got != "s3cret" {
		t.Errorf("got %q", got)
	}
	if got := CallerCredential(ctx, "another"); got != "" {
		t.Errorf("another vendor got %q", got)
	}
	kept := ctx.Value(credentialKey{"vendor"})
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
		for _, value := range []any{ctx, kept} {
			if text := fmt.Sprintf(verb, value); strings.Contains(text, "s3cret") {
				t.Errorf("%s prints %s", verb, text)
			}
		}
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	one, two := "/sip/{uuid}", "/sip/{a}/invites/{b}"
	for _, c := range []struct {
		path       string
		parameters []string
		want       string
		wrong      string
	}{
		{path: "/sip", want: "/sip"},
		{path: one, parameters: []string{"u"}, want: "/sip/u"},
		{path: two, parameters: []string{"u", "v"}, want: "/sip/u/invites/v"},
		{path: one, parameters: []string{"a/b"}, want: "/sip/a%2Fb"},
		{path: one, parameters: []string{"../../auth"}, want: "/sip/..%2F..%2Fauth"},
		{path: one, parameters: []string{"..."}, want: "/sip/..."},
		{path: one, parameters: []string{"%2e%2e"}, want: "/sip/%252e%252e"},
		{path: one, parameters: []string{"50%"}, want: "/sip/50%25"},
		{path: one, parameters: []string{"a?b#c"}, want: "/sip/a%3Fb%23c"},
		{path: one, parameters: []string{"a b+c"}, want: "/sip/a%20b+c"},
		{path: one, parameters: []string{"été🙂"}, want: "/sip/%C3%A9t%C3%A9%F0%9F%99%82"},
		{path: two, parameters: []string{"{b}", "v"}, want: "/sip/%7Bb%7D/invites/v"},
		{path: one, parameters: []string{"a\r\nb"}, want: "/sip/a%0D%0Ab"},
		{path: one, parameters: []string{`a\b`}, want: "/sip/a%5Cb"},
		{path: one, parameters: []string{"."}, wrong: "cannot be a path segment"},
		{path: one, parameters: []string{".."}, wrong: "cannot be a path segment"},
		{path: one, parameters: []string{""}, wrong: "cannot be a path segment"},
		{path: one, wrong: "more than 0"},
		{path: one, parameters: []string{"u", "v"}, wrong: "fewer than 2"},
		{path: two, parameters: []string{"u"}, wrong: "more than 1"},
		{path: "/sip", parameters: []string{"u"}, wrong: "fewer than 1"},
	} {
		route := &Route{Operation: "Op", Method: http.MethodGet, Path: c.path}
		got, err := route.Expand(c.parameters...)
		switch {
		case c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)):
			t.Errorf("%s %q: error %v, want %q", c.path, c.parameters, err, c.wrong)
		case c.wrong == "" && (err != nil || got != c.want):
			t.Errorf("%s %q: %q, %v, want %q", c.path, c.parameters, got, err, c.want)
		}
	}
}

// FuzzExpand: whatever the parameter is, it is one segment that reads back as it
// was, below the route's own path.
func FuzzExpand(f *testing.F) {
	for _, seed := range []string{"", ".", "..", "a/b", "%2f", "\x00", "é", "\xff", "{x}", "?q=1#f"} {
		f.Add(seed)
	}
	route := &Route{Operation: "Op", Method: http.MethodGet, Path: "/sip/{a}/end"}
	f.Fuzz(func(t *testing.T, parameter string) {
		path, err := route.Expand(parameter)
		if err != nil {
			return
		}
		target, err := url.Parse("http://vendor.example/rest" + path)
		if err != nil {
			t.Fatal(err)
		}
		segments := strings.Split(target.EscapedPath(), "/")
		if len(segments) != 5 {
			t.Fatalf("%q has the segments %q", parameter, segments)
		}
		back, err := url.PathUnescape(segments[3])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(parameter, back); diff != "" || target.RawQuery != "" || target.Fragment != "" {
			t.Errorf("%s: %s", target, diff)
		}
	})
}
