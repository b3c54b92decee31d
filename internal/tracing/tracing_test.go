package tracing

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestFromEnvironment: there is a tracer only if an endpoint is named and nothing forbids it,
// and what is not supported is said and not ignored.
func TestFromEnvironment(t *testing.T) {
	t.Parallel()
	const endpoint = "http://127.0.0.1:4318"
	for name, c := range map[string]struct {
		variables map[string]string
		traced    bool
		wrong     bool
	}{
		"nothing":               {},
		"no endpoint":           {variables: map[string]string{"OTEL_SERVICE_NAME": "a", "OTEL_TRACES_EXPORTER": "otlp"}},
		"endpoint":              {variables: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}, traced: true},
		"endpoint of traces":    {variables: map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": endpoint, "OTEL_TRACES_EXPORTER": "otlp"}, traced: true},
		"protocol":              {variables: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, traced: true},
		"no exporter":           {variables: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_TRACES_EXPORTER": "none"}},
		"disabled":              {variables: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_SDK_DISABLED": "TRUE"}},
		"another exporter":      {variables: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_TRACES_EXPORTER": "zipkin"}, wrong: true},
		"another protocol":      {variables: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, wrong: true},
		"another one of traces": {variables: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc"}, wrong: true},
	} {
		tracer, err := FromEnvironment(t.Context(), "v1", func(name string) string { return c.variables[name] })
		if (tracer != nil) != c.traced || (err != nil) != c.wrong {
			t.Errorf("%s: traced %t, %v", name, tracer != nil, err)
		}
		if err := tracer.Shutdown(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
