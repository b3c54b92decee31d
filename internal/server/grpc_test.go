package server

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/listener"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// serveGRPC serves the gRPC server with health checks only, over connections in memory, until the test ends.
func serveGRPC(t *testing.T) *bufconn.Listener {
	t.Helper()
	s := &Server{
		config: config.Config{UpstreamTimeout: 30 * time.Second}, callers: &callers{},
		metrics: telemetry.NewMetrics("test"), logger: telemetry.NewLogger(io.Discard, slog.LevelInfo, "json"),
		draining: make(chan struct{}), streams: newCallLimit(maxOpenStreams),
	}
	listening := bufconn.Listen(1 << 16)
	s.grpcListener = listener.New(listening, listener.Options{WriteTimeout: time.Minute, MaxPending: 1 << 20})
	s.grpc = s.newGRPC(asOne(nil))
	s.checks = registerHealth(s.grpc, newReceiver(func(_ string, err error) error { return err }))
	served := make(chan error)
	go func() { served <- s.grpc.Serve(s.grpcListener) }()
	t.Cleanup(func() {
		s.grpc.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return listening
}

// rawClient is a client that knows HTTP/2 only.
type rawClient struct {
	net.Conn
	*http2.Framer
}

// connect opens a connection to the server.
func connect(t *testing.T, server *bufconn.Listener) *rawClient {
	t.Helper()
	conn, err := server.Dial()
	if err != nil {
		t.Fatal(err)
	}
	client := &rawClient{Conn: conn, Framer: http2.NewFramer(conn, conn)}
	if _, err := io.WriteString(conn, http2.ClientPreface); err != nil {
		t.Fatal(err)
	}
	if err := client.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	return client
}

// watchHealth begins a stream that does not end by itself.
func (c *rawClient) watchHealth(t *testing.T) {
	t.Helper()
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, field := range [][2]string{
		{":method", "POST"}, {":scheme", "http"}, {":path", grpc_health_v1.Health_Watch_FullMethodName}, {":authority", "test"},
		{"content-type", "application/grpc"}, {"te", "trailers"},
	} {
		if err := encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}); err != nil {
			t.Fatal(err)
		}
	}
	message, err := proto.Marshal(&grpc_health_v1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		c.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true}),
		c.WriteData(1, true, append([]byte{0, 0, 0, 0, byte(len(message))}, message...)))
	if err != nil {
		t.Fatal(err)
	}
}

// live reads until the server ends the connection, and answers its pings if it is to. It
// returns when the server said that it takes no more calls, 0 if it did not, and how much
// later the connection ended.
func (c *rawClient) live(t *testing.T, answersPings bool) (told, left time.Duration) {
	t.Helper()
	began := time.Now()
	if err := c.SetReadDeadline(began.Add(2 * connectionAge)); err != nil {
		t.Fatal(err)
	}
	for {
		frame, err := c.ReadFrame()
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				err = c.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if answersPings && !frame.IsAck() {
				err = c.WritePing(true, frame.Data)
			}
		case *http2.GoAwayFrame:
			if told == 0 {
				told = time.Since(began)
			}
		}
		if err != nil {
			return told, time.Since(began) - told
		}
	}
}

// TestConnectionsEnd: a gRPC connection ends when nobody uses it, when its client does not
// answer, and when it is old: the calls of an old one may end first, for as long as a call
// may take.
func TestConnectionsEnd(t *testing.T) {
	t.Parallel()
	const slack = time.Second
	for name, c := range map[string]struct {
		silent, used bool
		earliest     time.Duration // when the client is told; 0 if it is not
		latest       time.Duration
		left         time.Duration // until the connection ends
	}{
		"idle":   {earliest: connectionIdle, latest: connectionIdle},
		"silent": {silent: true, left: pingAfter + pingTimeout},
		"old": {
			used: true, earliest: connectionAge * 9 / 10, latest: connectionAge * 11 / 10,
			left: 30*time.Second + config.WriteGrace + flushTime,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := connect(t, serveGRPC(t))
				if c.used {
					client.watchHealth(t)
				}
				told, left := client.live(t, !c.silent)
				if told < c.earliest || told > c.latest+slack || left < c.left || left > c.left+slack {
					t.Errorf("told after %s, ended %s later, want %s to %s, and %s", told, left, c.earliest, c.latest, c.left)
				}
			})
		})
	}
}
