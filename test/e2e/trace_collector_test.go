package e2e

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	traces "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/sipfacade/sipfacade/internal/tracing"
)

// span is a span as the collector got it.
type span struct {
	name, trace, id, parent string
	kind                    traces.Span_SpanKind
	status                  traces.Status_StatusCode
	attributes              map[string]string
}

// traceCollector takes spans as OTLP over HTTP.
type traceCollector struct {
	server *httptest.Server

	mu    sync.Mutex
	raw   strings.Builder
	spans []span
}

// startCollector listens until the test ends.
func startCollector(t testing.TB) *traceCollector {
	t.Helper()
	c := &traceCollector{}
	c.server = httptest.NewServer(c)
	t.Cleanup(c.server.Close)
	return c
}

// tracer exports to the collector.
func (c *traceCollector) tracer(t testing.TB) *tracing.Tracer {
	t.Helper()
	made, err := tracing.New(t.Context(), tracing.Options{Version: "e2e", Endpoint: c.server.URL + "/v1/traces"})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// ServeHTTP takes spans.
func (c *traceCollector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var request collector.ExportTraceServiceRequest
	if err != nil || proto.Unmarshal(body, &request) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.WriteString(request.String())
	for _, resource := range request.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			for _, received := range scope.GetSpans() {
				c.spans = append(c.spans, spanOf(received))
			}
		}
	}
}

func spanOf(s *traces.Span) span {
	made := span{
		name: s.GetName(), trace: hex.EncodeToString(s.GetTraceId()), id: hex.EncodeToString(s.GetSpanId()),
		parent: hex.EncodeToString(s.GetParentSpanId()), kind: s.GetKind(), status: s.GetStatus().GetCode(), attributes: map[string]string{},
	}
	for _, attribute := range s.GetAttributes() {
		switch value := attribute.GetValue().GetValue().(type) {
		case *common.AnyValue_IntValue:
			made.attributes[attribute.GetKey()] = strconv.FormatInt(value.IntValue, 10)
		default:
			made.attributes[attribute.GetKey()] = attribute.GetValue().GetStringValue()
		}
	}
	return made
}

// received is everything that came, as text and as spans.
func (c *traceCollector) received() (raw string, spans []span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.raw.String(), c.spans
}
