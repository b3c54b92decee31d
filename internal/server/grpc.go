package server

import (
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionv1alpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/sipfacade/sipfacade/gen"
	"github.com/sipfacade/sipfacade/internal/config"
)

// Limits of one gRPC connection.
const (
	// maxStreams is how many calls one connection may have in flight.
	maxStreams = 1000
	// streamWorkers is how many goroutines, with stacks that have grown already, wait for
	// calls; calls beyond it get goroutines of their own.
	streamWorkers = 64
	// maxMetadataBytes is how large the headers of one call may be.
	maxMetadataBytes = 64 << 10
	// shortestPing is how often a client may ask whether the connection lives.
	shortestPing = time.Second
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
		grpc.UnaryInterceptor(chain),
		grpc.StreamInterceptor(s.endStreams),
		grpc.UnknownServiceHandler(s.unknownMethod(chain)),
		grpc.InTapHandle(s.refuseMalformed),
		grpc.StatsHandler(&watcher{server: s, listener: s.grpcListener, encodings: encodings}),
		grpc.RPCDecompressor(encodings), //nolint:staticcheck // SA1019: only this option accepts encodings that nobody registered
		grpc.ForceServerCodecV2(newAnswerCodec()),
		grpc.NumStreamWorkers(streamWorkers),
		grpc.MaxConcurrentStreams(maxStreams),
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

// registerHealth adds the health service, serving for each service by name.
func registerHealth(server *grpc.Server, receiver *receiver) *health.Server {
	checks := health.NewServer()
	for name := range server.GetServiceInfo() {
		checks.SetServingStatus(name, grpc_health_v1.HealthCheckResponse_SERVING)
	}
	grpc_health_v1.RegisterHealthServer(receiving{server, receiver}, checks)
	return checks
}

// registerReflection adds server reflection that answers from the descriptor image,
// so that clients are shown the comments of the protos.
func registerReflection(server *grpc.Server) error {
	commented, err := commentedFiles()
	if err != nil {
		return err
	}
	options := reflection.ServerOptions{Services: server, DescriptorResolver: commented}
	reflectionv1.RegisterServerReflectionServer(server, reflection.NewServerV1(options))
	reflectionv1alpha.RegisterServerReflectionServer(server, reflection.NewServer(options))
	return nil
}

// files resolves descriptors with comments first, and whatever else is linked, such
// as the health service, without.
type files struct{ commented *protoregistry.Files }

func commentedFiles() (*files, error) {
	set := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(gen.DescriptorImage, set); err != nil {
		return nil, fmt.Errorf("read the descriptor image: %w", err)
	}
	commented, err := protodesc.NewFiles(set)
	if err != nil {
		return nil, fmt.Errorf("link the descriptor image: %w", err)
	}
	return &files{commented: commented}, nil
}

// FindFileByPath prefers the file with comments.
func (f *files) FindFileByPath(path string) (protoreflect.FileDescriptor, error) {
	if file, err := f.commented.FindFileByPath(path); err == nil {
		return file, nil
	}
	return protoregistry.GlobalFiles.FindFileByPath(path)
}

// FindDescriptorByName prefers the descriptor with comments.
func (f *files) FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error) {
	if descriptor, err := f.commented.FindDescriptorByName(name); err == nil {
		return descriptor, nil
	}
	return protoregistry.GlobalFiles.FindDescriptorByName(name)
}
