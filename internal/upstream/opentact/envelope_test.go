package opentact

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// operations are one call of each form; what they return is written as UUIDs, and
// "-" for nothing.
var operations = map[string]func(ctx context.Context, c *Client) (string, error){
	"get": func(ctx context.Context, c *Client) (string, error) {
		return single(c.getConnection(ctx))
	},
	"list": func(ctx context.Context, c *Client) (string, error) {
		return several(c.listInvites(ctx))
	},
	"create": func(ctx context.Context, c *Client) (string, error) {
		return single(c.createInvite(ctx, Object{{"name", "x"}}))
	},
	"update": func(ctx context.Context, c *Client) (string, error) {
		return single(c.updateConnection(ctx, Object{{"name", "x"}}))
	},
	"delete": func(ctx context.Context, c *Client) (string, error) {
		return "-", c.deleteInvite(ctx)
	},
	"assign": func(ctx context.Context, c *Client) (string, error) {
		return several(c.assignLeases(ctx, []string{otherID}, nil))
	},
}

func single(found *row, err error) (string, error) {
	if found == nil {
		return "-", err
	}
	return found.UUID, err
}

func several(found []*row, err error) (string, error) {
	if len(found) == 0 {
		return "-", err
	}
	uuids := make([]string, len(found))
	for i := range found {
		uuids[i] = found[i].UUID
	}
	return strings.Join(uuids, " "), err
}

// rows writes objects with these UUIDs, separated by commas.
func rows(uuids ...string) string {
	objects := make([]string, len(uuids))
	for i, uuid := range uuids {
		objects[i] = `{"uuid":"` + uuid + `","name":"n"}`
	}
	return strings.Join(objects, ",")
}

// TestEnvelopes: each form of answer to each form of call.
func TestEnvelopes(t *testing.T) {
	t.Parallel()
	a, b := inviteID, otherID
	both := a + " " + b
	none := map[string]string{}
	cases := map[string]struct {
		body string
		good map[string]string // what each operation returns
		kind upstream.Kind     // of the operations that are not in good
	}{
		"one object":                {`{"success":true,"payload":` + rows(a) + `}`, map[string]string{"get": a, "list": a, "create": a, "update": a, "delete": "-", "assign": a}, 0},
		"payload before success":    {`{"payload":` + rows(a) + `,"success":true}`, map[string]string{"get": a, "list": a, "create": a, "update": a, "delete": "-", "assign": a}, 0},
		"success as text":           {`{"success":"true","payload":` + rows(a) + `}`, map[string]string{"get": a, "list": a, "create": a, "update": a, "delete": "-", "assign": a}, 0},
		"success as a number":       {`{"success":1,"payload":` + rows(a) + `}`, map[string]string{"get": a, "list": a, "create": a, "update": a, "delete": "-", "assign": a}, 0},
		"unknown members around":    {` {"meta":{"a":[1]},"success":true,"x":null,"payload":` + rows(a) + `,"url":"u"} ` + "\n", map[string]string{"get": a, "list": a, "create": a, "update": a, "delete": "-", "assign": a}, 0},
		"an array of one":           {`{"success":true,"payload":[` + rows(a) + `]}`, map[string]string{"get": a, "list": a, "create": a, "update": a, "delete": "-", "assign": a}, 0},
		"an array of two":           {`{"success":true,"payload":[` + rows(a, b) + `]}`, map[string]string{"list": both, "delete": "-", "assign": both}, upstream.KindBadResponse},
		"two, then success":         {`{"payload":[` + rows(a, b) + `],"success":true}`, map[string]string{"list": both, "delete": "-", "assign": both}, upstream.KindBadResponse},
		"an empty array":            {`{"success":true,"payload":[]}`, map[string]string{"list": "-", "delete": "-", "assign": "-"}, upstream.KindBadResponse},
		"an array with gaps":        {`{"success":true,"payload":[null,{},` + rows(a) + `]}`, map[string]string{"get": a, "list": a, "create": a, "update": a, "delete": "-", "assign": a}, 0},
		"an empty object":           {`{"success":true,"payload":{}}`, map[string]string{"list": "-", "create": "-", "update": "-", "delete": "-", "assign": "-"}, upstream.KindBadResponse},
		"null":                      {`{"success":true,"payload":null}`, map[string]string{"list": "-", "create": "-", "update": "-", "delete": "-", "assign": "-"}, upstream.KindBadResponse},
		"no payload":                {`{"success":true}`, map[string]string{"create": "-", "update": "-", "delete": "-", "assign": "-"}, upstream.KindBadResponse},
		"an empty body":             {``, map[string]string{"create": "-", "update": "-", "delete": "-", "assign": "-"}, upstream.KindBadResponse},
		"white space":               {" \r\n\t", map[string]string{"create": "-", "update": "-", "delete": "-", "assign": "-"}, upstream.KindBadResponse},
		"a bare UUID":               {`{"success":true,"payload":"` + strings.ToUpper(a) + `"}`, map[string]string{"get": a, "create": a, "update": a, "delete": "-"}, upstream.KindBadResponse},
		"bare UUIDs":                {`{"success":true,"payload":["` + a + `","` + b + `"]}`, map[string]string{"list": both, "delete": "-", "assign": both}, upstream.KindBadResponse},
		"nothing that is known":     {`{"success":true,"payload":{"id":7,"result":{"uuid":"` + a + `"}}}`, map[string]string{"create": "-", "update": "-", "delete": "-"}, upstream.KindBadResponse},
		"a number":                  {`{"success":true,"payload":7}`, map[string]string{"delete": "-"}, upstream.KindBadResponse},
		"numbers":                   {`{"success":true,"payload":[1,2,3]}`, map[string]string{"delete": "-"}, upstream.KindBadResponse},
		"numbers, then success":     {`{"payload":[1,2,3],"success":true}`, map[string]string{"delete": "-"}, upstream.KindBadResponse},
		"nested arrays":             {`{"success":true,"payload":[[` + rows(a) + `]]}`, map[string]string{"delete": "-"}, upstream.KindBadResponse},
		"a search page":             {`{"success":true,"payload":{"take":100,"skip":0,"mode":"AND","order":{"name":"ASC"},"total":2,"data":[` + rows(a, b) + `]}}`, map[string]string{"list": both, "create": "-", "update": "-", "delete": "-", "assign": both}, upstream.KindBadResponse},
		"a search page, all of it":  {`{"success":true,"payload":{"data":[` + rows(a) + `]}}`, map[string]string{"list": a, "create": "-", "update": "-", "delete": "-", "assign": a}, upstream.KindBadResponse},
		"an empty search page":      {`{"success":true,"payload":{"take":100,"total":"0","data":[]}}`, map[string]string{"list": "-", "create": "-", "update": "-", "delete": "-", "assign": "-"}, upstream.KindBadResponse},
		"a part of a search page":   {`{"success":true,"payload":{"take":2,"skip":0,"total":3,"data":[` + rows(a, b) + `]}}`, map[string]string{"create": "-", "update": "-", "delete": "-"}, upstream.KindBadResponse},
		"total after the data":      {`{"success":true,"payload":{"data":[` + rows(a, b) + `],"total":3}}`, map[string]string{"create": "-", "update": "-", "delete": "-"}, upstream.KindBadResponse},
		"a later search page":       {`{"success":true,"payload":{"skip":2,"total":1,"data":[` + rows(a) + `]}}`, map[string]string{"create": "-", "update": "-", "delete": "-"}, upstream.KindBadResponse},
		"a search page of no data":  {`{"success":true,"payload":{"total":0,"data":null}}`, map[string]string{"list": "-", "create": "-", "update": "-", "delete": "-", "assign": "-"}, upstream.KindBadResponse},
		"a total of no data":        {`{"success":true,"payload":{"data":null,"total":7}}`, map[string]string{"create": "-", "update": "-", "delete": "-"}, upstream.KindBadResponse},
		"data of another kind":      {`{"success":true,"payload":{"data":` + rows(a) + `}}`, map[string]string{"create": "-", "update": "-", "delete": "-"}, upstream.KindBadResponse},
		"success missing":           {`{"payload":` + rows(a) + `}`, none, upstream.KindBadResponse},
		"success unclear":           {`{"success":"maybe","payload":` + rows(a) + `}`, none, upstream.KindBadResponse},
		"success null":              {`{"success":null,"payload":` + rows(a) + `}`, none, upstream.KindBadResponse},
		"a bare object":             {rows(a), none, upstream.KindBadResponse},
		"a bare array":              {`[` + rows(a) + `]`, none, upstream.KindBadResponse},
		"text":                      {`"done"`, none, upstream.KindBadResponse},
		"HTML":                      {`<html><body>Welcome</body></html>`, none, upstream.KindBadResponse},
		"trailing data":             {`{"success":true,"payload":` + rows(a) + `} x`, none, upstream.KindBadResponse},
		"two envelopes":             {`{"success":true,"payload":` + rows(a) + `}{"success":true}`, none, upstream.KindBadResponse},
		"truncated":                 {`{"success":true,"payload":` + rows(a), none, upstream.KindTruncated},
		"refusal":                   {`{"success":false,"message":"no","status":404}`, none, upstream.KindStatus},
		"refusal without status":    {`{"success":false,"message":"no"}`, none, upstream.KindRejected},
		"refusal with status 0":     {`{"success":false,"message":"no","status":0}`, none, upstream.KindRejected},
		"refusal as text":           {`{"success":"false","status":"404"}`, none, upstream.KindStatus},
		"refusal, odd payload":      {`{"payload":"gone","status":404,"success":false}`, none, upstream.KindStatus},
		"refusal, numbers":          {`{"payload":[1,2],"status":404,"success":false}`, none, upstream.KindStatus},
		"refusal, foreign payload":  {`{"payload":{"tn":{"tn":1},"tnorder":{}},"status":404,"success":false}`, none, upstream.KindStatus},
		"refusal, deep payload":     {`{"payload":` + strings.Repeat(`{"account":`, 60) + `{}` + strings.Repeat(`}`, 60) + `,"status":404,"success":false}`, none, upstream.KindStatus},
		"a status, no success":      {`{"message":"no","status":404}`, none, upstream.KindStatus},
		"a good status, no success": {`{"payload":` + rows(a) + `,"status":200}`, none, upstream.KindBadResponse},
		"refusal, partial page":     {`{"payload":{"total":5,"data":[]},"status":404,"success":false}`, none, upstream.KindStatus},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for operation, call := range operations {
				got, err := call(t.Context(), clientOf(t, always(ok(c.body))))
				want, good := c.good[operation]
				if confirmed := c.good["delete"] != ""; confirmed && !good && isWrite(operation) {
					want, good = "-", true // whatever the payload is
				}
				switch {
				case good && (err != nil || got != want):
					t.Errorf("%s: %q, %v, want %q", operation, got, err, want)
				case !good && err == nil:
					t.Errorf("%s: %q, want an error", operation, got)
				case !good:
					if failure := failureOf(t, err); failure.Kind != c.kind {
						t.Errorf("%s: %v, want %s", operation, failure, c.kind)
					}
				}
			}
		})
	}
}

// isWrite reports whether an operation of the tests changes something.
func isWrite(operation string) bool { return operation != "get" && operation != "list" }

// TestPartialPageSaysSo: the log says why a page is not taken for a list.
func TestPartialPageSaysSo(t *testing.T) {
	t.Parallel()
	_, err := clientOf(t, always(ok(`{"success":true,"payload":{"total":2,"data":[`+rows(inviteID)+`]}}`))).listConnections(t.Context())
	if !errors.Is(err, errPartialPage) {
		t.Errorf("got %v", err)
	}
}

// TestForeignShapes: an object of another kind is refused, wherever its give-away
// stands, and named in the log. As the answer of a write it says only that the vendor
// confirmed it.
func TestForeignShapes(t *testing.T) {
	t.Parallel()
	lease := `{"uuid":"` + otherID + `","tn":{"tn":12085687492},"tnorder":{}}`
	sipUser := `{"uuid":"` + otherID + `","login":"desk1","ha1":"x"}`
	for name, c := range map[string]struct {
		payload    string
		operations []string
		member     string
	}{
		"a lease for a connection":       {lease, []string{"get", "update"}, "tn"},
		"leases for connections":         {`[` + lease + `]`, []string{"get", "update", "list", "create"}, "tn"},
		"SIP users for invites":          {`[` + sipUser + `,` + sipUser + `]`, []string{"list", "create", "get"}, "login"},
		"a SIP user for a lease":         {sipUser, []string{"assign"}, "login"},
		"on a page":                      {`{"total":1,"data":[` + sipUser + `]}`, []string{"list", "assign"}, "login"},
		"after an element that is right": {`[` + rows(inviteID) + `,` + sipUser + `]`, []string{"list", "assign"}, "login"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, operation := range c.operations {
				got, err := operations[operation](t.Context(), clientOf(t, always(ok(`{"success":true,"payload":`+c.payload+`}`))))
				if isWrite(operation) {
					if got != "-" || err != nil {
						t.Errorf("%s: %q, %v", operation, got, err)
					}
					continue
				}
				var foreign *tolerant.ForeignError
				if failureOf(t, err).Kind != upstream.KindBadResponse || !errors.As(err, &foreign) || foreign.Member != c.member {
					t.Errorf("%s: %v", operation, err)
				}
			}
		})
	}
}

// TestRefusals: the vendor's error form on error statuses, of every generation.
func TestRefusals(t *testing.T) {
	t.Parallel()
	type refusal struct {
		Form    bool
		Message string
		Fields  []upstream.FieldError
	}
	for name, c := range map[string]struct {
		body string
		want refusal
	}{
		"generation 1":            {`{"success":false,"message":"SIP connection not found","status":404}`, refusal{true, "SIP connection not found", nil}},
		"status 0":                {`{"success":false,"message":"no","status":0}`, refusal{true, "no", nil}},
		"no message":              {`{"success":false}`, refusal{true, "", nil}},
		"success as text":         {`{"success":"false","message":"no"}`, refusal{true, "no", nil}},
		"message of another kind": {`{"success":false,"message":{"text":"no"}}`, refusal{true, "", nil}},
		"control characters":      {`{"success":false,"message":"line one\r\nline\u0000two\u001b[0m"}`, refusal{true, "line one  line two [0m", nil}},
		"long":                    {`{"success":false,"message":"` + strings.Repeat("é", 200) + `"}`, refusal{true, strings.Repeat("é", 128), nil}},
		"generation 3": {`{"success":false,"message":"Validation Failed","status":400,"meta":"x","fields":{
			"requestBody.name":{"message":"minLength 3","value":"s3cret"},"params.expired_on":{"value":1,"message":"invalid\ndate"},"z":{}}}`,
			refusal{true, "Validation Failed", []upstream.FieldError{{Name: "params.expired_on", Message: "invalid date"}, {Name: "requestBody.name", Message: "minLength 3"}, {Name: "z"}}}},
		"fields of another kind": {`{"success":false,"fields":["name"],"message":"no"}`, refusal{true, "no", nil}},
		"fields as texts": {`{"success":false,"fields":{"name":"too short","ip":{"message":["bad",null,"odd"]},"port":["a",7],"x":1,"z":[]},"message":"no"}`,
			refusal{true, "no", []upstream.FieldError{{Name: "ip", Message: "bad; odd"}, {Name: "name", Message: "too short"}, {Name: "port", Message: "a; 7"}, {Name: "z"}}}},
		"messages":              {`{"success":false,"message":["first","",{"text":"no"},"second"]}`, refusal{true, "first; second", nil}},
		"no messages":           {`{"success":false,"message":[]}`, refusal{true, "", nil}},
		"with a payload":        {`{"payload":[{"a":1}],"success":false,"message":"no"}`, refusal{true, "no", nil}},
		"cut after the message": {`{"success":false,"message":"no","meta":"` + strings.Repeat("x", 70_000) + `"}`, refusal{true, "no", nil}},
		"success":               {`{"success":true,"payload":{}}`, refusal{}},
		"another form":          {`{"error":"not found"}`, refusal{}},
		"message alone":         {`{"message":"not found","status":404}`, refusal{}},
		"HTML":                  {`<html><h1>404</h1></html>`, refusal{}},
		"text":                  {`"not found"`, refusal{}},
		"empty":                 {``, refusal{}},
		"array":                 {`[{"success":false}]`, refusal{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := clientOf(t, always(answer{status: 404, body: c.body})).getConnection(t.Context())
			failure := failureOf(t, err)
			got := refusal{failure.VendorForm, failure.Message, failure.Fields}
			if len(got.Fields) == 0 {
				got.Fields = nil
			}
			if diff := cmp.Diff(c.want, got); diff != "" || failure.Status != 404 || failure.Kind != upstream.KindStatus {
				t.Errorf("%v: %s", failure, diff)
			}
			if strings.Contains(failure.Error(), "s3cret") {
				t.Errorf("the value that was refused is in %q", failure.Error())
			}
		})
	}
}

// TestTruncatedAnswers: an answer cut at any byte is an error of the right kind, and
// never a shorter result.
func TestTruncatedAnswers(t *testing.T) {
	t.Parallel()
	body := `{"success":true,"payload":[` + rows(inviteID, otherID) + `,{"account":{"uuid":"` + otherID + `"},"x":[1]}],"message":""}`
	for end := 1; end < len(body); end++ {
		for _, operation := range []string{"list", "delete", "assign"} {
			if operation != "assign" && end%50 != 0 {
				continue // these are tried again, after a pause
			}
			got, err := operations[operation](t.Context(), clientOf(t, always(ok(body[:end]))))
			if err == nil {
				t.Fatalf("%s of %q: %q", operation, body[:end], got)
			}
			if failure := failureOf(t, err); failure.Kind != upstream.KindTruncated {
				t.Errorf("%s of %q: %v", operation, body[:end], failure)
			}
		}
	}
}

// TestMisreadsAreReported: by operation and member, also if the call fails.
func TestMisreadsAreReported(t *testing.T) {
	t.Parallel()
	got := map[string]int{}
	note := func(o *Options) {
		o.Found = func(f upstream.Finding) { got[f.Operation+" "+f.Member] += f.Count }
	}
	c := clientOf(t, always(ok(`{"success":true,"payload":{"uuid":"`+connectionID+`","port":"many","name":{"a":1},"account":"none"}}`)), note)
	connection, err := c.getConnection(t.Context())
	if err != nil || connection.Port != nil || connection.Next != nil {
		t.Errorf("%+v, %v", connection, err)
	}
	want := map[string]int{
		"GetSIPConnectionByUUID port": 1, "GetSIPConnectionByUUID name": 1, "GetSIPConnectionByUUID account": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestEmptyBody tells an empty body from a broken one.
func TestEmptyBody(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{"": true, " \n": true, "{}": false, "x": false} {
		r := tolerant.NewReader(strings.NewReader(body))
		if got := emptyBody(r); got != want {
			t.Errorf("%q: %t", body, got)
		}
		r.Release()
	}
	broken := tolerant.NewReader(io.MultiReader(bytes.NewReader(nil), brokenReader{}))
	defer broken.Release()
	if emptyBody(broken) {
		t.Error("a broken body is taken for an empty one")
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("reset") }
