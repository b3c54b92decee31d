package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/sipfacade/sipfacade/internal/status"
)

// TestLeasesOfOneAssignment: a thousand in all are accepted, one more is refused.
func TestLeasesOfOneAssignment(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(`{"success":true,"payload":[]}`))
	f := startFacade(t, vendor.url(), withToken())
	for name, c := range map[string]struct {
		add, remove int
		violations  map[string]string
	}{
		"a thousand":           {600, 400, nil},
		"one more together":    {600, 401, map[string]string{"add_tn_lease_uuids": "1000"}},
		"one more in a list":   {1001, 0, map[string]string{"add_tn_lease_uuids": "1000"}},
		"one more to remove":   {0, 1001, map[string]string{"remove_tn_lease_uuids": "1000"}},
		"none, in empty lists": {0, 0, map[string]string{"add_tn_lease_uuids": "at least one"}},
	} {
		request := map[string]any{"sipConnectionUuid": someConnection, "addTnLeaseUuids": leases(0, c.add), "removeTnLeaseUuids": leases(c.add, c.remove)}
		for _, way := range f.protocols() {
			made, err := way.call(t.Context(), mustCall(t, "SipConnectionService.AssignSipConnectionTnLeases", request))
			if err != nil {
				t.Fatalf("%s %s: %v", way.name(), name, err)
			}
			sent := operations(vendor.take())
			if c.violations == nil { // the answer shows no leases, which are read back then
				if diff := cmp.Diff([]string{"AssignTNLeasesToSIPConnection", "GETSIPConnectionTNLeasesList"}, sent); diff != "" || made.status != nil {
					t.Errorf("%s %s: want one assignment, got %v and (-want +got):\n%s", way.name(), name, made.status, diff)
				}
				continue
			}
			want := wantError{Code: codeName{codes.InvalidArgument}, Reason: "REQUEST_INVALID", Violations: c.violations}
			for _, problem := range want.check(made) {
				t.Errorf("%s %s: %s", way.name(), name, problem)
			}
			if len(sent) != 0 {
				t.Errorf("%s %s: the vendor was called", way.name(), name)
			}
		}
	}
}

// TestRulesOfLimits: a request beyond a limit breaks the same rule over both protocols. Over
// gRPC a large one is refused before it is read.
func TestRulesOfLimits(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, json200(good+"}")).url(), withToken())
	connection := map[string]any{"uuid": someConnection, "name": "x"}
	mask := strings.TrimSuffix(strings.Repeat("outboundVoiceProfileUuid,", 200), ",")
	for name, c := range map[string]struct {
		method  string
		request map[string]any
		want    string
	}{
		"a list": {
			"SipConnectionService.AssignSipConnectionTnLeases",
			map[string]any{"sipConnectionUuid": someConnection, "addTnLeaseUuids": leases(0, 1001)},
			"add_tn_lease_uuids TOO_MUCH",
		},
		"a mask": {
			"SipConnectionService.UpdateSipConnection",
			map[string]any{"sipConnection": connection, "updateMask": mask},
			"update_mask TOO_MUCH",
		},
	} {
		for _, way := range f.protocols() {
			made, err := way.call(t.Context(), mustCall(t, c.method, c.request))
			if err != nil {
				t.Fatalf("%s %s: %v", way.name(), name, err)
			}
			var got []string
			for _, violation := range status.Violations(grpcstatus.ErrorProto(made.status)) {
				got = append(got, violation.GetField()+" "+violation.GetReason())
			}
			if diff := cmp.Diff([]string{c.want}, got); diff != "" {
				t.Errorf("%s %s (-want +got):\n%s", way.name(), name, diff)
			}
		}
	}
}

// leases are so many UUIDs, from the n-th on.
func leases(from, count int) []any {
	list := make([]any, count)
	for i := range list {
		list[i] = fmt.Sprintf("1ea5e000-0000-4000-8000-%012d", from+i)
	}
	return list
}

// TestLargeRequests: the limit of 4 MiB over gRPC; json_api.yaml has that of JSON.
func TestLargeRequests(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(`{"success":true,"payload":[]}`))
	f := startFacade(t, vendor.url(), withToken())
	c := mustCall(t, "SipConnectionService.ListSipConnections", map[string]any{"filter": strings.Repeat("x", 4<<20)})
	made, err := grpcProtocol{f}.call(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	want := wantError{Code: codeName{codes.ResourceExhausted}, Reason: "REQUEST_TOO_LARGE"}
	for _, problem := range want.check(made) {
		t.Error(problem)
	}
	c = mustCall(t, "SipConnectionService.ListSipConnections", map[string]any{"filter": strings.Repeat("x", 4<<20-64)})
	if made, err = (grpcProtocol{f}).call(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	want = wantError{Code: codeName{codes.InvalidArgument}, Reason: "REQUEST_INVALID", Violations: map[string]string{"filter": "8192"}}
	for _, problem := range want.check(made) {
		t.Error(problem)
	}
	if got := vendor.take(); len(got) > 0 {
		t.Errorf("the vendor received %q", operations(got))
	}
}

// TestUnknownMethod: the answer over gRPC; json_api.yaml has that of JSON.
func TestUnknownMethod(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, json200(good+"}")).url(), withToken())
	for _, method := range []string{"/sipfacade.v1.SipConnectionService/Explode", "/sipfacade.v9.Nothing/At"} {
		err := f.conn.Invoke(t.Context(), method, &emptypb.Empty{}, &emptypb.Empty{})
		want := wantError{Code: codeName{codes.Unimplemented}, Reason: "ROUTE_NOT_FOUND"}
		for _, problem := range want.check(outcome{status: grpcstatus.Convert(err).Proto()}) {
			t.Errorf("%s: %s", method, problem)
		}
	}
}
