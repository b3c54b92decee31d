package deploy

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/sipfacade/sipfacade/test/install"
	"github.com/sipfacade/sipfacade/test/sandbox"
)

const (
	alertRules = "deploy/prometheus/alerts.yaml"
	dashboard  = "deploy/grafana/dashboard.json"
	runbook    = "docs/operations.md"
)

func TestAlertRules(t *testing.T) {
	t.Parallel()
	promtool := install.Tool(t, "promtool")
	mustRun(t, "", promtool, "check", "rules", "--lint=all", "--lint-fatal", in(t, alertRules))
	mustRun(t, "", promtool, "test", "rules", in(t, "deploy/prometheus/alerts_test.yaml"))
}

// TestAlertsLinkTheRunbook: each alert has a row in the table and a section of its own name.
func TestAlertsLinkTheRunbook(t *testing.T) {
	t.Parallel()
	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert, For  string
				Labels      map[string]string
				Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, alertRules)), &rules); err != nil {
		t.Fatal(err)
	}
	page := read(t, runbook)
	for _, rule := range rules.Groups[0].Rules {
		link := "https://github.com/sipfacade/sipfacade/blob/main/" + runbook + "#" + strings.ToLower(rule.Alert)
		if rule.Annotations["runbook_url"] != link {
			t.Errorf("%s links to %q, want %q", rule.Alert, rule.Annotations["runbook_url"], link)
		}
		if !strings.Contains(page, "\n### "+rule.Alert+"\n") {
			t.Errorf("%s has no section %q", runbook, rule.Alert)
		}
		if severity := rule.Labels["severity"]; severity != "page" && severity != "ticket" {
			t.Errorf("%s has the severity %q", rule.Alert, severity)
		}
		row := fmt.Sprintf("\n| [%s](#%s) | %s | %s | ", rule.Alert, strings.ToLower(rule.Alert), rule.Labels["severity"], rule.For)
		if !strings.Contains(page, strings.ReplaceAll(row, "|  |", "| |")) {
			t.Errorf("%s has no row %q", runbook, row)
		}
	}
	for _, line := range strings.Split(page, "\n") {
		alert, isSection := strings.CutPrefix(line, "### Sipfacade")
		if isSection && !strings.Contains(read(t, alertRules), "alert: Sipfacade"+alert+"\n") {
			t.Errorf("%s has a section for Sipfacade%s, which is no alert", runbook, alert)
		}
	}
}

// TestExpressions holds that each metric and label in the rules and on the dashboard exists
// in a scrape of the running service.
func TestExpressions(t *testing.T) {
	t.Parallel()
	anonymous, closed := sandbox.Start(t), sandbox.Start(t, "--auth-tokens-file="+noTokens(t))
	makeTraffic(t, anonymous)
	get(t, "http://"+closed.HTTP+"/v1/sip-apps", http.StatusUnauthorized)
	command := tool("promql", "run", "./expressions", "-scrape", scrape(t, anonymous), "-scrape", scrape(t, closed), in(t, dashboard), in(t, alertRules))
	t.Log(mustRun(t, "", command...))
}

// noTokens writes a tokens file with which nobody may call.
func noTokens(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tokens.yaml")
	if err := os.WriteFile(path, []byte("tokens: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// makeTraffic makes calls of which each metric counts at least one.
func makeTraffic(t testing.TB, s *sandbox.Sandbox) {
	t.Helper()
	get(t, "http://"+s.HTTP+"/v1/sip-apps", http.StatusOK)
	s.Fault(t, `{"vendor":"opentact","kind":"shape","shape":"unknown_fields","route":"ListSIPControlApps","times":1}`)
	get(t, "http://"+s.HTTP+"/v1/sip-apps", http.StatusOK)
	s.Fault(t, `{"vendor":"opentact","kind":"status","status":200,"route":"ListSIPConnections","times":1,"body":`+
		`"{\"success\":true,\"payload\":[{\"uuid\":\"5f1c2b3a-0000-4000-8000-000000000001\",\"name\":\"desk\",\"port\":\"many\"}]}"}`)
	get(t, "http://"+s.HTTP+"/v1/sip-connections", http.StatusOK)
	request, err := http.NewRequest(http.MethodPost, "http://"+s.HTTP+"/v1/sip-apps", strings.NewReader(`{"name":"Night desk"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Idempotency-Key", "9e107d9d-372b-4b2e-9c2d-2f6a1f6a1f02")
	request.Header.Set("Content-Type", "application/json")
	expect(t, request, http.StatusOK)
}

// get reads a URL, which must answer with the status.
func get(t testing.TB, url string, status int) string {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return expect(t, request, status)
}

// expect sends a request and returns the body of the answer, which must have the status.
func expect(t testing.TB, request *http.Request, status int) string {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close() // it is read to its end
	if err != nil || response.StatusCode != status {
		t.Fatalf("%s %s: %d, want %d, %v\n%s", request.Method, request.URL, response.StatusCode, status, err, body)
	}
	return string(body)
}

// scrape writes the metrics of a sandbox to a file.
func scrape(t testing.TB, s *sandbox.Sandbox) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "metrics")
	if err := os.WriteFile(path, []byte(get(t, "http://"+s.Admin+"/metrics", http.StatusOK)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
