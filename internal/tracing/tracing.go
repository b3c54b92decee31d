// Package tracing makes OpenTelemetry spans: one for each call, and one for each exchange
// with a vendor. Without an endpoint to send them to there is no Tracer, and nothing is paid.
package tracing

import (
	"context"
	"fmt"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Options configure a Tracer beside the SDK's own variables.
type Options struct {
	// Version is that of the service.
	Version string
	// Endpoint is the URL that spans are sent to; empty leaves it to the variables.
	Endpoint string
}

// Tracer makes spans and exports them.
type Tracer struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	// headers are those of W3C. Baggage is not among them: what callers put into it is not
	// for vendors.
	headers propagation.TraceContext
}

// The variables of the SDK that decide whether there are traces.
const (
	disabledVariable       = "OTEL_SDK_DISABLED"
	exporterVariable       = "OTEL_TRACES_EXPORTER"
	endpointVariable       = "OTEL_EXPORTER_OTLP_ENDPOINT"
	tracesEndpointVariable = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	protocolVariable       = "OTEL_EXPORTER_OTLP_PROTOCOL"
	tracesProtocolVariable = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
	httpProtocol           = "http/protobuf"
)

// FromEnvironment returns the tracer that the SDK's variables ask for, or nil if they name no
// endpoint.
func FromEnvironment(ctx context.Context, version string, getenv func(string) string) (*Tracer, error) {
	if wanted, err := wanted(getenv); err != nil || !wanted {
		return nil, err
	}
	return New(ctx, Options{Version: version})
}

// CheckEnvironment returns what is wrong with the SDK's variables: a line for each, which begins
// with its name.
func CheckEnvironment(getenv func(string) string) error {
	_, err := wanted(getenv)
	return err
}

// wanted reports whether the SDK's variables ask for traces.
func wanted(getenv func(string) string) (bool, error) {
	endpoint := getenv(endpointVariable) + getenv(tracesEndpointVariable)
	exporter := getenv(exporterVariable)
	if endpoint == "" || exporter == "none" || strings.EqualFold(getenv(disabledVariable), "true") {
		return false, nil
	}
	return true, checkVariables(getenv)
}

// New returns a tracer. It must be shut down.
func New(ctx context.Context, options Options) (*Tracer, error) {
	var to []otlptracehttp.Option
	if options.Endpoint != "" {
		to = append(to, otlptracehttp.WithEndpointURL(options.Endpoint))
	}
	exporter, err := otlptrace.New(ctx, otlptracehttp.NewClient(to...))
	if err != nil {
		return nil, fmt.Errorf("export traces: %w", err)
	}
	described, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", "sipfacade"), attribute.String("service.version", options.Version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("describe the service in traces: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(described))
	return &Tracer{provider: provider, tracer: provider.Tracer("github.com/sipfacade/sipfacade")}, nil
}

// Shutdown exports the spans that have ended, as far as the context allows, and ends the
// tracer. A nil tracer has nothing to do.
func (t *Tracer) Shutdown(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}
