package server

import (
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"

	"github.com/sipfacade/sipfacade/internal/config"
)

// Limits of one gRPC connection.
const (
	// maxStreams is how many calls one connection may have in flight. Further ones wait in the
	// client.
	maxStreams = 250
	// streamWorkers is how many goroutines, with stacks that have grown already, wait for
	// calls; calls beyond it get goroutines of their own.
	streamWorkers = 64
	// maxMetadataBytes is how large the headers of one call may be. A few bytes can stand for as
	// many, since HTTP/2 sends what is in its table of headers as a number.
	maxMetadataBytes = 16 << 10
	// maxStreamMessage is how large a message of a stream may be; those of calls are read by the
	// receiver.
	maxStreamMessage = freeRequestBytes
	// streamWindow and connectionWindow are how many bytes of requests may be on their way to
	// one call before it reads them, and to all calls of a connection. A call that reads a
	// longer message gets the window for it. They are fixed because grpc-go would otherwise
	// send a ping with nearly every request, to learn which window the connection needs.
	streamWindow     = 64 << 10
	connectionWindow = 1 << 20
	// shortestPing is how often a client may ask whether the connection lives.
	shortestPing = time.Second
	// handshakeTimeout is how long a new connection may take for TLS and the first frames.
	handshakeTimeout = 10 * time.Second
	// connectionIdle and connectionAge are how long a connection may be unused, and
	// used; its calls are finished first.
	connectionIdle = 15 * time.Minute
	connectionAge  = time.Hour
	// pingAfter and pingTimeout are when a silent client is asked whether it lives, and
	// how long it may take to answer.
	pingAfter   = time.Minute
	pingTimeout = 20 * time.Second
)

// newGRPC returns the gRPC server without its services.
func (s *Server) newGRPC(chain grpc.UnaryServerInterceptor) *grpc.Server {
	encodings := newEncodings()
	return grpc.NewServer(
		grpc.Creds(s.transportCredentials()),
		grpc.ConnectionTimeout(handshakeTimeout),
		grpc.UnaryInterceptor(chain),
		grpc.StreamInterceptor(s.serveStream),
		grpc.UnknownServiceHandler(s.unknownMethod(chain)),
		grpc.InTapHandle(s.refuseMalformed),
		grpc.StatsHandler(&statsHandler{server: s, listener: s.grpcListener, encodings: encodings}),
		grpc.RPCDecompressor(encodings), //nolint:staticcheck // SA1019: only this option accepts encodings that nobody registered
		grpc.ForceServerCodecV2(newAnswerCodec()),
		grpc.NumStreamWorkers(streamWorkers),
		grpc.MaxConcurrentStreams(maxStreams),
		grpc.MaxRecvMsgSize(maxStreamMessage),
		grpc.StaticStreamWindowSize(streamWindow),
		grpc.StaticConnWindowSize(connectionWindow),
		grpc.MaxHeaderListSize(maxMetadataBytes),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: shortestPing, PermitWithoutStream: true}),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionIdle: connectionIdle, MaxConnectionAge: connectionAge,
			MaxConnectionAgeGrace: s.config.UpstreamTimeout + config.WriteGrace + flushTime,
			Time:                  pingAfter, Timeout: pingTimeout,
		}),
		grpc.WaitForHandlers(true),
	)
}

// transportCredentials are those of the gRPC listener: TLS, if there are certificates.
func (s *Server) transportCredentials() credentials.TransportCredentials {
	if s.callers.certificates == nil {
		return insecure.NewCredentials()
	}
	return credentials.NewTLS(s.callers.certificates.Config())
}
