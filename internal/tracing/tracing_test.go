package tracing

import (
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestFromEnvironment: there is a tracer only if an endpoint is named and nothing forbids it,
// and what is not supported is said and not ignored.
func TestFromEnvironment(t *testing.T) {
	t.Parallel()
	const endpoint = "http://127.0.0.1:4318"
	with := func(variable, value string) map[string]string {
		return map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, variable: value}
	}
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
		"no scheme":             {variables: with("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "opal:4318"), wrong: true},
		"no host":               {variables: with("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http:///opal"), wrong: true},
		"no URL":                {variables: with("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://opal\x7f"), wrong: true},
		"headers":               {variables: with("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20opal, x-a=b="), traced: true},
		"a header as in HTTP":   {variables: with("OTEL_EXPORTER_OTLP_HEADERS", "authorization: Bearer opal"), wrong: true},
		"a colon and a sign":    {variables: with("OTEL_EXPORTER_OTLP_HEADERS", "authorization: Basic opal=="), wrong: true},
		"no name":               {variables: with("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=b,=opal"), wrong: true},
		"a bad escape":          {variables: with("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=opal%"), wrong: true},
		"attributes":            {variables: with("OTEL_RESOURCE_ATTRIBUTES", "a.b/c=d,e="), traced: true},
		"no attributes":         {variables: with("OTEL_RESOURCE_ATTRIBUTES", "a=b,opal"), wrong: true},
		"a queue":               {variables: with("OTEL_BSP_MAX_QUEUE_SIZE", "5"), traced: true},
		"less than a queue":     {variables: with("OTEL_BSP_MAX_QUEUE_SIZE", "-5"), wrong: true},
		"a huge queue":          {variables: with("OTEL_BSP_MAX_QUEUE_SIZE", "99999999999"), wrong: true},
		"a queue in words":      {variables: with("OTEL_BSP_MAX_QUEUE_SIZE", "opal"), wrong: true},
		"less than a batch":     {variables: with("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "0"), wrong: true},
		"wrong without traces":  {variables: map[string]string{"OTEL_BSP_MAX_QUEUE_SIZE": "-5"}},
	} {
		tracer, err := FromEnvironment(t.Context(), "v1", func(name string) string { return c.variables[name] })
		if (tracer != nil) != c.traced || (err != nil) != c.wrong {
			t.Errorf("%s: traced %t, %v", name, tracer != nil, err)
		}
		if err != nil && strings.Contains(err.Error(), "opal") {
			t.Errorf("%s: the error repeats the value: %v", name, err)
		}
		if err := tracer.Shutdown(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
