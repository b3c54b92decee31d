package gateway

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

const getInvite = sipfacadev1.SipConnectionService_GetSipUserInvite_FullMethodName

func newConn(interceptor grpc.UnaryServerInterceptor) (*Conn, *fakeService) {
	conn := NewConn(interceptor)
	service := &fakeService{invite: &sipfacadev1.SipUserInvite{Uuid: inviteID}}
	sipfacadev1.RegisterSipConnectionServiceServer(conn, service)
	return conn, service
}

func TestInvokeReachesTheHandlerThroughTheInterceptor(t *testing.T) {
	t.Parallel()
	var info *grpc.UnaryServerInfo
	conn, service := newConn(func(ctx context.Context, request any, about *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		info = about
		return next(ctx, request)
	})
	ctx, cancel := context.WithCancel(metadata.AppendToOutgoingContext(t.Context(), "Authorization", "a", "k", "1", "k", "2"))
	sent := &sipfacadev1.GetSipUserInviteRequest{SipConnectionUuid: connectionID, Uuid: inviteID}
	got, err := sipfacadev1.NewSipConnectionServiceClient(conn).GetSipUserInvite(ctx, sent)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&sipfacadev1.GetSipUserInviteResponse{SipUserInvite: service.invite}, got, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if got.GetSipUserInvite() != service.invite {
		t.Error("the reply was cloned")
	}
	if diff := cmp.Diff(sent, service.request, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if info.FullMethod != getInvite || info.Server != service {
		t.Errorf("info %+v", info)
	}
	if diff := cmp.Diff(metadata.MD{"authorization": {"a"}, "k": {"1", "2"}}, incoming(service.ctx)); diff != "" {
		t.Error(diff)
	}
	if outgoing, _ := metadata.FromOutgoingContext(service.ctx); outgoing.Len() > 0 {
		t.Errorf("the service would send on %v", outgoing)
	}
	if address := peerAddress(service.ctx); address != "in-process" {
		t.Errorf("peer %q", address)
	}
	if method, _ := grpc.Method(service.ctx); method != getInvite {
		t.Errorf("method %q", method)
	}
	if cancel(); service.ctx.Err() == nil {
		t.Error("cancel does not reach the handler")
	}
}

func TestInvokeReportsHeadersAndTrailers(t *testing.T) {
	t.Parallel()
	for _, failure := range []error{nil, errors.New("oops")} {
		conn, service := newConn(nil)
		service.act = func(ctx context.Context) error {
			second := errors.Join(grpc.SetHeader(ctx, metadata.Pairs("H", "1")), grpc.SendHeader(ctx, metadata.Pairs("h", "2")))
			third := grpc.SetHeader(ctx, metadata.Pairs("h", "3"))
			if second != nil || third == nil || grpc.SendHeader(ctx, nil) == nil {
				return fmt.Errorf("a header after the header: %w, %w", second, third)
			}
			return errors.Join(grpc.SetTrailer(ctx, metadata.Pairs("t", "4")), failure)
		}
		var header, trailer metadata.MD
		_, err := sipfacadev1.NewSipConnectionServiceClient(conn).GetSipUserInvite(t.Context(),
			&sipfacadev1.GetSipUserInviteRequest{}, grpc.Header(&header), grpc.Trailer(&trailer), grpc.WaitForReady(true))
		if (err == nil) != (failure == nil) {
			t.Errorf("error %v, want %v", err, failure)
		}
		if diff := cmp.Diff(metadata.MD{"h": {"1", "2"}}, header); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(metadata.MD{"t": {"4"}}, trailer); diff != "" {
			t.Error(diff)
		}
	}
}

func TestInvokeErrorsAreStatusErrors(t *testing.T) {
	t.Parallel()
	own := grpcstatus.Error(codes.NotFound, "gone")
	cases := []struct {
		from    error
		code    codes.Code
		message string
	}{
		{own, codes.NotFound, "gone"},
		{fmt.Errorf("get: %w", own), codes.NotFound, "get: rpc error: code = NotFound desc = gone"},
		{errors.New("oops"), codes.Unknown, "oops"},
		{fmt.Errorf("get: %w", context.Canceled), codes.Canceled, "get: context canceled"},
		{context.DeadlineExceeded, codes.DeadlineExceeded, "context deadline exceeded"},
	}
	for _, c := range cases {
		conn, service := newConn(nil)
		service.act = func(context.Context) error { return c.from }
		err := conn.Invoke(t.Context(), getInvite, &sipfacadev1.GetSipUserInviteRequest{}, &sipfacadev1.GetSipUserInviteResponse{})
		if got, ok := grpcstatus.FromError(err); !ok || got.Code() != c.code || got.Message() != c.message {
			t.Errorf("%v: got %v", c.from, err)
		}
	}
}

func TestInvokeRefuses(t *testing.T) {
	t.Parallel()
	conn, service := newConn(nil)
	request, reply := &sipfacadev1.GetSipUserInviteRequest{}, &sipfacadev1.GetSipUserInviteResponse{}
	cases := map[string]struct {
		got  error
		want codes.Code
	}{
		"unknown method":  {conn.Invoke(t.Context(), "/a.B/C", request, reply), codes.Unimplemented},
		"unserved method": {conn.Invoke(t.Context(), sipfacadev1.SipConnectionService_ListSipConnections_FullMethodName, &sipfacadev1.ListSipConnectionsRequest{}, &sipfacadev1.ListSipConnectionsResponse{}), codes.Unimplemented},
		"another request": {conn.Invoke(t.Context(), getInvite, reply, reply), codes.Internal},
		"no message":      {conn.Invoke(t.Context(), getInvite, "x", reply), codes.Internal},
	}
	for name, c := range cases {
		if grpcstatus.Code(c.got) != c.want {
			t.Errorf("%s: %v", name, c.got)
		}
	}
	if service.request != nil {
		t.Error("the service was called")
	}
	if err := conn.Invoke(t.Context(), getInvite, request, request); grpcstatus.Code(err) != codes.Internal {
		t.Errorf("another reply: %v", err)
	}
	if _, err := conn.NewStream(t.Context(), nil, getInvite); grpcstatus.Code(err) != codes.Unimplemented {
		t.Errorf("stream: %v", err)
	}
}

func TestInvokePassesPanicsOn(t *testing.T) {
	t.Parallel()
	conn, service := newConn(nil)
	service.act = func(context.Context) error { panic("oops") }
	defer func() {
		if recovered := recover(); recovered != "oops" {
			t.Errorf("recovered %v", recovered)
		}
	}()
	err := conn.Invoke(t.Context(), getInvite, &sipfacadev1.GetSipUserInviteRequest{}, &sipfacadev1.GetSipUserInviteResponse{})
	t.Errorf("no panic, %v", err)
}

// TestHandOver: every field arrives, those of oneofs and lists included, and nothing is
// handed over as another type.
func TestHandOver(t *testing.T) {
	t.Parallel()
	from := &sipfacadev1.ListSipUserInvitesResponse{SipUserInvites: []*sipfacadev1.SipUserInvite{{Uuid: "a"}}, NextPageToken: "b"}
	to := &sipfacadev1.ListSipUserInvitesResponse{}
	if err := handOver(to, from); err != nil || !proto.Equal(from, to) {
		t.Errorf("got %v, %v", to, err)
	}
	for name, wrong := range map[string]any{
		"another type": &sipfacadev1.GetSipUserInviteResponse{}, "nothing": nil, "nil": (*sipfacadev1.ListSipUserInvitesResponse)(nil),
	} {
		if err := handOver(to, wrong); grpcstatus.Code(err) != codes.Internal {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
