package telemetry

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/secret"
)

// nilError is an error whose methods panic on nil pointers.
type nilError struct{ text string }

func (e *nilError) Error() string { return e.text }

// settings is a value that is logged as it is.
type settings struct {
	Name     string
	Password string
}

// valuer is a value that decides itself how it is logged.
type valuer struct{}

func (valuer) LogValue() slog.Value {
	return slog.GroupValue(slog.String("user", "joe"), slog.String("userPIN", "opal"))
}

// line returns what a logger with the redacting handler, or without it, writes.
func line(t *testing.T, redacting bool, write func(*slog.Logger)) string {
	t.Helper()
	var buffer bytes.Buffer
	var h slog.Handler = slog.NewJSONHandler(&buffer, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey && len(groups) == 0 {
			return slog.Attr{}
		}
		return a
	}})
	if redacting {
		h = NewHandler(h)
	}
	write(slog.New(h))
	return strings.TrimSpace(buffer.String())
}

func TestHandler(t *testing.T) {
	t.Parallel()
	ctx := secret.WithValues(t.Context(), func() []string { return []string{"p;opal"} })
	for name, c := range map[string]struct {
		write func(*slog.Logger)
		want  string
	}{
		"message":            {func(l *slog.Logger) { l.Info("got token=opal") }, `{"level":"INFO","msg":"got token=[redacted]"}`},
		"string":             {func(l *slog.Logger) { l.Info("m", "a", "https://joe:opal@h/") }, `{"level":"INFO","msg":"m","a":"https://[redacted]@h/"}`},
		"name":               {func(l *slog.Logger) { l.Info("m", "auth_pass", "opal", "pin", 4711) }, `{"level":"INFO","msg":"m","auth_pass":"[redacted]","pin":"[redacted]"}`},
		"group":              {func(l *slog.Logger) { l.Info("m", slog.Group("g", "apiKey", "opal", "a", 1)) }, `{"level":"INFO","msg":"m","g":{"apiKey":"[redacted]","a":1}}`},
		"secret group":       {func(l *slog.Logger) { l.Info("m", slog.Group("credentials", "a", "opal")) }, `{"level":"INFO","msg":"m","credentials":"[redacted]"}`},
		"with":               {func(l *slog.Logger) { l.With("pwd", "opal").WithGroup("g").Info("m", "pwd", "opal") }, `{"level":"INFO","msg":"m","pwd":"[redacted]","g":{"pwd":"[redacted]"}}`},
		"valuer":             {func(l *slog.Logger) { l.Info("m", "a", valuer{}) }, `{"level":"INFO","msg":"m","a":{"user":"joe","userPIN":"[redacted]"}}`},
		"error":              {func(l *slog.Logger) { l.Info("m", "cause", errors.New(`{"pin":"opal"}`)) }, `{"level":"INFO","msg":"m","cause":"{\"pin\":\"[redacted]\"}"}`},
		"nil pointer":        {func(l *slog.Logger) { l.Info("m", "cause", (*nilError)(nil)) }, `{"level":"INFO","msg":"m","cause":"cannot be shown"}`},
		"URL":                {func(l *slog.Logger) { l.Info("m", "a", &url.URL{Scheme: "http", User: url.User("opal"), Host: "h"}) }, `{"level":"INFO","msg":"m","a":"http://[redacted]@h"}`},
		"bytes":              {func(l *slog.Logger) { l.Info("m", "a", []byte("pin=opal")) }, `{"level":"INFO","msg":"m","a":"pin=[redacted]"}`},
		"struct":             {func(l *slog.Logger) { l.Info("m", "a", settings{"n", "opal"}) }, `{"level":"INFO","msg":"m","a":"{\"Name\":\"n\",\"Password\":\"[redacted]\"}"}`},
		"what is no JSON":    {func(l *slog.Logger) { l.Info("m", "a", func() {}) }, `{"level":"INFO","msg":"m","a":"cannot be shown"}`},
		"error of a call":    {func(l *slog.Logger) { l.InfoContext(ctx, "m", "cause", errors.New("a p%3Bopal b")) }, `{"level":"INFO","msg":"m","cause":"a [redacted] b"}`},
		"its text":           {func(l *slog.Logger) { l.InfoContext(ctx, "m", "error", "password=p;opal") }, `{"level":"INFO","msg":"m","error":"password=[redacted]"}`},
		"a call of no error": {func(l *slog.Logger) { l.InfoContext(ctx, "m", "a", "p;opal") }, `{"level":"INFO","msg":"m","a":"p;opal"}`},
	} {
		if diff := cmp.Diff(c.want, line(t, true, c.write)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestHandlerKeepsTheRest: a record without secrets is written as it would be without
// the handler.
func TestHandlerKeepsTheRest(t *testing.T) {
	t.Parallel()
	write := func(l *slog.Logger) {
		l.With("a", 1).WithGroup("g").Warn("call", "method", "/s/M", "took_ms", 1.5, "at", time.Unix(0, 0).UTC(), "for", time.Second,
			"list", []string{"a", "b"}, "nil", nil, "ok", true, "error", `status 503 "sandbox fault: status"`, slog.Group("h", "b", uint64(2)), slog.Attr{})
	}
	if diff := cmp.Diff(line(t, false, write), line(t, true, write)); diff != "" {
		t.Error(diff)
	}
	if NewHandler(slog.NewTextHandler(&bytes.Buffer{}, nil)).Enabled(context.Background(), slog.LevelDebug) {
		t.Error("the level of the other handler does not count")
	}
}

// TestHandlerAsksLate: the values of a call are only asked for if there is an error.
func TestHandlerAsksLate(t *testing.T) {
	t.Parallel()
	asked := 0
	ctx := secret.WithValues(t.Context(), func() []string { asked++; return nil })
	line(t, true, func(l *slog.Logger) { l.InfoContext(ctx, "call", "code", "OK") })
	if asked != 0 {
		t.Error("asked without an error")
	}
	line(t, true, func(l *slog.Logger) { l.InfoContext(ctx, "call", "error", "no") })
	if asked != 1 {
		t.Errorf("asked %d times for an error", asked)
	}
}

// TestPlainKeys: no key that is written without a look at its words names a secret.
func TestPlainKeys(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"protocol", "method", "code", "took_ms", "vendor_ms", "own_ms", "waited_ms", "request_id", "trace_id", "reason", "caller", errorKey} {
		if !isPlainKey(key) || secret.Name(key) {
			t.Errorf("%s: plain %t, secret %t", key, isPlainKey(key), secret.Name(key))
		}
	}
}
