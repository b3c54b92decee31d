package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// slowAnswer is how long the vendor takes in the tests of times.
const slowAnswer = 50 * time.Millisecond

// TestCallTimes: the line of a call, and over HTTP Server-Timing, say how long the vendor took
// and how long the service.
func TestCallTimes(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		timer := time.NewTimer(slowAnswer)
		defer timer.Stop()
		<-timer.C
		json200(good+"}")(w, r)
	})).url(), withToken())
	for _, way := range f.protocols() {
		made, err := way.call(t.Context(), mustCall(t, "SipAppService.GetSipApp", map[string]any{"uuid": "14b17e00-0000-4000-8000-000000000001"}))
		if err != nil || made.status != nil {
			t.Fatalf("%s: %v, %v", way.name(), err, made.status)
		}
		timing := made.header["Server-Timing"]
		if (timing != "") != (way.name() == "json") {
			t.Errorf("%s: Server-Timing %q", way.name(), timing)
		}
		if way.name() != "json" {
			continue
		}
		var vendor, own float64
		if _, err := fmt.Sscanf(timing, "vendor;dur=%f, own;dur=%f", &vendor, &own); err != nil || vendor < 50 || own <= 0 {
			t.Errorf("Server-Timing %q: %v", timing, err)
		}
	}
	for _, protocolName := range []string{"grpc", "http"} {
		line := f.logs.call(t, protocolName, "/sipfacade.v1.SipAppService/GetSipApp")
		took, vendor, own := line["took_ms"].(float64), line["vendor_ms"].(float64), line["own_ms"].(float64)
		if vendor < 50 || own <= 0 || took < vendor || vendor+own > took+0.01 {
			t.Errorf("%s: took %v, the vendor %v, the service %v", protocolName, took, vendor, own)
		}
	}
}

// TestRefusalHasTimes: a call that was refused before the vendor was asked took the service's
// time only.
func TestRefusalHasTimes(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, hangs(t)).url(), withToken())
	made, err := (jsonProtocol{f}).call(t.Context(), mustCall(t, "SipAppService.GetSipApp", map[string]any{"uuid": "x"}))
	if err != nil || made.status == nil {
		t.Fatalf("%v, %v", err, made.status)
	}
	if timing := made.header["Server-Timing"]; !strings.HasPrefix(timing, "vendor;dur=0, own;dur=") {
		t.Errorf("Server-Timing %q", timing)
	}
}

// TestProbesAreQuiet: probes and scrapes are logged at debug level only.
func TestProbesAreQuiet(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, hangs(t)).url(), withToken())
	f.healthOf(t, "")
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/statusz"} {
		f.admin(t, path)
	}
	f.stop()
	logged := f.logs.String()
	for line := range strings.Lines(logged) {
		if strings.Contains(line, `"listener":"admin"`) || strings.Contains(line, "grpc.health") {
			if !strings.Contains(line, `"level":"DEBUG"`) {
				t.Errorf("not at debug level: %s", line)
			}
		}
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/statusz"} {
		if !strings.Contains(logged, `"path":"`+path+`","status":200`) {
			t.Errorf("%s is not in the log", path)
		}
	}
}
