package gateway

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/gateway/codec"
	"github.com/sipfacade/sipfacade/internal/limits"
	"github.com/sipfacade/sipfacade/internal/received"
)

func TestRequestsReachTheService(t *testing.T) {
	t.Parallel()
	expiry := timestamppb.New(time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC))
	cases := map[string]struct {
		method, target, body string
		want                 proto.Message
	}{
		"create": {
			http.MethodPost, invitesPath, `{"name":"Front desk","expireTime":"2027-01-02T03:04:05Z"}`,
			&sipfacadev1.CreateSipUserInviteRequest{SipConnectionUuid: connectionID,
				SipUserInvite: &sipfacadev1.SipUserInvite{Name: proto.String("Front desk"), ExpireTime: expiry}},
		},
		"create with both spellings": {
			http.MethodPost, invitesPath, `{"expire_time":"2027-01-02T03:04:05Z","name":"007"}`,
			&sipfacadev1.CreateSipUserInviteRequest{SipConnectionUuid: connectionID,
				SipUserInvite: &sipfacadev1.SipUserInvite{Name: proto.String("007"), ExpireTime: expiry}},
		},
		"create without a body": {
			http.MethodPost, invitesPath, "", &sipfacadev1.CreateSipUserInviteRequest{SipConnectionUuid: connectionID},
		},
		"create with white space": {
			http.MethodPost, invitesPath, " \n", &sipfacadev1.CreateSipUserInviteRequest{SipConnectionUuid: connectionID},
		},
		"get": {
			http.MethodGet, invitePath, "", &sipfacadev1.GetSipUserInviteRequest{SipConnectionUuid: connectionID, Uuid: inviteID},
		},
		"get with escapes": {
			http.MethodGet, "/v1/sip-connections/a%2Fb/invites/c%20d%2541%3Ax", "",
			&sipfacadev1.GetSipUserInviteRequest{SipConnectionUuid: "a/b", Uuid: "c d%41:x"},
		},
		"get with needless escapes": {
			http.MethodGet, "/%76%31/sip%2Dconnections/" + connectionID + "/invites/%61%62", "",
			&sipfacadev1.GetSipUserInviteRequest{SipConnectionUuid: connectionID, Uuid: "ab"},
		},
		"get with a colon": {
			http.MethodGet, invitesPath + "/a:b", "", &sipfacadev1.GetSipUserInviteRequest{SipConnectionUuid: connectionID, Uuid: "a:b"},
		},
		"delete": {
			http.MethodDelete, invitePath, "", &sipfacadev1.DeleteSipUserInviteRequest{SipConnectionUuid: connectionID, Uuid: inviteID},
		},
		"list": {
			http.MethodGet, invitesPath + "?page_size=5&pageToken=a%2Bb&filter=name%3D%22x%22&order_by=name+desc", "",
			&sipfacadev1.ListSipUserInvitesRequest{SipConnectionUuid: connectionID, PageSize: 5, PageToken: "a+b", Filter: `name="x"`, OrderBy: "name desc"},
		},
		"assign, body of the whole request": {
			http.MethodPost, "/v1/sip-connections/" + connectionID + "/tn-leases:assign", `{"addTnLeaseUuids":["x"],"removeTnLeaseUuids":null}`,
			&sipfacadev1.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: connectionID, AddTnLeaseUuids: []string{"x"}},
		},
		"assign with the id of the path in the body": {
			http.MethodPost, "/v1/sip-connections/" + connectionID + "/tn-leases:assign", `{"sipConnectionUuid":"` + connectionID + `"}`,
			&sipfacadev1.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: connectionID},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newFakeGateway(t)
			got := d.send(c.method, c.target, c.body)
			if got.Code != http.StatusOK {
				t.Fatalf("status %d: %s", got.Code, got.Body)
			}
			if diff := cmp.Diff(c.want, d.request, protocmp.Transform()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUpdateMask(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		query, body string
		want        []string
		absent      bool
	}{
		"values need no mask":        {body: `{"expireTime":"2027-01-02T03:04:05Z","name":"abc"}`, absent: true},
		"members in their order":     {body: `{"expireTime":null,"name":"abc"}`, want: []string{"expire_time", "name"}},
		"null clears":                {body: `{"name":"abc","expire_time":null}`, want: []string{"name", "expire_time"}},
		"the id is not changed":      {body: `{"uuid":"` + inviteID + `","name":null}`, want: []string{"name"}},
		"the id in capitals":         {body: `{"uuid":"` + strings.ToUpper(inviteID) + `","name":null}`, want: []string{"name"}},
		"the id as null":             {body: `{"uuid":null,"name":null}`, want: []string{"name"}},
		"only the id, as null":       {body: `{"uuid":null,"name":"abc"}`, absent: true},
		"empty object":               {body: `{}`, absent: true},
		"no body":                    {absent: true},
		"query, snake":               {query: "?update_mask=name,expire_time", body: `{"name":"abc"}`, want: []string{"name", "expire_time"}},
		"query, camel":               {query: "?updateMask=expireTime", body: `{"name":"abc"}`, want: []string{"expire_time"}},
		"query, everything":          {query: "?update_mask=*", body: `{"name":"abc"}`, want: []string{"*"}},
		"query, nested":              {query: "?update_mask=sipConnection.outboundVoiceProfileUuid", body: `{}`, want: []string{"sip_connection.outbound_voice_profile_uuid"}},
		"query, unknown names go by": {query: "?update_mask=nmae", body: `{}`, want: []string{"nmae"}},
		"query, capitals stay":       {query: "?update_mask=Name,NAME", body: `{}`, want: []string{"Name", "NAME"}},
		"query, given but empty":     {query: "?update_mask=", body: `{"name":"abc"}`},
		"query, empty, and null":     {query: "?update_mask=", body: `{"name":null}`, want: []string{"name"}},
		"output only is left out":    {body: `{"name":null,"createTime":"2027-01-02T03:04:05Z","token":"x"}`, want: []string{"name"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newFakeGateway(t)
			got := d.send(http.MethodPatch, invitePath+c.query, c.body)
			if got.Code != http.StatusOK {
				t.Fatalf("status %d: %s", got.Code, got.Body)
			}
			request, ok := d.request.(*sipfacadev1.UpdateSipUserInviteRequest)
			if !ok || !strings.EqualFold(request.GetSipUserInvite().GetUuid(), inviteID) {
				t.Fatalf("request %v", d.request)
			}
			var want *fieldmaskpb.FieldMask
			if !c.absent {
				want = &fieldmaskpb.FieldMask{Paths: c.want}
			}
			if diff := cmp.Diff(want, request.GetUpdateMask(), protocmp.Transform()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestInvalidRequests(t *testing.T) {
	t.Parallel()
	assign := "/v1/sip-connections/" + connectionID + "/tn-leases:assign"
	cases := map[string]struct {
		method, target, body string
		headers              []string
		want                 []string
	}{
		"unknown body field": {http.MethodPost, invitesPath, `{"nmae":"x"}`, nil,
			[]string{`nmae: unknown field "nmae"; did you mean "name"?`}},
		"wrong types": {http.MethodPost, invitesPath, `{"name":7,"expireTime":"tomorrow"}`, nil, []string{
			`name: want a string, got a number`,
			`expireTime: want a time by RFC 3339, for example "2026-01-02T15:04:05Z"`}},
		"whole request": {http.MethodPost, assign, `{"addTnLeaseUuids":[1],"x":2}`, nil, []string{
			`addTnLeaseUuids[0]: want a string, got a number`,
			`x: unknown field "x"; known: sipConnectionUuid, addTnLeaseUuids, removeTnLeaseUuids, requestId, validateOnly`}},
		"not an object": {http.MethodPost, assign, `[]`, nil, []string{`body: want an object, got an array`}},
		"not JSON":      {http.MethodPost, assign, `nothing`, nil, []string{`body: not valid JSON at 1:2: invalid character 'o' in literal null (expecting 'u')`}},
		"a form":        {http.MethodPost, assign, `name=x&port=1`, nil, []string{`body: not valid JSON at 1:2: invalid character 'a' in literal null (expecting 'u')`}},
		"not JSON in a field": {http.MethodPost, assign, `{"addTnLeaseUuids": nothing}`, nil, []string{
			`body: not valid JSON at 1:22: invalid character 'o' in literal null (expecting 'u')`}},
		"syntax": {http.MethodPost, invitesPath, "{\n \"name\" 7}", nil, []string{
			`body: not valid JSON at 2:9: invalid character '7' after object name (expecting ':')`}},
		"another id in the body": {http.MethodPatch, invitePath, `{"uuid":"` + connectionID + `","name":"abc"}`, nil,
			[]string{`uuid: differs from the value in the path`}},
		"another parent in the body": {http.MethodPost, assign, `{"sip_connection_uuid":"` + inviteID + `"}`, nil,
			[]string{`sip_connection_uuid: differs from the value in the path`}},
		"an empty id in the body": {http.MethodPatch, invitePath, `{"uuid":"","name":"abc"}`, nil,
			[]string{`uuid: differs from the value in the path`}},
		"an empty parent in the body": {http.MethodPost, assign, `{"sipConnectionUuid":""}`, nil,
			[]string{`sipConnectionUuid: differs from the value in the path`}},
		"false in the body, true in the query": {http.MethodPost, assign + "?validateOnly=true", `{"validateOnly":false}`, nil,
			[]string{`validateOnly: given twice, and not the same`}},
		"an empty request id in the query": {http.MethodPost, invitesPath + "?requestId=", `{}`, nil, []string{`requestId: is empty`}},
		"an empty request id in the query beside the header": {http.MethodPost, invitesPath + "?request_id=", `{}`,
			[]string{"Idempotency-Key: 3c5a1a2e-0000"}, []string{`request_id: is empty`}},
		"an empty request id in the body": {http.MethodPost, assign, `{"requestId":""}`, nil, []string{`requestId: is empty`}},
		"a request id of another type":    {http.MethodPost, assign, `{"requestId":7}`, nil, []string{`requestId: want a string, got a number`}},
		"an empty etag in the query":      {http.MethodDelete, invitePath + "?etag=", "", nil, []string{`etag: is empty`}},
		"an empty etag in the body":       {http.MethodPatch, invitePath, `{"name":"abc","etag":""}`, nil, []string{`etag: is empty`}},
		"everything at once": {http.MethodPatch, invitePath + "?update_msk=name", `{"nam":"x","name":1}`,
			[]string{"Grpc-Timeout: soon"}, []string{
				`update_msk: unknown query parameter "update_msk"; did you mean "update_mask"?`,
				`grpc-timeout: want up to 8 digits and a unit of H, M, S, m, u or n, for example 30S`,
				`nam: unknown field "nam"; did you mean "name"?`,
				`name: want a string, got a number`,
			}},
		"query": {http.MethodGet, invitesPath + "?page_size=many&pagetoken=x&filter=a&filter=b&zzzzzzzz=1&order_by=%zz", "", nil, []string{
			`page_size: want a whole number from 0 to 2147483647`,
			`pagetoken: unknown query parameter "pagetoken"; did you mean "pageToken"?`,
			`filter: given twice`,
			`zzzzzzzz: unknown query parameter "zzzzzzzz"; known: pageSize, pageToken, filter, orderBy, sipDomain`,
			`query: order_by=%zz is not escaped correctly`,
		}},
		"query in both spellings": {http.MethodGet, invitesPath + "?page_size=1&pageSize=2", "", nil, []string{`page_size: given twice`}},
		"query on a call without one": {http.MethodGet, "/v1/sip-connections/" + connectionID + "?uuid=x", "", nil,
			[]string{`uuid: unknown query parameter "uuid"; this call takes none`}},
		"query beside a body of the whole request": {http.MethodPost, assign + "?add=x", `{}`, nil,
			[]string{`add: unknown query parameter "add"; known: requestId, validateOnly`}},
		"bad mask": {http.MethodPatch, invitePath + "?update_mask=a%20b", `{}`, nil,
			[]string{`update_mask: want field names separated by commas, for example "name,expireTime", or "*"`}},
		"text": {http.MethodPost, invitesPath, `name=x`, []string{"Content-Type: text/plain"},
			[]string{`content-type: want application/json`}},
		"GET with a body":    {http.MethodGet, invitePath, `{}`, nil, []string{`body: this call takes no body`}},
		"DELETE with a body": {http.MethodDelete, invitePath, `{}`, nil, []string{`body: this call takes no body`}},
		"timeout without a unit": {http.MethodGet, invitePath, "", []string{"Grpc-Timeout: 5"},
			[]string{`grpc-timeout: want up to 8 digits and a unit of H, M, S, m, u or n, for example 30S`}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newFakeGateway(t)
			got := d.send(c.method, c.target, c.body, c.headers...)
			read := readAnswer(t, got)
			if got.Code != http.StatusBadRequest || read.Code != int(codes.InvalidArgument) || read.reason() != "REQUEST_INVALID" {
				t.Errorf("status %d, %+v", got.Code, read)
			}
			if diff := cmp.Diff(c.want, read.violations()); diff != "" {
				t.Error(diff)
			}
			if d.request != nil {
				t.Error("the service was called")
			}
		})
	}
}

func TestTooManyViolationsStop(t *testing.T) {
	t.Parallel()
	var query strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&query, "&wrong%d=1", i)
	}
	got := newFakeGateway(t).send(http.MethodGet, invitesPath+"?"+query.String(), "")
	read := readAnswer(t, got)
	if found := read.violations(); len(found) > limits.MaxViolations || !strings.HasSuffix(found[len(found)-1], "more problems") {
		t.Errorf("%d violations, the last %s", len(found), found[len(found)-1])
	}
}

// TestLongMaskInQuery: a mask with too many paths breaks the same rule as over gRPC.
func TestLongMaskInQuery(t *testing.T) {
	t.Parallel()
	got := newFakeGateway(t).send(http.MethodPatch, invitePath+"?updateMask="+strings.Repeat("name,", limits.MaxMaskPaths)+"name", `{}`)
	if read := readAnswer(t, got); !slices.Contains(read.violations(), "updateMask: "+limits.TooManyMaskPaths) || !strings.Contains(got.Body.String(), `"TOO_MUCH"`) {
		t.Errorf("%s", got.Body)
	}
}

// FuzzQuery checks that what the query reader accepts means the same to net/url.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"page_size=5", "pageToken=a%2Bb&filter=x+y", "filter=a&filter=b", "&&=", "%zz", "order_by=a;b", "page_size=0x1"} {
		f.Add(seed)
	}
	routes, err := routesOf(jsonServices(), codec.New())
	if err != nil {
		f.Fatal(err)
	}
	list := routes["sipfacade.v1.SipConnectionService"][1]
	f.Fuzz(func(t *testing.T, raw string) {
		in := &received.Request{Call: list.Call}
		list.readQuery(in, raw)
		request := &sipfacadev1.ListSipUserInvitesRequest{}
		if in.MergeInto(request.ProtoReflect()); len(in.Violations) > 0 {
			return
		}
		values, err := url.ParseQuery(raw)
		if err != nil { // net/url refuses semicolons
			return
		}
		if got, want := request.GetFilter(), values.Get("filter"); got != want {
			t.Errorf("%q: filter %q, want %q", raw, got, want)
		}
		if got, want := request.GetPageToken(), values.Get("page_token")+values.Get("pageToken"); got != want {
			t.Errorf("%q: page token %q, want %q", raw, got, want)
		}
	})
}
