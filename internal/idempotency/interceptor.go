// Package idempotency carries out writes with a request id at most once, and answers their repeats:
// from the ledger, or with what the vendor shows.
package idempotency

import (
	"context"
	"log/slog"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/ledger"
	"github.com/sipfacade/sipfacade/internal/service/reconcile"
	"github.com/sipfacade/sipfacade/internal/status"
)

// Options are the options of an Interceptor.
type Options struct {
	// Ledger keeps the request ids; nil if it is off.
	Ledger *ledger.Ledger
	// Account identifies the vendor account that a call works in. What was made in one of them
	// must not be answered to a call in another.
	Account func(ctx context.Context, vendor string) string
	Logger  *slog.Logger
}

// Interceptor finds the calls with a request id. It is safe for concurrent use.
type Interceptor struct {
	Options
	methods map[string]*method // those that take request ids, by full name
}

// New returns an Interceptor for the methods of services. Each that takes request ids needs
// a rule.
func New(services []protoreflect.ServiceDescriptor, options Options, rules ...reconcile.Rules) (*Interceptor, error) {
	methods, err := methodsOf(services, rules)
	if err != nil {
		return nil, err
	}
	return &Interceptor{Options: options, methods: methods}, nil
}

// Intercept carries out a write with a request id at most once, and answers repeats. It is a
// grpc.UnaryServerInterceptor.
func (i *Interceptor) Intercept(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	method := i.methods[info.FullMethod]
	if method == nil {
		return handler(ctx, request)
	}
	message, _ := request.(proto.Message)
	id := message.ProtoReflect().Get(method.id).String()
	if id == "" {
		return handler(ctx, request)
	}
	if i.Ledger == nil {
		return nil, status.Invalid(status.BrokenRule(string(contract.RequestID), "NO_LEDGER",
			"the service has no ledger, so it cannot take request ids; see the setting ledger"))
	}
	if message.ProtoReflect().Get(method.validateOnly).Bool() {
		return handler(ctx, request) // nothing happens that could happen twice
	}
	w := &write{Options: i.Options, method: method, request: message, handler: handler, account: i.Account(ctx, method.rule.Vendor)}
	return w.claim(ctx, info.FullMethod, id)
}
