package e2e

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/statuspage"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// statusz reads /statusz as JSON.
func (f *facade) statusz(t *testing.T) (read statuspage.Status) {
	t.Helper()
	if err := json.Unmarshal([]byte(f.admin(t, "/statusz")), &read); err != nil {
		t.Fatal(err)
	}
	return read
}

// vendorStatus is what /statusz says of a vendor.
func (f *facade) vendorStatus(t *testing.T, name string) statuspage.Vendor {
	t.Helper()
	for _, vendor := range f.statusz(t).Vendors {
		if vendor.Name == name {
			return vendor
		}
	}
	t.Fatalf("no vendor %s", name)
	return statuspage.Vendor{}
}

// expiringToken is a JWT that ends at a second.
func expiringToken(expires time.Time) string {
	claims, _ := json.Marshal(map[string]int64{"exp": expires.Unix()}) // never fails
	return "e30." + base64.RawURLEncoding.EncodeToString(claims) + ".c2ln"
}

// TestStatusOfVendors: what the vendors answered last, what is known of their credentials,
// and how they differ from what the service knows.
func TestStatusOfVendors(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(`{"success":true,"payload":[{"uuid":"14b17e00-0000-4000-8000-000000000001","name":{"a":1},"colour":"red"}]}`))
	expires := time.Date(2050, 1, 2, 3, 4, 5, 0, time.UTC)
	f := startFacade(t, vendor.url(), "--opentact-token="+expiringToken(expires), "--breaker-pause=1h", "--opentact-generation=2")
	f.listApps(t)
	vendor.answer(refusal(http.StatusNotFound))
	f.listApps(t)
	vendor.answer(refusal(http.StatusTooManyRequests, "Retry-After", "3600"))
	f.listApps(t)
	got := f.vendorStatus(t, "opentact")
	const operation = "ListSIPControlApps"
	wantDrift := telemetry.DriftReport{
		UnknownMembers: []telemetry.Difference{{Operation: operation, Member: "colour", Count: 1}},
		UnknownWords:   []telemetry.Difference{},
		MisreadValues:  []telemetry.Difference{{Operation: operation, Member: "name", Count: 1}},
		MissingRoutes:  []telemetry.MissingRoute{{Operation: operation, Route: "GET /sip/app", NotFound: 1}},
	}
	if diff := cmp.Diff(wantDrift, got.Drift); diff != "" {
		t.Error(diff)
	}
	if got.LastSuccess == nil || got.LastSuccess.Operation != operation || *got.LastSuccess.Status != http.StatusOK {
		t.Errorf("the last success: %+v", got.LastSuccess)
	}
	if got.LastFailure == nil || got.LastFailure.Kind != "status" || *got.LastFailure.Status != http.StatusTooManyRequests {
		t.Errorf("the last failure: %+v", got.LastFailure)
	}
	if got.PauseUntil == nil || time.Until(*got.PauseUntil) < 50*time.Minute {
		t.Errorf("paused until %v", got.PauseUntil)
	}
	if got.TokenExpires == nil || !got.TokenExpires.Equal(expires) {
		t.Errorf("the token expires at %v", got.TokenExpires)
	}
	if got.BaseURL != vendor.url() || got.Generation != 2 || got.Credentials != "service" || got.CallsInFlight != 0 {
		t.Errorf("got %+v", got)
	}
	if other := f.vendorStatus(t, "infinity"); other.LastSuccess != nil || other.LastFailure != nil || other.TokenExpires != nil {
		t.Errorf("the vendor that was not called: %+v", other)
	}
	f.wantMetrics(t, `sipfacade_upstream_unknown_members_total{operation="`+operation+`",upstream="opentact"} 1`)
}

// TestCallsInFlight: a call that waits for its vendor is counted while it lasts.
func TestCallsInFlight(t *testing.T) {
	t.Parallel()
	handler, arrived := arrivals(hangs(t))
	f := startFacade(t, startVendor(t, handler).url(), withToken(), "--upstream-timeout=20s")
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.listApps(t)
	}()
	<-arrived
	if got := f.vendorStatus(t, "opentact").CallsInFlight; got != 1 {
		t.Errorf("%d calls in flight", got)
	}
	f.wantMetrics(t, `sipfacade_upstream_calls_in_flight{upstream="opentact"} 1`)
	_ = f.conn.Close() // ends the call
	<-done
}

// TestStatusOfTheProcess: the settings, without secrets, as JSON and as a page.
func TestStatusOfTheProcess(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, hangs(t)).url(), withToken())
	got := f.statusz(t)
	if got.Version != "e2e" || got.State != "serving" || got.Uptime == "" || time.Since(got.Started) > time.Hour {
		t.Errorf("got %+v", got)
	}
	settings := map[string]statuspage.Setting{}
	for _, setting := range got.Settings {
		settings[setting.Name] = setting
	}
	want := map[string]statuspage.Setting{
		"opentact_token":   {Name: "opentact_token", Value: "set", Source: "flag"},
		"upstream_timeout": {Name: "upstream_timeout", Value: "30s", Source: "default"},
	}
	for name, setting := range want {
		if diff := cmp.Diff(setting, settings[name]); diff != "" {
			t.Error(diff)
		}
	}
	page, header := f.page(t, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	for _, part := range []string{"<!doctype html>", "opentact_token</th><td>set", `<h2 id="infinity">`, "Pause until</th><td>no pause", "Last failure</th><td>none since the start",
		"Token expires</th><td>no token, or the vendor did not say"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	if strings.Contains(page+f.admin(t, "/statusz"), vendorToken) {
		t.Error("a secret is shown")
	}
	_, rest, _ := strings.Cut(page, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	hash := sha256.Sum256([]byte(style))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	if diff := cmp.Diff(policy, header.Get("Content-Security-Policy")); diff != "" || style == "" {
		t.Errorf("the policy does not allow the style, or allows more: %s", diff)
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if diff := cmp.Diff(want, header.Get(name)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "style=") {
		t.Error("the page has what its policy forbids")
	}
}

// TestEffectiveSettings: what holds is shown, and not what a default is described as.
func TestEffectiveSettings(t *testing.T) {
	t.Parallel()
	file := "file:" + filepath.Join(t.TempDir(), "ledger")
	vendor := startVendor(t, hangs(t)).url()
	for name, row := range map[string]struct {
		facade *facade
		want   map[string]string
	}{
		"the sandbox": {startEmulated(t), map[string]string{
			"ledger": "memory", "opentact_base_url": "emulated in the sandbox", "infinity_base_url": "emulated in the sandbox",
		}},
		"no ledger": {startFacade(t, vendor, withToken()), map[string]string{
			"ledger": "off", "opentact_base_url": vendor, "log_format": "json", "allowed_hosts": "loopback names and the addresses of the listeners",
			"caller_burst": "no limit",
		}},
		"in memory": {startFacade(t, vendor, withToken(), "--ledger=memory", "--upstream-memory=8MiB", "--caller-rate=3"), map[string]string{
			"ledger": "memory", "upstream_memory": "8MiB", "caller_burst": "6",
		}},
		"in a file": {startFacade(t, vendor, withToken(), "--ledger="+file, "--ledger-key="+strings.Repeat("k", 32), "--allowed-hosts=pbx.example"),
			map[string]string{"ledger": file, "ledger_key": "set", "allowed_hosts": "pbx.example"}},
		"authenticated": {startFacade(t, vendor, withToken(), tokensFlag(t, tokenEntry("ci", "write"))), map[string]string{"allowed_hosts": "*"}},
	} {
		got := map[string]string{}
		for _, setting := range row.facade.statusz(t).Settings {
			got[setting.Name] = setting.Value
		}
		row.want["grpc_address"], row.want["http_address"] = row.facade.server.Address("grpc"), row.facade.server.Address("http")
		for setting, want := range row.want {
			if got[setting] != want {
				t.Errorf("%s: %s is shown as %q, want %q", name, setting, got[setting], want)
			}
		}
		if !memorySize.MatchString(got["upstream_memory"]) {
			t.Errorf("%s: the memory is shown as %q", name, got["upstream_memory"])
		}
	}
}

// memorySize matches a number of bytes.
var memorySize = regexp.MustCompile(`^\d+([KMG]iB)?$`)

// TestStatusGoesByAccept: only a caller that ranks HTML above JSON gets the page.
func TestStatusGoesByAccept(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, hangs(t)).url(), withToken())
	for accept, html := range map[string]bool{
		"": false, "*/*": false, "application/json": false, "text/html": true, "text/html;q=0.5, application/json": false,
		"application/json;q=0.5, text/html": true, "text/html, */*": false, "text/html;q=x": true, ";;": false,
	} {
		_, header := f.page(t, accept)
		if got := strings.HasPrefix(header.Get("Content-Type"), "text/html"); got != html || header.Get("Vary") != "Accept" {
			t.Errorf("%q: %v", accept, header)
		}
	}
}

// page reads /statusz with an Accept header.
func (f *facade) page(t *testing.T, accept string) (string, http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+f.server.Address("admin")+"/statusz", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", accept)
	response, err := f.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it is read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v", response.StatusCode, err)
	}
	return string(text), response.Header
}

// TestRootOfTheAdminListener: who asks for nothing is told what there is.
func TestRootOfTheAdminListener(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, hangs(t))
	const always = "nothing is at this path; this listener serves /healthz, /readyz, /statusz, /metrics"
	for want, flags := range map[string][]string{
		always + ", /debug/pprof/\n": nil,
		always + "\n":                {"--admin-address=0.0.0.0:0"},
	} {
		f := startFacade(t, vendor.url(), append(flags, withToken())...)
		_, port, err := net.SplitHostPort(f.server.Address("admin"))
		if err != nil {
			t.Fatal(err)
		}
		response, err := f.client.Get("http://127.0.0.1:" + port + "/")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close() // it is read to its end
		if diff := cmp.Diff(want, string(text)); diff != "" || err != nil || response.StatusCode != http.StatusNotFound {
			t.Errorf("%d %v %s", response.StatusCode, err, diff)
		}
	}
}

// TestCommandLineIsNotShown: profiles do not show the flags of the process, which can be
// secrets.
func TestCommandLineIsNotShown(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, hangs(t)).url(), withToken())
	if diff := cmp.Diff("sipfacade\n", f.admin(t, "/debug/pprof/cmdline")); diff != "" || len(os.Args) < 2 {
		t.Errorf("%d arguments, %s", len(os.Args), diff)
	}
	if page := f.admin(t, "/debug/pprof/"); !strings.Contains(page, "goroutine") {
		t.Errorf("the profiles: %s", page)
	}
}
