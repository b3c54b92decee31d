package deploy

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/sipfacade/sipfacade/test/sandbox"
)

// chart is the folder of the Helm chart.
const chart = "deploy/helm/sipfacade"

// render returns the manifests of the chart with the values of a file, or helm's refusal.
func render(t testing.TB, values string, more ...string) (string, error) {
	t.Helper()
	command := tool("deploy", "tool", "helm", "template", "desk", in(t, chart), "--namespace", "telephony", "--kube-version=1.34.0", "--values", values)
	return run(t, "", append(command, more...)...)
}

// valueFiles are the sets of values that the chart is checked with.
func valueFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(in(t, chart+"/ci/*-values.yaml"))
	if err != nil || len(files) < 3 {
		t.Fatalf("the chart's sets of values: %v, %v", files, err)
	}
	return files
}

func TestChart(t *testing.T) {
	t.Parallel()
	for _, values := range valueFiles(t) {
		t.Run(filepath.Base(values), func(t *testing.T) {
			mustRun(t, "", tool("deploy", "tool", "helm", "lint", "--strict", in(t, chart), "--values", values)...)
			manifests, err := render(t, values)
			if err != nil {
				t.Fatal(manifests)
			}
			t.Log(mustRun(t, manifests, tool("deploy", "run", "./manifests")...))
			configuration := configurationOf(t, manifests)
			accept(t, configuration)
		})
	}
}

// configurationOf returns the configuration file in the manifests.
func configurationOf(t testing.TB, manifests string) string {
	t.Helper()
	var object struct{ Data map[string]string }
	find(t, manifests, "ConfigMap", &object)
	return object.Data["sipfacade.yaml"]
}

// find reads the first object of a kind in the manifests.
func find(t testing.TB, manifests, kind string, into any) {
	t.Helper()
	documents := yaml.NewDecoder(strings.NewReader(manifests))
	for {
		var document yaml.Node
		if err := documents.Decode(&document); err != nil {
			t.Fatalf("the manifests have no %s: %v", kind, err)
		}
		var header struct{ Kind string }
		if err := document.Decode(&header); err != nil {
			t.Fatal(err)
		}
		if header.Kind != kind {
			continue
		}
		if err := document.Decode(into); err != nil {
			t.Fatal(err)
		}
		return
	}
}

// accept has the service check a configuration.
func accept(t testing.TB, configuration string) {
	t.Helper()
	mustRun(t, "", sandbox.Program(t), "config", "check", "--config", configurationFile(t, configuration))
}

// configurationFile writes a configuration, whose files are laid where this test may write.
func configurationFile(t testing.TB, configuration string) (path string) {
	t.Helper()
	folder := t.TempDir()
	mounted := filepath.Join(folder, "etc")
	layFiles(t, mounted)
	path = filepath.Join(folder, "sipfacade.yaml")
	content := strings.ReplaceAll(configuration, "/etc/sipfacade", mounted)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestChartHosts: a JSON API without authentication answers for the names of its Service, unless
// the values list others.
func TestChartHosts(t *testing.T) {
	t.Parallel()
	names := []string{"desk-sipfacade", "desk-sipfacade.telephony", "desk-sipfacade.telephony.svc", "desk-sipfacade.telephony.svc.cluster.local"}
	for name, test := range map[string]struct {
		set  string
		want []string
	}{
		"nobody is authenticated": {"callers.insecureNoAuth=true", names},
		"others are listed":       {"settings.allowed_hosts={sip.example.com}", []string{"sip.example.com"}},
		"callers bring tokens":    {"callers.tokensSecret=callers", nil},
		"callers bring JWTs":      {"callers.jwtIssuer=https://login.example.com,callers.jwtAudience=sip", nil},
	} {
		t.Run(name, func(t *testing.T) {
			manifests, err := render(t, in(t, chart+"/ci/sandbox-values.yaml"), "--set", test.set)
			if err != nil {
				t.Fatal(manifests)
			}
			var settings struct {
				AllowedHosts []string `yaml:"allowed_hosts"`
			}
			if err := yaml.Unmarshal([]byte(configurationOf(t, manifests)), &settings); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(settings.AllowedHosts, test.want) {
				t.Errorf("%q, want %q", settings.AllowedHosts, test.want)
			}
		})
	}
}

// TestChartRefusals holds that values which would start and fail are refused with a reason.
func TestChartRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, set, want string }{
		{"nobody is authenticated", "callers.insecureNoAuth=false", "callers: nobody is authenticated"},
		{"an issuer without an audience", "callers.jwtIssuer=https://login.example.com", "callers.jwtAudience: required"},
		{"a client CA without TLS", "tls.clientCASecret=ca", "tls.secret: required"},
		{"a key without a Secret", "secrets.opentactToken=token", "secrets.name: required"},
		{"replicas without a common key", "replicas=2,sandbox=false", "secrets.pageTokenKey: required"},
		{"PostgreSQL without a URL", "ledger.kind=postgres", "ledger: postgres needs"},
		{"a database without a password", "ledger.postgresql.enabled=true", "passwordSecret: required"},
		{"a value that does not exist", "replica=3", "replica"},
		{"a setting that the chart makes", "settings.grpc_address=:1", "grpc_address"},
		{"a collector that is no URL", "traces.endpoint=collector:4318", "endpoint"},
		{"a variable that is none of OpenTelemetry", "traces.variables.SIPFACADE_SANDBOX=1", "SIPFACADE_SANDBOX"},
		{"a secret in the settings", "settings.opentact_token=x", "opentact_token"},
	} {
		t.Run(test.name, func(t *testing.T) {
			output, err := render(t, in(t, chart+"/ci/sandbox-values.yaml"), "--set", test.set)
			if err == nil || !strings.Contains(output, test.want) {
				t.Errorf("helm template --set %s: %v, want %q in\n%s", test.set, err, test.want, output)
			}
		})
	}
}
