package gateway

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// fixedService keeps no requests, so that callers can share it.
type fixedService struct {
	sipfacadev1.UnimplementedSipConnectionServiceServer
	answer *sipfacadev1.GetSipUserInviteResponse
}

func (s fixedService) GetSipUserInvite(context.Context, *sipfacadev1.GetSipUserInviteRequest) (*sipfacadev1.GetSipUserInviteResponse, error) {
	return s.answer, nil
}

func (s fixedService) CreateSipUserInvite(context.Context, *sipfacadev1.CreateSipUserInviteRequest) (*sipfacadev1.CreateSipUserInviteResponse, error) {
	return &sipfacadev1.CreateSipUserInviteResponse{SipUserInvite: s.answer.GetSipUserInvite()}, nil
}

func (fixedService) ListSipUserInvites(context.Context, *sipfacadev1.ListSipUserInvitesRequest) (*sipfacadev1.ListSipUserInvitesResponse, error) {
	return &sipfacadev1.ListSipUserInvitesResponse{}, nil
}

// emptyDomains answers the call whose pattern is tried last of its service's.
type emptyDomains struct {
	sipfacadev1.UnimplementedPbxConfigServiceServer
}

func (emptyDomains) ListPbxDomains(context.Context, *sipfacadev1.ListPbxDomainsRequest) (*sipfacadev1.ListPbxDomainsResponse, error) {
	return &sipfacadev1.ListPbxDomainsResponse{}, nil
}

func newFixedService() fixedService {
	return fixedService{answer: &sipfacadev1.GetSipUserInviteResponse{SipUserInvite: &sipfacadev1.SipUserInvite{
		Uuid: inviteID, Name: proto.String(strings.Repeat("x", 255)), Token: proto.String(strings.Repeat("y", 64)),
	}}}
}

// BenchmarkCall compares the ways to call a service of the same process.
func BenchmarkCall(b *testing.B) {
	service := newFixedService()
	direct := NewConn(nil)
	sipfacadev1.RegisterSipConnectionServiceServer(direct, service)
	request := &sipfacadev1.GetSipUserInviteRequest{SipConnectionUuid: connectionID, Uuid: inviteID}
	calls := map[string]func(context.Context) error{
		"direct": func(ctx context.Context) error {
			_, err := service.GetSipUserInvite(ctx, request)
			return err
		},
		"in-process": invokeOver(direct, request),
		"bufconn":    invokeOver(bufferedConn(b, service), request),
		"dialled":    invokeOver(dialledConn(b, service), request),
	}
	for name, invoke := range calls {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := invoke(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func invokeOver(conn grpc.ClientConnInterface, request *sipfacadev1.GetSipUserInviteRequest) func(context.Context) error {
	client := sipfacadev1.NewSipConnectionServiceClient(conn)
	return func(ctx context.Context) error {
		_, err := client.GetSipUserInvite(ctx, request)
		return err
	}
}

// bufferedConn is a gRPC client and server over a pipe in memory.
func bufferedConn(b *testing.B, service sipfacadev1.SipConnectionServiceServer) *grpc.ClientConn {
	b.Helper()
	listener := bufconn.Listen(1 << 20)
	return servedConn(b, service, listener, "passthrough:///buffer",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
}

// dialledConn is a gRPC client and server over a loopback socket.
func dialledConn(b *testing.B, service sipfacadev1.SipConnectionServiceServer) *grpc.ClientConn {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	return servedConn(b, service, listener, listener.Addr().String())
}

// servedConn serves on the listener and connects to it.
func servedConn(
	b *testing.B, service sipfacadev1.SipConnectionServiceServer, listener net.Listener, target string, options ...grpc.DialOption,
) *grpc.ClientConn {
	b.Helper()
	server := grpc.NewServer()
	sipfacadev1.RegisterSipConnectionServiceServer(server, service)
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	conn, err := grpc.NewClient(target, append(options, grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := conn.Close(); err != nil {
			b.Error(err)
		}
		server.Stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	return conn
}

// BenchmarkGateway is a whole request without a socket.
func BenchmarkGateway(b *testing.B) {
	conn := NewConn(merge)
	sipfacadev1.RegisterSipConnectionServiceServer(conn, newFixedService())
	sipfacadev1.RegisterPbxConfigServiceServer(conn, emptyDomains{})
	handler, err := New(Options{Conn: conn, OnPanic: func(*http.Request, any, []byte) { b.Error("panic") }})
	if err != nil {
		b.Fatal(err)
	}
	for name, sent := range map[string][3]string{
		"get":                   {http.MethodGet, invitePath, ""},
		"create":                {http.MethodPost, invitesPath, `{"name":"Front desk","expireTime":"2027-01-02T03:04:05Z"}`},
		"refuse":                {http.MethodPost, invitesPath, `{"nmae":"Front desk"}`},
		"list":                  {http.MethodGet, invitesPath + "?pageSize=5&filter=name%3D%22x%22", ""},
		"last of many patterns": {http.MethodGet, "/v1/pbx/domains", ""},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(sent[0], sent[1], strings.NewReader(sent[2])))
			}
		})
	}
	b.Run("recorder alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			http.NotFound(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, invitePath, strings.NewReader("")))
		}
	})
}
