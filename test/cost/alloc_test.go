package cost_test

import (
	"net/http/httptest"
	"testing"

	"github.com/sipfacade/sipfacade/test/cost"
	"github.com/sipfacade/sipfacade/test/cost/answers"
	"github.com/sipfacade/sipfacade/test/faults/rig"
)

// TestAllocations fails if a call allocates more objects than it may, in the whole
// process of the built binary. Unlike times, counts are the same on a busy machine. The
// bounds are a fifth above what was measured when they were set.
func TestAllocations(t *testing.T) {
	t.Parallel()
	vendor := httptest.NewServer(answers.New())
	t.Cleanup(vendor.Close)
	facade, err := cost.StartFacade(t.Context(), rig.Build(t), vendor.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(facade.Stop)
	for _, tt := range []struct {
		work       cost.Work
		calls      int
		grpc, json float64
	}{
		{cost.GetApp(), 200, 275, 295},
		{cost.CreateInvite(), 200, 340, 390},
		{cost.ListInvites(1000), 20, 2_000, 2_100},
		{cost.ListUsers(1000), 20, 5_500, 5_600},
	} {
		grpcCall, disconnect, err := tt.work.OverGRPC(facade.GRPC)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(disconnect)
		jsonCall, closeIdle := tt.work.OverJSON(facade.HTTP, 1)
		t.Cleanup(closeIdle)
		check(t, facade, tt.work.Name+" over gRPC", tt.calls, tt.grpc, grpcCall)
		check(t, facade, tt.work.Name+" over JSON", tt.calls, tt.json, jsonCall)
	}
}

// check counts the allocations of one kind of call after a few that open connections
// and fill pools.
func check(t *testing.T, facade *cost.Facade, name string, calls int, bound float64, call cost.Call) {
	t.Helper()
	for range 5 {
		if err := call(t.Context()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	counted, err := facade.Allocations(t.Context(), calls, call)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	t.Logf("%s: %.0f allocations", name, counted)
	if counted > bound {
		t.Errorf("%s: a call allocates %.0f objects, at most %.0f are accepted", name, counted, bound)
	}
	if counted <= 0 {
		t.Errorf("%s: %.0f objects were counted, so the counter does not work", name, counted)
	}
}
