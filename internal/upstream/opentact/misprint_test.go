package opentact

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// The tests below are named after the rows of docs/upstreams.md in which the vendor's
// documents differ from each other or from what is sent. Those of what objects hold are
// beside the decoders, in internal/service/opentact.

func TestMisprint01And02SendsOnlyXAuthToken(t *testing.T) {
	t.Parallel()
	v := always(ok(`{"success":true,"payload":[]}`))
	if _, err := clientOf(t, v).listConnections(t.Context()); err != nil {
		t.Fatal(err)
	}
	header := v.seen[0].header
	if header.Get("X-Auth-Token") != "static-token" || header.Get("X.Auth-Token") != "" || header.Get("Authorization") != "" {
		t.Errorf("sent %v", header)
	}
}

func TestMisprint17DeleteAnswersUsers(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{
		`[{"uuid":"` + otherID + `","login":"desk1","ha1":"secret"}]`, `{"uuid":"` + inviteID + `"}`, `[]`, `null`, `"` + inviteID + `"`, `true`,
	} {
		v := always(ok(`{"success":true,"payload":` + payload + `}`))
		if err := clientOf(t, v).deleteInvite(t.Context()); err != nil {
			t.Errorf("%s: %v", payload, err)
		}
		if got := v.seen[0]; got.Method != http.MethodDelete || got.Path != "/rest/sip/connection/"+connectionID+"/invites/"+inviteID || got.Body != "" {
			t.Errorf("sent %+v", got)
		}
	}
}

func TestMisprint19AssignSendsArrays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		add, remove []string
		want        string
	}{
		{[]string{inviteID}, nil, `{"add":["` + inviteID + `"]}`},
		{nil, []string{otherID}, `{"remove":["` + otherID + `"]}`},
		{[]string{inviteID, connectionID}, []string{otherID}, `{"add":["` + inviteID + `","` + connectionID + `"],"remove":["` + otherID + `"]}`},
	} {
		v := always(ok(`{"success":true,"payload":[]}`))
		if _, err := clientOf(t, v).assignLeases(t.Context(), c.add, c.remove); err != nil {
			t.Fatal(err)
		}
		if got := v.seen[0]; got.Body != c.want || got.Path != "/rest/sip/connection/"+connectionID+"/tnlease" {
			t.Errorf("sent %+v, want %s", got, c.want)
		}
	}
}

func TestMisprint24AssignAnswersUUIDs(t *testing.T) {
	t.Parallel()
	for name, payload := range map[string]string{
		"generation 3": `["` + strings.ToUpper(inviteID) + `","` + otherID + `"]`,
		"generation 1": `[{"uuid":"` + inviteID + `","sip_connection":{},"account":{}},{"uuid":"` + otherID + `"}]`,
		"mixed":        `["` + inviteID + `",{"uuid":"` + otherID + `"}]`,
	} {
		got, err := clientOf(t, always(ok(`{"success":true,"payload":`+payload+`}`))).assignLeases(t.Context(), []string{inviteID}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]*row{{UUID: inviteID}, {UUID: otherID}}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestMisprint26CreateConnectionHasNoUUIDInItsPath(t *testing.T) {
	t.Parallel()
	v := always(answer{status: http.StatusCreated, body: `{"success":true,"payload":{"uuid":"` + connectionID + `"}}`})
	created, err := clientOf(t, v).createConnection(t.Context(), Object{{"name", "HQ"}})
	if err != nil || created.UUID != connectionID {
		t.Fatalf("%+v, %v", created, err)
	}
	if got := v.seen[0]; got.Method != http.MethodPost || got.Path != "/rest/sip/connection" || got.Body != `{"name":"HQ"}` {
		t.Errorf("sent %+v", got)
	}
}

func TestMisprint27ProductsMoved(t *testing.T) {
	t.Parallel()
	const products = `{"success":true,"payload":[{"port":3,"name":"Standard"}]}`
	for name, c := range map[string]struct {
		old      answer
		requests int
		kind     upstream.Kind
		good     bool
	}{
		"there":              {old: ok(products), requests: 1, good: true},
		"vendor's 404":       {old: answer{status: 404, body: `{"success":false,"status":404}`}, requests: 2, good: true},
		"a proxy's 404":      {old: answer{status: 404, body: `<html>`}, requests: 2, good: true},
		"404 in a 200":       {old: ok(`{"success":false,"status":404}`), requests: 2, good: true},
		"another refusal":    {old: answer{status: 400, body: `{"success":false}`}, requests: 1, kind: upstream.KindStatus},
		"failure":            {old: answer{status: 501}, requests: 1, kind: upstream.KindStatus},
		"a connection there": {old: ok(`{"success":true,"payload":{"tn":1}}`), requests: 1, kind: upstream.KindBadResponse},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := &vendor{reply: func(r *http.Request, _ string) answer {
				if strings.HasSuffix(r.URL.Path, "/sip/connection/product") {
					return c.old
				}
				return ok(products)
			}}
			var got []*row
			err := ListProducts(t.Context(), clientOf(t, v), ofConnections, into(&got))
			if len(v.seen) != c.requests || v.seen[0].Path != "/rest/sip/connection/product" {
				t.Errorf("sent %+v", v.seen)
			}
			if c.good {
				if err != nil || len(got) != 1 || *got[0].Port != 3 || v.seen[len(v.seen)-1].Path == "/rest/sip/product" != (c.requests == 2) {
					t.Errorf("%v, %v", got, err)
				}
				return
			}
			if failure := failureOf(t, err); failure.Kind != c.kind {
				t.Errorf("got %v", failure)
			}
		})
	}
}

func TestMisprint28PlainHTTPIsRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302} {
		v := always(answer{status: status, header: http.Header{"Location": {"https://vendor.example/rest/sip/connection"}}})
		_, err := clientOf(t, v).listConnections(t.Context())
		if failure := failureOf(t, err); failure.Kind != upstream.KindRedirect || len(v.seen) != 1 {
			t.Errorf("%v after %d requests", failure, len(v.seen))
		}
	}
}

func TestMisprint30StatusZeroIsAPlaceholder(t *testing.T) {
	t.Parallel()
	_, err := clientOf(t, always(answer{status: 400, body: `{"success":false,"message":"string","status":0}`})).listConnections(t.Context())
	if failure := failureOf(t, err); failure.Status != 400 || failure.Kind != upstream.KindStatus || !failure.VendorForm {
		t.Errorf("got %v", failure)
	}
}

// TestGetInvite picks from the list, in any case of its answer.
func TestGetInvite(t *testing.T) {
	t.Parallel()
	c := clientOf(t, always(ok(`{"success":true,"payload":[`+rows(otherID, strings.ToUpper(inviteID))+`]}`)))
	found, err := c.getInvite(t.Context(), inviteID)
	if err != nil || found.UUID != inviteID {
		t.Errorf("%+v, %v", found, err)
	}
	_, err = c.getInvite(t.Context(), connectionID)
	if failure := failureOf(t, err); failure.Kind != upstream.KindNotListed || failure.Delivery() != "" {
		t.Errorf("got %v", failure)
	}
}

// TestRoutes: the table has every route once, each with its source, and templates
// that can be filled.
func TestRoutes(t *testing.T) {
	t.Parallel()
	methods := map[upstream.Action]string{
		upstream.Read: http.MethodGet, upstream.Create: http.MethodPost, upstream.Assign: http.MethodPost,
		upstream.Update: http.MethodPatch, upstream.Delete: http.MethodDelete,
	}
	seen := map[string]bool{}
	for _, route := range Routes() {
		key := route.Method + " " + route.Path
		if seen[key] || route.Operation == "" || route.Source == "" || !strings.HasPrefix(route.Path, "/") {
			t.Errorf("%s: %+v", key, route)
		}
		seen[key] = true
		if methods[route.Action] != route.Method && route.Operation != routeSearchLeases.Operation {
			t.Errorf("%s: action %d", key, route.Action)
		}
		parameters := make([]string, strings.Count(route.Path, "{"))
		for i := range parameters {
			parameters[i] = otherID
		}
		if path, err := route.Expand(parameters...); err != nil || strings.ContainsAny(path, "{}") {
			t.Errorf("%s: %q, %v", key, path, err)
		}
	}
}
