package e2e

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// The services whose health the tests look at.
const (
	sipAppService = contract.Package + ".SipAppService"
	pbxService    = contract.Package + ".PbxConfigService"
)

// healthOf asks for the health of a service.
func (f *facade) healthOf(t *testing.T, service string) string {
	t.Helper()
	answer, err := grpc_health_v1.NewHealthClient(f.conn).Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: service})
	if err != nil {
		t.Fatalf("the health of %q: %v", service, err)
	}
	return answer.GetStatus().String()
}

// watchHealth follows the health of a service.
func (f *facade) watchHealth(t *testing.T, service string) grpc.ServerStreamingClient[grpc_health_v1.HealthCheckResponse] {
	t.Helper()
	watch, err := grpc_health_v1.NewHealthClient(f.conn).Watch(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: service})
	if err != nil {
		t.Fatal(err)
	}
	return watch
}

// nextHealth waits for the next health that a watch tells.
func nextHealth(t *testing.T, watch grpc.ServerStreamingClient[grpc_health_v1.HealthCheckResponse]) string {
	t.Helper()
	answer, err := watch.Recv()
	if err != nil {
		t.Fatal(err)
	}
	return answer.GetStatus().String()
}

// listApps makes a call to OpenTACT, whatever becomes of it.
func (f *facade) listApps(t *testing.T) {
	t.Helper()
	if _, err := (grpcProtocol{f}).call(t.Context(), mustCall(t, "SipAppService.ListSipApps", nil)); err != nil {
		t.Fatal(err)
	}
}

// TestHealthFollowsTheBreaker: while a vendor's breaker is open, the services of that vendor
// do not serve, and a watch tells so; the others and the process do. When the pause is over
// they serve again without a call, and a call that succeeds closes the breaker.
func TestHealthFollowsTheBreaker(t *testing.T) {
	t.Parallel()
	var failing atomic.Bool
	failing.Store(true)
	vendor := startVendor(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if failing.Load() {
			refusal(http.StatusInternalServerError)(w, r)
			return
		}
		json200(`{"success":true,"payload":[]}`)(w, r)
	}))
	f := startFacade(t, vendor.url(), withToken(), "--breaker-volume=2", "--breaker-window=60s", "--breaker-pause=2s")
	watch := f.watchHealth(t, sipAppService)
	if got := nextHealth(t, watch); got != "SERVING" {
		t.Fatalf("at first: %s", got)
	}
	f.listApps(t)
	if got := nextHealth(t, watch); got != "NOT_SERVING" {
		t.Fatalf("with an open breaker: %s", got)
	}
	for service, want := range map[string]string{pbxService: "SERVING", "": "SERVING", contract.Package + ".ProfileService": "NOT_SERVING"} {
		if got := f.healthOf(t, service); got != want {
			t.Errorf("%q with an open breaker: %s", service, got)
		}
	}
	if got := f.admin(t, "/readyz"); got != "ready\n" {
		t.Errorf("with an open breaker: %q", got)
	}
	f.wantMetrics(t, `sipfacade_upstream_breaker_open{upstream="opentact"} 1`, `sipfacade_upstream_breaker_open{upstream="infinity"} 0`)
	if got := f.vendorStatus(t, "opentact").Breaker; got.State != "open" || got.OpenUntil == nil {
		t.Errorf("with an open breaker: %+v", got)
	}
	if got := nextHealth(t, watch); got != "SERVING" {
		t.Fatalf("after the pause: %s", got)
	}
	f.wantMetrics(t, `sipfacade_upstream_breaker_open{upstream="opentact"} 1`)
	failing.Store(false)
	f.listApps(t)
	f.wantMetrics(t, `sipfacade_upstream_breaker_open{upstream="opentact"} 0`)
	if got := f.vendorStatus(t, "opentact").Breaker; got.State != "closed" || got.OpenUntil != nil {
		t.Errorf("after a success: %+v", got)
	}
}

// wantMetrics checks that a scrape has the lines.
func (f *facade) wantMetrics(t *testing.T, lines ...string) {
	t.Helper()
	scrape := f.admin(t, "/metrics")
	for _, line := range lines {
		if !strings.Contains(scrape, "\n"+line+"\n") {
			t.Errorf("the metrics lack %s", line)
		}
	}
}
