package server

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/sipfacade/sipfacade/internal/auth"
	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/generation"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/received"
	"github.com/sipfacade/sipfacade/internal/secret"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/validation"
)

// named is an interceptor with the name that the order of the chain is checked by.
type named struct {
	name      string
	intercept grpc.UnaryServerInterceptor
}

// chain is what every call passes, from the outside in: observing sees what all the
// others decide, and nothing reaches a handler unchecked. How an answer is kept until
// its caller has it differs between the protocols.
func (s *Server) chain(protocol string) []named {
	keep := s.deliver
	if protocol == protocolHTTP {
		keep = s.retain
	}
	links := []named{{"identify", identify}}
	if s.tracer != nil {
		links = append(links, named{"trace", s.traced(protocol)})
	}
	return append(links, []named{
		{"secrets", rememberSecrets},
		{"observe", s.observe(protocol)},
		{"audit", s.audited()},
		{"translate", s.translate},
		{"recover", recovered(s.metrics)},
		{"guard", guard},
		{"authenticate", s.authenticate},
		{"auditable", s.auditable},
		{"readable", readable},
		{"limit", s.limit},
		{"deliver", s.kept(keep)},
		{"credentials", keepCredentials(s.config)},
		{"explain", s.explain},
		{"validate", validate(s.validator, s.generation)},
		{"idempotency", s.idempotency.Intercept},
	}...)
}

// interceptors returns those of the chain, in its order.
func interceptors(chain []named) []grpc.UnaryServerInterceptor {
	all := make([]grpc.UnaryServerInterceptor, len(chain))
	for i, link := range chain {
		all[i] = link.intercept
	}
	return all
}

// asOne joins interceptors, the first one outermost.
func asOne(all []grpc.UnaryServerInterceptor) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		run := &chainRun{left: all, info: info, handler: handler}
		run.following = run.next
		return run.next(ctx, request)
	}
}

// chainRun runs the interceptors for one call. Each calls the next one once at most. It is
// one object, since a closure for each interceptor would be made again for each call.
type chainRun struct {
	left      []grpc.UnaryServerInterceptor
	info      *grpc.UnaryServerInfo
	handler   grpc.UnaryHandler
	following grpc.UnaryHandler // the method next
}

// next runs the next interceptor, or the handler after the last one.
func (r *chainRun) next(ctx context.Context, request any) (any, error) {
	if len(r.left) == 0 {
		return r.handler(ctx, request)
	}
	intercept := r.left[0]
	r.left = r.left[1:]
	return intercept(ctx, request, r.info, r.following)
}

// rememberSecrets lets vendor texts and log lines be masked of the secrets in the request and
// its metadata. They are looked for only if the call fails, or its answer has free-form texts.
func rememberSecrets(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	message, _ := request.(proto.Message)
	return handler(secret.WithValues(ctx, func() []string {
		return append(contract.SecretValues(message), auth.Bearers(ctx)...)
	}), request)
}

// limit gives the call its one deadline, and ends it when the server stops.
func (s *Server) limit(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	ctx = s.calls.begin(ctx, s.config.UpstreamTimeout)
	defer s.calls.end(ctx)
	response, err := handler(ctx, request)
	callOf(ctx).spent = upstream.SpentOf(ctx)
	return response, status.WithCause(ctx, err)
}

// validate completes requests that came as JSON with what the gateway read beside the
// message, and refuses those that are wrong in any way, or that need what the generation of
// the vendor's API does not have.
func validate(validator *validation.Validator, spoken *generation.Checker) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		if err := spoken.CheckCall(info.FullMethod); err != nil {
			return nil, err
		}
		if message, ok := request.(proto.Message); ok {
			in := received.FromContext(ctx)
			if err := validator.Check(message, in); err != nil {
				return nil, err
			}
			if err := spoken.CheckFields(message, in.MaskDerived()); err != nil {
				return nil, err
			}
			if in.MaskDerived() {
				ctx = list.WithDerivedMask(ctx)
			}
		}
		return handler(ctx, request)
	}
}
