package gateway

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/received"
	"github.com/sipfacade/sipfacade/internal/status"
)

// fakeService answers every call with what the test has set, and keeps its
// requests.
type fakeService struct {
	sipfacadev1.UnimplementedSipConnectionServiceServer

	ctx     context.Context
	request proto.Message
	invite  *sipfacadev1.SipUserInvite
	leases  []*sipfacadev1.TnLease
	invites []*sipfacadev1.SipUserInvite
	token   string
	act     func(ctx context.Context) error
}

func (f *fakeService) met(ctx context.Context, request proto.Message) error {
	f.ctx, f.request = ctx, request
	if f.act == nil {
		return nil
	}
	return f.act(ctx)
}

func (f *fakeService) CreateSipUserInvite(ctx context.Context, r *sipfacadev1.CreateSipUserInviteRequest) (*sipfacadev1.CreateSipUserInviteResponse, error) {
	return &sipfacadev1.CreateSipUserInviteResponse{SipUserInvite: f.invite}, f.met(ctx, r)
}

func (f *fakeService) UpdateSipUserInvite(ctx context.Context, r *sipfacadev1.UpdateSipUserInviteRequest) (*sipfacadev1.UpdateSipUserInviteResponse, error) {
	return &sipfacadev1.UpdateSipUserInviteResponse{SipUserInvite: f.invite}, f.met(ctx, r)
}

func (f *fakeService) GetSipUserInvite(ctx context.Context, r *sipfacadev1.GetSipUserInviteRequest) (*sipfacadev1.GetSipUserInviteResponse, error) {
	return &sipfacadev1.GetSipUserInviteResponse{SipUserInvite: f.invite}, f.met(ctx, r)
}

func (f *fakeService) DeleteSipUserInvite(ctx context.Context, r *sipfacadev1.DeleteSipUserInviteRequest) (*sipfacadev1.DeleteSipUserInviteResponse, error) {
	return &sipfacadev1.DeleteSipUserInviteResponse{}, f.met(ctx, r)
}

func (f *fakeService) ListSipUserInvites(ctx context.Context, r *sipfacadev1.ListSipUserInvitesRequest) (*sipfacadev1.ListSipUserInvitesResponse, error) {
	return &sipfacadev1.ListSipUserInvitesResponse{SipUserInvites: f.invites, NextPageToken: f.token}, f.met(ctx, r)
}

func (f *fakeService) AssignSipConnectionTnLeases(ctx context.Context, r *sipfacadev1.AssignSipConnectionTnLeasesRequest) (*sipfacadev1.AssignSipConnectionTnLeasesResponse, error) {
	return &sipfacadev1.AssignSipConnectionTnLeasesResponse{TnLeases: f.leases}, f.met(ctx, r)
}

// merge does with what the gateway read what the interceptors of the server do, but
// applies no rules of the contract.
func merge(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	in, message := received.FromContext(ctx), request.(proto.Message)
	if in.Unread != nil {
		return nil, in.Unread
	}
	in.MergeInto(message.ProtoReflect())
	if len(in.Violations) > 0 {
		return nil, status.Rename(status.Invalid(in.Violations...), in.Name)
	}
	return next(ctx, request)
}

// fakeGateway is a gateway in front of a fake service.
type fakeGateway struct {
	*fakeService
	handler  http.Handler
	panicked []any
}

func newFakeGateway(t testing.TB, interceptors ...grpc.UnaryServerInterceptor) *fakeGateway {
	t.Helper()
	d := &fakeGateway{fakeService: &fakeService{invite: &sipfacadev1.SipUserInvite{Uuid: inviteID}}}
	chain := grpc.UnaryServerInterceptor(merge)
	if len(interceptors) > 0 {
		chain = interceptors[0]
	}
	conn := NewConn(chain)
	sipfacadev1.RegisterSipConnectionServiceServer(conn, d.fakeService)
	sipfacadev1.RegisterSipAppServiceServer(conn, sipfacadev1.UnimplementedSipAppServiceServer{})
	sipfacadev1.RegisterProfileServiceServer(conn, sipfacadev1.UnimplementedProfileServiceServer{})
	sipfacadev1.RegisterPbxConfigServiceServer(conn, sipfacadev1.UnimplementedPbxConfigServiceServer{})
	handler, err := New(Options{Conn: conn, OnPanic: func(_ *http.Request, recovered any, _ []byte) {
		d.panicked = append(d.panicked, recovered)
	}})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	d.handler = handler
	return d
}

const (
	connectionID = "11111111-2222-4333-8444-555555555555"
	inviteID     = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
	invitesPath  = "/v1/sip-connections/" + connectionID + "/invites"
	invitePath   = invitesPath + "/" + inviteID
)

// send sends one request; headers are "Name: value".
func (d *fakeGateway) send(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	request := httptest.NewRequest(method, target, content)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Add(name, value)
	}
	recorder := httptest.NewRecorder()
	d.handler.ServeHTTP(recorder, request)
	return recorder
}

// answer is an error as a caller parses it.
type answer struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Details []struct {
		Type            string            `json:"@type"`
		Reason          string            `json:"reason"`
		Domain          string            `json:"domain"`
		Metadata        map[string]string `json:"metadata"`
		FieldViolations []struct {
			Field       string `json:"field"`
			Reason      string `json:"reason"`
			Description string `json:"description"`
		} `json:"fieldViolations"`
	} `json:"details"`
}

func readAnswer(t *testing.T, recorder *httptest.ResponseRecorder) answer {
	t.Helper()
	var read answer
	if err := json.Unmarshal(recorder.Body.Bytes(), &read); err != nil {
		t.Fatalf("answer %q is not JSON: %v", recorder.Body, err)
	}
	return read
}

// reason is the reason of the first detail, which every error has.
func (a answer) reason() string {
	if len(a.Details) == 0 || a.Details[0].Domain != "sipfacade" {
		return ""
	}
	return a.Details[0].Reason
}

// violations are "field: description" lines.
func (a answer) violations() []string {
	lines := []string{}
	for _, detail := range a.Details {
		for _, violation := range detail.FieldViolations {
			lines = append(lines, violation.Field+": "+violation.Description)
		}
	}
	return lines
}

func incoming(ctx context.Context) metadata.MD {
	md, _ := metadata.FromIncomingContext(ctx)
	return md
}

func peerAddress(ctx context.Context) string {
	caller, ok := peer.FromContext(ctx)
	if !ok {
		return ""
	}
	return caller.Addr.String()
}

// servicesOfTheContract lists every linked service of the contract that has an
// HTTP rule.
func servicesOfTheContract() []protoreflect.FullName {
	var names []protoreflect.FullName
	for _, service := range contract.Services(protoregistry.GlobalFiles) {
		hasRule := func(method protoreflect.MethodDescriptor) bool { return len(contract.HTTPRules(method)) > 0 }
		if slices.ContainsFunc(contract.Methods([]protoreflect.ServiceDescriptor{service}), hasRule) {
			names = append(names, service.FullName())
		}
	}
	return names
}
