package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/sipfacade/sipfacade/internal/auth"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// TestCallLog: each call has a line of its own, with the level of its outcome.
func TestCallLog(t *testing.T) {
	t.Parallel()
	var written bytes.Buffer
	lines := &callLog{logger: telemetry.NewLogger(&written, slog.LevelInfo, "json"), protocol: protocolGRPC}
	ended := time.Date(2030, time.January, 2, 3, 4, 5, 0, time.UTC)
	for _, c := range []struct {
		method string
		err    error
	}{
		{"/a.B/Get", nil},
		{"/a.B/Create", grpcstatus.Error(codes.Unavailable, "password=hidden")},
		{"/grpc.health.v1.Health/Check", nil},
		{"/a.B/Get", errors.New("defect")},
	} {
		ctx, current := withCall(t.Context())
		current.id = "id-1"
		lines.write(ctx, current, callEnd{c.method, c.err, ended, callTimes{took: 1500 * time.Microsecond, vendors: 1200 * time.Microsecond}})
	}
	ctx, current := withCall(metadata.NewIncomingContext(t.Context(), metadata.Pairs("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")))
	current.id, current.caller = "id-2", auth.Caller{Name: "billing", ID: "token billing"}
	lines.write(ctx, current, callEnd{"/a.B/Get", nil, ended, callTimes{took: 1500 * time.Microsecond, vendors: time.Millisecond, waited: 200 * time.Microsecond}})
	const shared = `"time":"2030-01-02T03:04:05Z",`
	want := `{` + shared + `"level":"INFO","msg":"call","protocol":"grpc","method":"/a.B/Get","code":"OK","took_ms":1.5,"vendor_ms":1.2,"own_ms":0.3,"request_id":"id-1"}
{` + shared + `"level":"WARN","msg":"call","protocol":"grpc","method":"/a.B/Create","code":"Unavailable","took_ms":1.5,"vendor_ms":1.2,"own_ms":0.3,"request_id":"id-1","reason":"","error":"rpc error: code = Unavailable desc = password=[redacted]"}
{` + shared + `"level":"ERROR","msg":"call","protocol":"grpc","method":"/a.B/Get","code":"Unknown","took_ms":1.5,"vendor_ms":1.2,"own_ms":0.3,"request_id":"id-1","reason":"","error":"defect"}
{` + shared + `"level":"INFO","msg":"call","protocol":"grpc","method":"/a.B/Get","code":"OK","took_ms":1.5,"vendor_ms":1,"own_ms":0.3,"request_id":"id-2","waited_ms":0.2,"caller":"billing","trace_id":"0af7651916cd43dd8448eb211c80319c"}
`
	if diff := cmp.Diff(want, written.String()); diff != "" {
		t.Error(diff)
	}
}

// BenchmarkCallLog is the line of a call that succeeds.
func BenchmarkCallLog(b *testing.B) {
	lines := &callLog{logger: telemetry.NewLogger(io.Discard, slog.LevelInfo, "json"), protocol: protocolGRPC}
	ctx, current := withCall(context.Background())
	current.id = newRequestID()
	b.ReportAllocs()
	for b.Loop() {
		lines.write(ctx, current, callEnd{"/sipfacade.v1.SipAppService/GetSipApp", nil, time.Now(), callTimes{took: 1234567}})
	}
}
