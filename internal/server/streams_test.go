package server

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// streamRig serves one stream, whose handler the test decides.
type streamRig struct {
	*Server
	log bytes.Buffer // to be read when the stream has ended
	// returned says that the handler has returned, and served gets that when the server lets
	// go of the stream.
	returned atomic.Bool
	served   chan bool
}

func newStreamRig() *streamRig {
	r := &streamRig{served: make(chan bool, 1)}
	r.Server = &Server{
		metrics: telemetry.NewMetrics("test"), logger: telemetry.NewLogger(&r.log, slog.LevelDebug, "json"),
		draining: make(chan struct{}), streams: newCallLimit(1),
	}
	return r
}

// serve serves the stream as the server does, and notes whether its handler has returned.
func (r *streamRig) serve(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	err := r.serveStream(service, stream, info, handler)
	r.served <- r.returned.Load()
	return err
}

// open opens the stream over a connection in memory.
func (r *streamRig) open(ctx context.Context, t *testing.T, handler grpc.StreamHandler) grpc.ClientStream {
	t.Helper()
	noted := func(service any, stream grpc.ServerStream) error {
		defer r.returned.Store(true)
		return handler(service, stream)
	}
	desc := grpc.StreamDesc{StreamName: "Stream", Handler: noted, ServerStreams: true, ClientStreams: true}
	server := grpc.NewServer(grpc.StreamInterceptor(r.serve), grpc.WaitForHandlers(true))
	server.RegisterService(&grpc.ServiceDesc{ServiceName: "test.Streams", HandlerType: (*any)(nil), Streams: []grpc.StreamDesc{desc}}, r)
	listening := bufconn.Listen(1 << 16)
	go func() { _ = server.Serve(listening) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:///test", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listening.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	stream, err := conn.NewStream(ctx, &desc, "/test.Streams/Stream")
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// TestStreamPanics: the caller of a stream whose handler panics sees a defect and nothing of
// the panic, which is counted, and logged with its stack but without the caller's token.
func TestStreamPanics(t *testing.T) {
	t.Parallel()
	const token = "canary-Token~2/+="
	r := newStreamRig()
	ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+token, requestIDHeader, "id-of-the-test")
	stream := r.open(ctx, t, func(any, grpc.ServerStream) error { panic("index out of range for " + token) })
	err := stream.RecvMsg(&emptypb.Empty{})
	if known := grpcstatus.Convert(err); known.Code() != codes.Internal || known.Message() != "internal error" || status.Reason(err) != "INTERNAL" {
		t.Errorf("the stream ended with %v", known.Proto())
	}
	if got := stream.Trailer().Get(requestIDHeader); len(got) != 1 || got[0] != "id-of-the-test" {
		t.Errorf("the trailer has the request ids %q", got)
	}
	<-r.served
	log := r.log.String()
	for _, part := range []string{"panic: index out of range", "streams_test.go", `"request_id":"id-of-the-test"`} {
		if !strings.Contains(log, part) {
			t.Errorf("the log lacks %q:\n%s", part, log)
		}
	}
	if strings.Contains(log, token) {
		t.Errorf("the log has the token:\n%s", log)
	}
	page := httptest.NewRecorder()
	r.metrics.Handler().ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
	if !strings.Contains(page.Body.String(), "\nsipfacade_panics_total 1\n") {
		t.Error("the panic was not counted")
	}
}

// TestDrainEndsStreams: on a drain the caller of a stream is answered at once, whatever the
// handler waits for, and the server lets go of the stream when the handler has returned.
func TestDrainEndsStreams(t *testing.T) {
	t.Parallel()
	answered := make(chan struct{})
	for name, handler := range map[string]grpc.StreamHandler{
		"waits for a message": func(_ any, stream grpc.ServerStream) error { return stream.RecvMsg(&emptypb.Empty{}) },
		"waits for its end": func(_ any, stream grpc.ServerStream) error {
			<-stream.Context().Done()
			return stream.Context().Err()
		},
		"waits for its caller to read": func(_ any, stream grpc.ServerStream) error {
			for {
				if err := stream.SendMsg(wrapperspb.Bytes(make([]byte, 1<<20))); err != nil {
					return err
				}
			}
		},
		"uses the stream after its end": func(_ any, stream grpc.ServerStream) error {
			<-answered
			return stream.SendMsg(&emptypb.Empty{})
		},
	} {
		r := newStreamRig()
		stream := r.open(t.Context(), t, handler)
		close(r.draining)
		var err error
		for err == nil {
			err = stream.RecvMsg(&wrapperspb.BytesValue{})
		}
		if grpcstatus.Code(err) != codes.Unavailable || status.Reason(err) != "SHUTTING_DOWN" {
			t.Errorf("a handler that %s: %v", name, err)
		}
		if ids := stream.Trailer().Get(requestIDHeader); len(ids) != 1 || ids[0] == "" {
			t.Errorf("a handler that %s: the trailer has the request ids %q", name, ids)
		}
		if name == "uses the stream after its end" {
			close(answered)
		}
		if !<-r.served {
			t.Errorf("a handler that %s had not returned when the server let go of the stream", name)
		}
	}
}

// TestOverdue: a stream that ends because its time is over says so, whatever its handler
// calls that.
func TestOverdue(t *testing.T) {
	t.Parallel()
	expired, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	cancelled, stop := context.WithCancel(t.Context())
	stop()
	for _, test := range []struct {
		ctx         context.Context
		ended, want codes.Code
	}{
		{expired, codes.Canceled, codes.DeadlineExceeded},
		{expired, codes.OK, codes.OK},
		{expired, codes.NotFound, codes.NotFound},
		{cancelled, codes.Canceled, codes.Canceled},
		{t.Context(), codes.Canceled, codes.Canceled},
	} {
		if got := grpcstatus.Code(overdue(test.ctx, grpcstatus.Error(test.ended, "ended"))); got != test.want {
			t.Errorf("%v with %s: %s, want %s", test.ctx.Err(), test.ended, got, test.want)
		}
	}
}
