package deploy

import (
	"io"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/server"
)

// killed is when a manager of processes kills a server that it has told to stop, and how the
// server is configured.
type killed struct {
	after   time.Duration
	args    []string
	environ []string
}

// TestGracePeriods holds that nothing in deploy/ kills a server before it has stopped, with
// traces, by the server's own numbers.
func TestGracePeriods(t *testing.T) {
	t.Parallel()
	for name, find := range map[string]func(testing.TB) killed{
		"systemd": unitGrace, "compose": composeGrace,
		"chart": func(t testing.TB) killed { return chartGrace(t) },
		"chart with other drain settings": func(t testing.TB) killed {
			return chartGrace(t, "--set=drain.delaySeconds=17", "--set=drain.timeoutSeconds=90")
		},
		"chart with a drain shorter than a call": func(t testing.TB) killed {
			return chartGrace(t, "--set=drain.delaySeconds=0", "--set=drain.timeoutSeconds=0")
		},
		"chart with traces": func(t testing.TB) killed {
			return chartGrace(t, "--set=traces.endpoint=https://collector.example.com")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := find(t)
			asked, err := config.Parse(append([]string{"serve"}, k.args...), k.environ, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if longest := server.LongestStop(asked.Config, true); k.after <= longest {
				t.Errorf("the server is killed after %s, and may take %s to stop", k.after, longest)
			}
		})
	}
}

// unitGrace is that of the unit with the default settings.
func unitGrace(t testing.TB) killed {
	_, rest, _ := strings.Cut(read(t, "deploy/systemd/sipfacade.service"), "\nTimeoutStopSec=")
	value, _, _ := strings.Cut(rest, "\n")
	return killed{duration(t, value), []string{"--opentact-token=t"}, nil}
}

// composeGrace is that of the compose file with its settings.
func composeGrace(t testing.TB) killed {
	var file struct {
		Services map[string]struct {
			Environment map[string]string
			Grace       string `yaml:"stop_grace_period"`
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, "deploy/compose/compose.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	service := file.Services["sipfacade"]
	k := killed{after: duration(t, service.Grace)}
	for name, value := range service.Environment {
		k.environ = append(k.environ, name+"="+value)
	}
	return k
}

// chartGrace is that of the chart's pods with the configuration that it makes.
func chartGrace(t testing.TB, set ...string) killed {
	manifests, err := render(t, in(t, chart+"/ci/sandbox-values.yaml"), set...)
	if err != nil {
		t.Fatal(manifests)
	}
	var pod struct {
		Spec struct {
			Template struct {
				Spec struct {
					Seconds int `yaml:"terminationGracePeriodSeconds"`
				}
			}
		}
	}
	find(t, manifests, "Deployment", &pod)
	return killed{time.Duration(pod.Spec.Template.Spec.Seconds) * time.Second, []string{"--config=" + configurationFile(t, configurationOf(t, manifests))}, nil}
}

// duration reads a duration.
func duration(t testing.TB, text string) time.Duration {
	t.Helper()
	read, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// TestTracesOfTheChart holds that pods have the collector's variables and may reach it.
func TestTracesOfTheChart(t *testing.T) {
	t.Parallel()
	for endpoint, port := range map[string]int{"http://collector:4318": 4318, "http://collector/v1": 80, "https://[2001:db8::1]:4317/otlp": 4317} {
		manifests, err := render(t, in(t, chart+"/ci/sandbox-values.yaml"), "--set=traces.endpoint="+endpoint, "--set=traces.headersSecret=token")
		if err != nil {
			t.Fatal(manifests)
		}
		var policy struct {
			Spec struct {
				Egress []struct{ Ports []struct{ Port int } }
			}
		}
		find(t, manifests, "NetworkPolicy", &policy)
		open := map[int]bool{}
		for _, rule := range policy.Spec.Egress {
			for _, to := range rule.Ports {
				open[to.Port] = true
			}
		}
		if !open[port] || !open[443] {
			t.Errorf("%s: the pods may reach the ports %v", endpoint, open)
		}
		for _, variable := range []string{`{name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "` + endpoint + `"}`, "name: OTEL_EXPORTER_OTLP_HEADERS"} {
			if !strings.Contains(manifests, variable) {
				t.Errorf("the manifests have no %s", variable)
			}
		}
	}
}
