package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sipfacade/sipfacade/internal/config"
	sandboxinfinity "github.com/sipfacade/sipfacade/internal/sandbox/infinity"
)

// startEmulated starts a server that emulates both vendors.
func startEmulated(t *testing.T, flags ...string) *facade {
	t.Helper()
	return startChanged(t, "http://127.0.0.1:1", func(c *config.Config) { c.Sandbox = true }, append(flags, withToken())...)
}

// faults sends a request to the menu of faults.
func (f *facade) faults(t *testing.T, method, query, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+f.server.Address("admin")+"/sandbox/faults"+query, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := f.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it is read to its end
	if text, err := io.ReadAll(response.Body); err != nil || response.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %d %s %v", method, query, response.StatusCode, text, err)
	}
}

// reason calls a path of the JSON API, and returns "" or the reason of the error.
func (f *facade) reason(t *testing.T, path string) string {
	t.Helper()
	status, body := f.get(t, "http", path, "", nil)
	var failed struct {
		Details []struct{ Reason string }
	}
	if err := json.Unmarshal([]byte(body), &failed); err != nil {
		t.Fatalf("%s: %d %s: %v", path, status, body, err)
	}
	if status == http.StatusOK {
		return ""
	}
	return failed.Details[0].Reason
}

// TestClearingAFaultEndsWhatItCaused: after a fault is cleared, calls succeed at once. A
// pause that the other vendor asked for goes on.
func TestClearingAFaultEndsWhatItCaused(t *testing.T) {
	t.Parallel()
	for vendor, path := range map[string]string{"opentact": "/v1/sip-connections", "infinity": "/v1/pbx/domains"} {
		for name, c := range map[string]struct{ fault, left string }{
			"rate limit": {`"kind": "rate_limited", "retryAfter": "900"`, "UPSTREAM_RATE_LIMITED"},
			"outage":     {`"kind": "status", "status": 503`, "UPSTREAM_BREAKER_OPEN"},
			"used up":    {`"kind": "rate_limited", "retryAfter": "900", "times": 1`, "UPSTREAM_RATE_LIMITED"},
		} {
			t.Run(vendor+" "+name, func(t *testing.T) {
				t.Parallel()
				f := startEmulated(t)
				f.faults(t, http.MethodPost, "", fmt.Sprintf(`{"vendor": %q, %s}`, vendor, c.fault))
				last := ""
				for range 50 {
					if last = f.reason(t, path); last == c.left {
						break
					}
				}
				if last != c.left {
					t.Fatalf("with the fault: %q, want %q", last, c.left)
				}
				f.faults(t, http.MethodDelete, "?vendor="+vendor, "")
				if got := f.reason(t, path); got != "" {
					t.Errorf("without the fault: %q", got)
				}
			})
		}
	}
}

// TestClearingAFaultKeepsTheOtherVendorsPause: only what the fault caused ends.
func TestClearingAFaultKeepsTheOtherVendorsPause(t *testing.T) {
	t.Parallel()
	f := startEmulated(t)
	f.faults(t, http.MethodPost, "", `{"vendor": "infinity", "kind": "rate_limited", "retryAfter": "900", "times": 1}`)
	f.faults(t, http.MethodPost, "", `{"vendor": "opentact", "kind": "html"}`)
	if got := f.reason(t, "/v1/pbx/domains"); got != "UPSTREAM_RATE_LIMITED" {
		t.Errorf("with the fault: %q", got)
	}
	f.faults(t, http.MethodDelete, "?id=opentact-1", "")
	if got := f.reason(t, "/v1/pbx/domains"); got != "UPSTREAM_RATE_LIMITED" {
		t.Errorf("after a fault of the other vendor was cleared: %q", got)
	}
}

// TestWelcome: the start text has every address, and its commands work as they are printed.
func TestWelcome(t *testing.T) {
	t.Parallel()
	f := startEmulated(t)
	text := f.server.Welcome()
	for _, listener := range []string{"grpc", "http", "admin", "sandbox-opentact", "sandbox-infinity"} {
		if address := f.server.Address(listener); address == "" || !strings.Contains(text, address) {
			t.Errorf("the text lacks the address %q of %s:\n%s", address, listener, text)
		}
	}
	tried := 0
	for line := range strings.Lines(text) {
		if _, quoted, ok := strings.Cut(strings.TrimSpace(line), "curl -s '"); ok {
			tried++
			_, path, _ := strings.Cut(strings.TrimSuffix(quoted, "'"), f.server.Address("http"))
			if reason := f.reason(t, path); reason != "" {
				t.Errorf("%s: %s", line, reason)
			}
		}
		if _, fault, ok := strings.Cut(strings.TrimSpace(line), "/sandbox/faults -d '"); ok {
			tried++
			f.faults(t, http.MethodPost, "", strings.TrimSuffix(fault, "'"))
			if reason := f.reason(t, "/v1/sip-connections"); reason != "UPSTREAM_ERROR" {
				t.Errorf("with the fault: %q", reason)
			}
		}
	}
	if tried != 4 {
		t.Errorf("tried %d commands of:\n%s", tried, text)
	}
}

// TestZoneOfTheSandbox: the emulator writes its date-times in the zone that is set, and they
// are read in it, so that every time of a row is the right instant in any zone.
func TestZoneOfTheSandbox(t *testing.T) {
	t.Parallel()
	for zone, atVendor := range map[string]string{"UTC": "2019-03-27 11:48:00", "Asia/Kolkata": "2019-03-27 17:18:00"} {
		f := startEmulated(t, "--infinity-time-zone="+zone)
		seeded := created(t, f, "/v1/pbx/domains/1/users/24")
		if want := time.Date(2019, time.March, 27, 11, 48, 0, 0, time.UTC); !seeded.Equal(want) {
			t.Errorf("%s: the seeded user was created at %v, want %v", zone, seeded, want)
		}
		if text := f.emulated(t, "/sip/domains/1/users/24"); !strings.Contains(text, atVendor) {
			t.Errorf("%s: the vendor answers %s, want %s in it", zone, text, atVendor)
		}
		response, err := f.client.Post(f.base()+"/v1/pbx/domains/1/devices", "application/json", strings.NewReader(`{"pbxDeviceName":"Workshop bench","macAddress":"10:20:30:1A:2B:3C"}`))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }() // it is read to its end
		var made struct{ CreateTime time.Time }
		if err := json.NewDecoder(response.Body).Decode(&made); err != nil || time.Since(made.CreateTime).Abs() > 10*time.Minute {
			t.Errorf("%s: %d, the new device was created at %v, %v", zone, response.StatusCode, made.CreateTime, err)
		}
	}
}

// created reads when a row was created.
func created(t *testing.T, f *facade, path string) time.Time {
	t.Helper()
	status, body := f.get(t, "http", path, "", nil)
	var row struct{ CreateTime time.Time }
	if err := json.Unmarshal([]byte(body), &row); err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d %s: %v", path, status, body, err)
	}
	return row.CreateTime
}

// emulated reads a path of the emulated Infinity.
func (f *facade) emulated(t *testing.T, path string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
		"http://"+f.server.Address("sandbox-infinity")+sandboxinfinity.BasePath+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth(sandboxinfinity.DefaultUsername, sandboxinfinity.DefaultPassword)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it is read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
