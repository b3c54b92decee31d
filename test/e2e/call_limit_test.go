package e2e

import (
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/sipfacade/sipfacade/internal/status"
)

// TestCallsThatWait: of the calls that wait for their messages, and of the streams, there are 1,000 at
// most. One more ends another of its connections, and others are served.
func TestCallsThatWait(t *testing.T) {
	t.Parallel()
	const create = "/sipfacade.v1.SipConnectionService/CreateSipConnection"
	for name, c := range map[string]struct {
		method   string
		first    proto.Message // nil if none is sent
		delivery string
	}{
		"calls":   {method: create, delivery: "NOT_SENT"},
		"streams": {method: grpc_health_v1.Health_Watch_FullMethodName, first: &grpc_health_v1.HealthCheckRequest{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := startFacade(t, startVendor(t, json200(`{"success":true,"payload":[]}`)).url(), withToken())
			ended := make(chan grpc.ClientStream, 1001)
			for range 7 {
				conn, err := grpc.NewClient(f.server.Address("grpc"), grpc.WithTransportCredentials(insecure.NewCredentials()))
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = conn.Close() }) // already broken if it fails
				for range 1001 / 7 {
					go f.stay(t, conn, c.method, c.first, ended)
				}
			}
			stream := <-ended
			err := stream.RecvMsg(&emptypb.Empty{})
			if grpcstatus.Code(err) != codes.ResourceExhausted || status.Reason(err) != "CALLER_RATE_LIMITED" ||
				status.Metadata(err)["delivery"] != c.delivery || len(stream.Trailer()["grpc-retry-pushback-ms"]) != 1 {
				t.Errorf("ended with %v, %v, %v", err, grpcstatus.Convert(err).Details(), stream.Trailer())
			}
			f.listApps(t)
			nextHealth(t, f.watchHealth(t, ""))
		})
	}
}

// stay begins a stream that its caller does not end, and passes it on when the server has ended
// it.
func (f *facade) stay(t *testing.T, conn *grpc.ClientConn, method string, first proto.Message, ended chan<- grpc.ClientStream) {
	t.Helper()
	stream, err := conn.NewStream(t.Context(), &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, method)
	if err == nil && first != nil {
		err = stream.SendMsg(first)
	}
	for err == nil {
		err = stream.RecvMsg(&emptypb.Empty{})
	}
	if stream != nil && t.Context().Err() == nil {
		ended <- stream
	}
}
