package server

import (
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/auth"
	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/explain"
	"github.com/sipfacade/sipfacade/internal/headername"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// answered collects what a call sends beside its message.
type answered struct{ header, trailer metadata.MD }

func (*answered) Method() string { return "/service/Method" }

func (a *answered) SetHeader(md metadata.MD) error {
	a.header = metadata.Join(a.header, md)
	return nil
}

func (a *answered) SendHeader(md metadata.MD) error { return a.SetHeader(md) }

func (a *answered) SetTrailer(md metadata.MD) error {
	a.trailer = metadata.Join(a.trailer, md)
	return nil
}

// explainedCall runs a handler behind identify and explain.
func explainedCall(t *testing.T, allowed bool, asked []string, handler grpc.UnaryHandler) (*answered, error) {
	t.Helper()
	sent, s := &answered{}, &Server{config: config.Config{Explain: allowed}, metrics: telemetry.NewMetrics("test")}
	ctx := metadata.NewIncomingContext(t.Context(), metadata.MD{headername.Explain: asked})
	_, err := asOne([]grpc.UnaryServerInterceptor{identify, s.explain})(
		grpc.NewContextWithServerTransportStream(ctx, sent), nil, &grpc.UnaryServerInfo{}, handler)
	return sent, err
}

// exchanges is a handler that makes so many exchanges and ends with the error.
func exchanges(count int, body string, err error) grpc.UnaryHandler {
	return func(ctx context.Context, _ any) (any, error) {
		for range count {
			if recorder := explain.FromContext(ctx); recorder != nil {
				recorder.Begin(explain.Exchange{Vendor: "vendor", Operation: "Op", Method: "POST", Path: "/things", Body: body}).End(200)
			}
		}
		return nil, err
	}
}

// TestExplainAsked: only true is answered, and what is neither true nor false is refused.
func TestExplainAsked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		asked   []string
		allowed bool
		code    codes.Code
		values  int
	}{
		"true":             {[]string{"true"}, true, codes.OK, 2},
		"true twice":       {[]string{"true", "true"}, true, codes.OK, 2},
		"false":            {[]string{"false"}, true, codes.OK, 0},
		"absent":           {nil, true, codes.OK, 0},
		"both":             {[]string{"true", "false"}, true, codes.InvalidArgument, 0},
		"empty":            {[]string{""}, true, codes.InvalidArgument, 0},
		"other case":       {[]string{"True"}, true, codes.InvalidArgument, 0},
		"another":          {[]string{"1"}, true, codes.InvalidArgument, 0},
		"true, forbidden":  {[]string{"true"}, false, codes.PermissionDenied, 0},
		"false, forbidden": {[]string{"false"}, false, codes.OK, 0},
		"another, too":     {[]string{"1"}, false, codes.InvalidArgument, 0},
	} {
		sent, err := explainedCall(t, c.allowed, c.asked, exchanges(2, "", nil))
		if grpcstatus.Code(err) != c.code || len(sent.header[headername.VendorCall]) != c.values || len(sent.trailer[headername.VendorCall]) != 0 {
			t.Errorf("%s: %v with %v", name, err, sent)
		}
	}
}

// TestMayExplain: the error names the scope if it is what the caller lacks.
func TestMayExplain(t *testing.T) {
	t.Parallel()
	known := auth.Caller{ID: "token:reader", Scopes: []string{"write"}}
	for name, row := range map[string]struct {
		on       bool
		caller   auth.Caller
		metadata map[string]string
		refused  bool
	}{
		"anonymous":             {true, auth.Caller{}, nil, false},
		"with the scope":        {true, auth.Caller{ID: known.ID, Scopes: []string{auth.ScopeDebug}}, nil, false},
		"without the scope":     {true, known, map[string]string{"scope": "debug"}, true},
		"off, anonymous":        {false, auth.Caller{}, nil, true},
		"off, with the scope":   {false, auth.Caller{ID: known.ID, Scopes: []string{auth.ScopeDebug}}, nil, true},
		"off without the scope": {false, known, nil, true},
	} {
		s := &Server{config: config.Config{Explain: row.on}}
		err := s.mayExplain(row.caller)
		if refused := status.Reason(err) == "CALLER_FORBIDDEN"; refused != row.refused || !maps.Equal(row.metadata, status.Metadata(err)) {
			t.Errorf("%s: %v %v", name, err, status.Metadata(err))
		}
	}
}

// TestExplainFailure: what a call sent that failed is in its trailers.
func TestExplainFailure(t *testing.T) {
	t.Parallel()
	sent, err := explainedCall(t, true, []string{"true"}, exchanges(1, "a=b", status.Invalid(status.Violation("a", "wrong"))))
	if err == nil || len(sent.header) != 0 || len(sent.trailer[headername.VendorCall]) != 1 {
		t.Fatalf("%v with %v", err, sent)
	}
	want := []string{`{"vendor":"vendor","operation":"Op","method":"POST","path":"/things","query":"","body":"a=b","status":200,"ms":0,"attempt":0}`}
	if diff := cmp.Diff(want, sent.trailer[headername.VendorCall]); diff != "" {
		t.Error(diff)
	}
}

// TestExplainBound: many large exchanges and a large error stay within what clients accept.
func TestExplainBound(t *testing.T) {
	t.Parallel()
	field := func(size int) *errdetails.BadRequest_FieldViolation {
		return status.Violation("field", "%s", strings.Repeat("é%", size/3))
	}
	for name, failure := range map[string]error{
		"success":       nil,
		"no status":     errors.New("private"),
		"small error":   status.Invalid(field(30)),
		"large error":   status.Invalid(field(1000)),
		"larger error":  status.Invalid(field(600), field(600)),
		"no bytes left": status.Invalid(field(9000)),
	} {
		for _, count := range []int{1, 19, 40} {
			sent, err := explainedCall(t, true, []string{"true"}, exchanges(count, strings.Repeat(`"Ünï" `, 300), failure))
			md := metadata.Join(sent.header, sent.trailer)
			values := md[headername.VendorCall]
			if len(values) == 0 {
				t.Fatalf("%s: no values", name)
			}
			if name == "no bytes left" {
				if len(values) != 1 || !strings.HasPrefix(values[0], `{"more":`) {
					t.Errorf("want only a count, got %q", values)
				}
				continue
			}
			if size := metadataBytes(md, err); size > clientHeaderBytes {
				t.Errorf("%s, %d exchanges: %d bytes", name, count, size)
			}
		}
	}
}

// metadataBytes is what a client counts of metadata and of an error.
func metadataBytes(md metadata.MD, err error) (size int) {
	for name, values := range md {
		for _, value := range values {
			size += len(name) + len(value) + 32
		}
	}
	if err == nil {
		return size
	}
	encoded, _ := proto.Marshal(grpcstatus.Convert(err).Proto())
	message := 0
	for _, c := range []byte(grpcstatus.Convert(err).Message()) {
		message++
		if c > '~' || c == '%' {
			message += 2
		}
	}
	return size + len("grpc-status-details-bin") + base64.RawStdEncoding.EncodedLen(len(encoded)) + len("grpc-message") + message + 64
}

// TestExplainIsFree: a call that does not ask for it pays nothing.
func TestExplainIsFree(t *testing.T) {
	s := &Server{config: config.Config{Explain: true}}
	ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs("x-request-id", "1", "user-agent", "x"))
	given := ctx
	handler := func(ctx context.Context, _ any) (any, error) {
		if ctx != given {
			t.Error("another context")
		}
		return nil, nil
	}
	if got := testing.AllocsPerRun(100, func() { _, _ = s.explain(ctx, nil, nil, handler) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
