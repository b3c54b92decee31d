package telemetry

import (
	"context"
	"io"
	"log/slog"
	"strings"

	"github.com/go-logr/logr"
	"google.golang.org/grpc/grpclog"
)

// The libraries write what went wrong together with bytes from the network, which can
// be secrets. These adapters log what kind of problem it was, and none of the content.

// httpProblem is one that net/http reports.
type httpProblem struct {
	// begins is what the library's message begins with.
	begins string
	text   string
}

// httpProblems are looked through in order.
var httpProblems = []httpProblem{
	{"Unsolicited response received on idle HTTP channel", "an idle HTTP connection received an unsolicited response"},
	{"http: TLS handshake error", "a TLS handshake failed"},
	{"http: panic serving", "an HTTP handler panicked"},
	{"http2: panic serving", "an HTTP handler panicked"},
	{"http: Accept error", "an HTTP listener could not accept a connection"},
	{"http: superfluous response.WriteHeader", "an HTTP handler wrote a second status"},
	{"http: response.WriteHeader on hijacked connection", "an HTTP handler wrote to a hijacked connection"},
	{"http: response.Write on hijacked connection", "an HTTP handler wrote to a hijacked connection"},
	{"http: invalid Content-Length", "an HTTP handler set an invalid Content-Length"},
	{"http: WriteHeader called with both Transfer-Encoding", "an HTTP handler set both Transfer-Encoding and Content-Length"},
	{"http: proxy error", "the HTTP proxy failed"},
	{"net/http: invalid", "an HTTP cookie or header was invalid"},
	{"http2: invalid", "an HTTP/2 header was invalid"},
	{"http2: header list too large", "an HTTP/2 header list was too large"},
	{"http2: server connection error", "an HTTP/2 connection failed"},
	{"http2: server closing client connection", "an HTTP/2 connection was closed"},
	{"http2: received GOAWAY", "an HTTP/2 connection was asked to close"},
	{"http2: Transport", "an HTTP/2 client connection failed"},
	{"protocol error", "an HTTP/2 peer broke the protocol"},
	{"timeout waiting for", "an HTTP/2 peer did not answer in time"},
}

// otherHTTPProblem is the text for all others.
const otherHTTPProblem = "the HTTP library reported a problem"

// standardLog is the output of the standard library's loggers.
type standardLog struct{ logger *slog.Logger }

// StandardLogWriter returns the output for the standard library's loggers: that of
// package log, and each http.Server's ErrorLog. Use it with log.New(w, "", 0).
func StandardLogWriter(logger *slog.Logger) io.Writer { return standardLog{logger} }

// Write logs one message.
func (s standardLog) Write(message []byte) (int, error) {
	s.logger.Warn(httpProblemOf(string(message)))
	return len(message), nil
}

// httpProblemOf returns the text for a message of net/http.
func httpProblemOf(message string) string {
	for _, problem := range httpProblems {
		if strings.HasPrefix(message, problem.begins) {
			return problem.text
		}
	}
	return otherHTTPProblem
}

// grpcComponents are the parts of the gRPC library that name themselves in brackets.
var grpcComponents = map[string]bool{
	"[balancer]": true, "[channelz]": true, "[core]": true, "[credentials]": true, "[delegating-resolver]": true, "[dns]": true,
	"[grpcsync]": true, "[pick-first-leaf-lb]": true, "[roundrobin]": true, "[transport]": true,
}

// grpcLogger logs errors and warnings of the gRPC library.
type grpcLogger struct{ logger *slog.Logger }

// GRPCLogger returns the logger for grpclog.SetLoggerV2.
func GRPCLogger(logger *slog.Logger) grpclog.LoggerV2 { return grpcLogger{logger} }

// report logs that there was a problem, and in which part of the library.
func (g grpcLogger) report(level slog.Level, args []any) {
	var attributes []slog.Attr
	if len(args) > 0 {
		if component, ok := args[0].(string); ok && grpcComponents[component] {
			attributes = append(attributes, slog.String("component", strings.Trim(component, "[]")))
		}
	}
	g.logger.LogAttrs(context.Background(), level, "the gRPC library reported a problem", attributes...)
}

// Info logs nothing.
func (grpcLogger) Info(...any) {}

// Infoln logs nothing.
func (grpcLogger) Infoln(...any) {}

// Infof logs nothing.
func (grpcLogger) Infof(string, ...any) {}

// Warning logs a problem without its content.
func (g grpcLogger) Warning(args ...any) { g.report(slog.LevelWarn, args) }

// Warningln logs a problem without its content.
func (g grpcLogger) Warningln(args ...any) { g.report(slog.LevelWarn, args) }

// Warningf logs a problem without its content.
func (g grpcLogger) Warningf(string, ...any) { g.report(slog.LevelWarn, nil) }

// Error logs a problem without its content.
func (g grpcLogger) Error(args ...any) { g.report(slog.LevelError, args) }

// Errorln logs a problem without its content.
func (g grpcLogger) Errorln(args ...any) { g.report(slog.LevelError, args) }

// Errorf logs a problem without its content.
func (g grpcLogger) Errorf(string, ...any) { g.report(slog.LevelError, nil) }

// Fatal logs a problem without its content. The gRPC library ends the process.
func (g grpcLogger) Fatal(args ...any) { g.report(slog.LevelError, args) }

// Fatalln logs a problem without its content. The gRPC library ends the process.
func (g grpcLogger) Fatalln(args ...any) { g.report(slog.LevelError, args) }

// Fatalf logs a problem without its content.
func (g grpcLogger) Fatalf(string, ...any) { g.report(slog.LevelError, nil) }

// V reports that no verbose messages are wanted.
func (grpcLogger) V(int) bool { return false }

// otelLogger logs errors and warnings of the OpenTelemetry library. Their messages are constant
// texts; the values and errors beside them quote what the library was given.
type otelLogger struct{ logger *slog.Logger }

// otelWarning is the level of its warnings; those above it only inform.
const otelWarning = 1

// OTelLogger returns the logger for otel.SetLogger.
func OTelLogger(logger *slog.Logger) logr.Logger { return logr.New(otelLogger{logger}) }

// Init has nothing to do.
func (otelLogger) Init(logr.RuntimeInfo) {}

// Enabled reports whether messages of a level are logged.
func (otelLogger) Enabled(level int) bool { return level <= otelWarning }

// Info logs a warning without its values.
func (o otelLogger) Info(_ int, message string, _ ...any) { o.report(slog.LevelWarn, message) }

// Error logs an error without its cause and its values.
func (o otelLogger) Error(_ error, message string, _ ...any) { o.report(slog.LevelError, message) }

func (o otelLogger) report(level slog.Level, message string) {
	o.logger.LogAttrs(context.Background(), level, "the OpenTelemetry library reported a problem", slog.String("problem", message))
}

// WithValues leaves out the values.
func (o otelLogger) WithValues(...any) logr.LogSink { return o }

// WithName leaves out the name.
func (o otelLogger) WithName(string) logr.LogSink { return o }
