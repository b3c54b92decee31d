package server

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// TestOrder: both protocols run the same chain. Observing sees what all the others
// decide, a panic becomes an error before it is translated, and nothing reaches a
// handler unchecked.
func TestOrder(t *testing.T) {
	t.Parallel()
	s := &Server{metrics: telemetry.NewMetrics("test")}
	want := []string{
		"identify", "secrets", "observe", "audit", "translate", "recover", "guard", "authenticate", "auditable", "readable",
		"limit", "deliver", "credentials", "explain", "validate", "idempotency",
	}
	for _, protocol := range []string{protocolGRPC, protocolHTTP} {
		var got []string
		for _, link := range s.chain(protocol) {
			got = append(got, link.name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", protocol, diff)
		}
	}
}

// TestAsOne: joined interceptors run in their order, the first one outermost.
func TestAsOne(t *testing.T) {
	t.Parallel()
	var order []string
	link := func(name string) grpc.UnaryServerInterceptor {
		return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			order = append(order, name+" in")
			response, err := next(ctx, request)
			order = append(order, name+" out")
			return response, err
		}
	}
	joined := asOne([]grpc.UnaryServerInterceptor{link("a"), link("b")})
	_, err := joined(t.Context(), nil, nil, func(context.Context, any) (any, error) {
		order = append(order, "handler")
		return nil, nil
	})
	if diff := cmp.Diff([]string{"a in", "b in", "handler", "b out", "a out"}, order); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

// TestRequestID: a caller's id is kept if it can stand in a log, and replaced if
// not.
func TestRequestID(t *testing.T) {
	t.Parallel()
	for given, kept := range map[string]bool{"abc-123": true, "": false, "two words": false, "new\nline": false, `quo"te`: false} {
		ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs(requestIDHeader, given))
		_, err := identify(ctx, nil, nil, func(ctx context.Context, _ any) (any, error) {
			if id := callOf(ctx).id; (id == given) != kept || id == "" {
				t.Errorf("%q became %q", given, id)
			}
			return nil, nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}
