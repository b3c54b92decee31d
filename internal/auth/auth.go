// Package auth decides who makes a call and what the caller may do. Callers bring a token
// of the tokens file, a JWT of an OIDC issuer, or a client certificate; what they may do
// follows from their scopes and from the idempotency level of the method.
package auth

import (
	"context"
	"crypto/x509"
	"fmt"
	"time"

	"golang.org/x/time/rate"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/status"
)

// Options say how callers authenticate. Without any of the first three, callers are anonymous and
// may do everything.
type Options struct {
	// Directory returns the content of the tokens file. Nil means that there is none.
	Directory func() *Directory
	// JWT verifies tokens of an issuer. Nil means that there is none.
	JWT *JWT
	// Certificates says that connections may have client certificates, which TLS has
	// verified.
	Certificates bool
	// Trusts reports whether a certificate that was verified when its connection was opened
	// still holds. Nil means that it does.
	Trusts func(chains [][]*x509.Certificate, now time.Time) bool
	// Services are those whose methods need scopes.
	Services []protoreflect.ServiceDescriptor
	// Rate is how many calls a second each caller may make, and Burst how many at once.
	// A rate of 0 means no limit.
	Rate  float64
	Burst int
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Authenticator admits calls.
type Authenticator struct {
	options Options
	rules   map[string]rule
	limits  *limits // nil without a rate
	now     func() time.Time
}

// New returns an authenticator. It is an error if a service is in no scope.
func New(options Options) (*Authenticator, error) {
	rules, err := rulesOf(options.Services)
	if err != nil {
		return nil, err
	}
	a := &Authenticator{options: options, rules: rules, now: options.Now}
	if a.now == nil {
		a.now = time.Now
	}
	if options.Rate > 0 {
		a.limits = newLimits(rate.Limit(options.Rate), options.Burst)
	}
	return a, nil
}

// Anonymous reports whether callers are not authenticated.
func (a *Authenticator) Anonymous() bool {
	return a.options.Directory == nil && a.options.JWT == nil && !a.options.Certificates
}

// Admit returns the context of a call with its caller, or the error that refuses it. The
// credential is in the incoming metadata, or in the peer if it is a certificate.
func (a *Authenticator) Admit(ctx context.Context, fullMethod string) (context.Context, error) {
	caller, err := a.Identify(ctx)
	if err == nil {
		err = a.allow(ctx, caller, a.rules[fullMethod])
	}
	if !caller.Anonymous() {
		ctx = withCaller(ctx, caller)
	}
	return ctx, err
}

// Identify returns who makes a call, or CALLER_UNAUTHENTICATED.
func (a *Authenticator) Identify(ctx context.Context) (Caller, error) {
	if a.Anonymous() {
		return Caller{}, nil
	}
	token, given, err := bearer(ctx)
	switch chains := chainsOf(ctx); {
	case err != nil:
		return Caller{}, err
	case given:
		return a.byToken(ctx, token)
	case a.options.Certificates && chains != nil && a.options.Trusts != nil && !a.options.Trusts(chains, a.now()):
		return Caller{}, unauthenticated("the client certificate has expired, or its CA is not accepted any more")
	case a.options.Certificates && chains != nil:
		return a.byCertificate(chains[0][0])
	default:
		return Caller{}, unauthenticated("the call brings no credential of a caller; " + a.credential())
	}
}

// credential says how a call brings one.
func (a *Authenticator) credential() string {
	switch tokens := a.options.Directory != nil || a.options.JWT != nil; {
	case tokens && a.options.Certificates:
		return "send authorization: Bearer TOKEN, or present a client certificate"
	case tokens:
		return "send authorization: Bearer TOKEN"
	default:
		return "present a client certificate"
	}
}

// byToken returns the caller of a bearer token: one of the tokens file, or a JWT.
func (a *Authenticator) byToken(ctx context.Context, token string) (Caller, error) {
	if a.options.Directory != nil {
		if found := a.options.Directory().token(token); found != nil {
			return found.callerAt(a.now())
		}
	}
	if a.options.JWT != nil {
		return a.options.JWT.verify(ctx, token)
	}
	return Caller{}, unauthenticated("the token is unknown")
}

// allow checks the scopes and the rate of a caller.
func (a *Authenticator) allow(ctx context.Context, caller Caller, needs rule) error {
	if !a.Anonymous() && !needs.allows(caller) {
		return status.Forbidden(needs.narrowest, fmt.Sprintf("%s lacks the scope %s", caller.Name, needs.narrowest))
	}
	if a.limits == nil {
		return nil
	}
	if wait := a.limits.take(limitKey(ctx, caller), a.now()); wait > 0 {
		return status.New(codes.ResourceExhausted, sipfacadev1.ErrorReason_ERROR_REASON_CALLER_RATE_LIMITED,
			"the caller makes more calls than the server allows", &errdetails.RetryInfo{RetryDelay: durationpb.New(wait)})
	}
	return nil
}

// unauthenticated returns the error of a call without a valid credential.
func unauthenticated(message string) error {
	return status.New(codes.Unauthenticated, sipfacadev1.ErrorReason_ERROR_REASON_CALLER_UNAUTHENTICATED, message)
}
