package telemetry

import (
	"bytes"
	"encoding/json"
	"errors"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/grpclog"
)

// logLines returns the level, message and component of each line.
func logLines(t *testing.T, text string) (lines [][3]string) {
	t.Helper()
	for line := range strings.Lines(text) {
		var fields struct{ Level, Msg, Component string }
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, [3]string{fields.Level, fields.Msg, fields.Component})
	}
	return lines
}

// TestStandardLog: the kind of problem is logged, and nothing of the content.
func TestStandardLog(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		`Unsolicited response received on idle HTTP channel starting with "opal"; err=<nil>`: "an idle HTTP connection received an unsolicited response",
		"http: TLS handshake error from 10.0.0.1:1: opal":                                    "a TLS handshake failed",
		"http: panic serving 10.0.0.1:1: opal\ngoroutine 1":                                  "an HTTP handler panicked",
		"http: Accept error: opal; retrying in 5ms":                                          "an HTTP listener could not accept a connection",
		"http: superfluous response.WriteHeader call from opal (a.go:1)":                     "an HTTP handler wrote a second status",
		`http2: invalid header: opal`:                                                        "an HTTP/2 header was invalid",
		`net/http: invalid byte 'h' in Cookie.Value; dropping invalid bytes`:                 "an HTTP cookie or header was invalid",
		"opal http: panic serving":                                                           otherHTTPProblem,
		"":                                                                                   otherHTTPProblem,
	} {
		var buffer bytes.Buffer
		logger := log.New(StandardLogWriter(NewLogger(&buffer, slog.LevelInfo, "json")), "", 0)
		logger.Print(message)
		if diff := cmp.Diff([][3]string{{"WARN", want, ""}}, logLines(t, buffer.String())); diff != "" {
			t.Errorf("%q: %s", message, diff)
		}
	}
}

// TestErrorLog: a handler that panics with a secret, in a server of the standard library.
func TestErrorLog(t *testing.T) {
	t.Parallel()
	var buffer bytes.Buffer
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("opal") }))
	server.Config.ErrorLog = log.New(StandardLogWriter(NewLogger(&buffer, slog.LevelInfo, "json")), "", 0)
	server.Start()
	if response, err := server.Client().Get(server.URL + "/opal"); err == nil {
		_ = response.Body.Close()
		t.Error("the panic was answered")
	}
	server.Close()
	if diff := cmp.Diff([][3]string{{"WARN", "an HTTP handler panicked", ""}}, logLines(t, buffer.String())); diff != "" || strings.Contains(buffer.String(), "opal") {
		t.Errorf("%s %s", buffer.String(), diff)
	}
}

// TestGRPCLogger: warnings and errors with the part of the library, without content.
func TestGRPCLogger(t *testing.T) {
	t.Parallel()
	const problem = "the gRPC library reported a problem"
	for name, c := range map[string]struct {
		write func(grpclog.LoggerV2)
		want  [][3]string
	}{
		"information": {func(l grpclog.LoggerV2) { l.Info("opal"); l.Infoln("opal"); l.Infof("%s", "opal") }, nil},
		"warnings": {func(l grpclog.LoggerV2) { l.Warning("opal"); l.Warningln("[core]", "opal"); l.Warningf("%s", "opal") },
			[][3]string{{"WARN", problem, ""}, {"WARN", problem, "core"}, {"WARN", problem, ""}}},
		"errors": {func(l grpclog.LoggerV2) { l.Error("[transport]", "opal"); l.Errorln(1, "opal"); l.Errorf("%s", "opal") },
			[][3]string{{"ERROR", problem, "transport"}, {"ERROR", problem, ""}, {"ERROR", problem, ""}}},
		"the end": {func(l grpclog.LoggerV2) { l.Fatal(); l.Fatalln("[opal]"); l.Fatalf("%s", "opal") },
			[][3]string{{"ERROR", problem, ""}, {"ERROR", problem, ""}, {"ERROR", problem, ""}}},
	} {
		var buffer bytes.Buffer
		logger := GRPCLogger(NewLogger(&buffer, slog.LevelDebug, "json"))
		c.write(logger)
		if diff := cmp.Diff(c.want, logLines(t, buffer.String())); diff != "" || strings.Contains(buffer.String(), "opal") || logger.V(0) {
			t.Errorf("%s: %s %s", name, buffer.String(), diff)
		}
	}
}

// TestOTelLogger: warnings and errors, without values and causes.
func TestOTelLogger(t *testing.T) {
	t.Parallel()
	var buffer bytes.Buffer
	logger := OTelLogger(NewLogger(&buffer, slog.LevelDebug, "json"))
	logger.Error(errors.New("opal"), "parse headers", "input", "opal")
	logger.WithValues("input", "opal").WithName("opal").V(1).Info("limit reached", "input", "opal")
	logger.V(4).Info("created", "config", "opal")
	const problem = "the OpenTelemetry library reported a problem"
	want := [][3]string{{"ERROR", problem, ""}, {"WARN", problem, ""}}
	got := buffer.String()
	if diff := cmp.Diff(want, logLines(t, got)); diff != "" || strings.Contains(got, "opal") || !strings.Contains(got, "parse headers") {
		t.Errorf("%s %s", got, diff)
	}
}
