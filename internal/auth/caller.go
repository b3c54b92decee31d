package auth

import (
	"context"
	"slices"
)

// Caller is who makes a call. The zero Caller is an anonymous one.
type Caller struct {
	// Name is how logs and the audit file call it: the name in the tokens file, the
	// subject of a JWT, or the name in a certificate.
	Name string
	// ID tells callers apart: names of different sources may be the same. Tokens and
	// certificates of one name in the tokens file are one caller, so that a token can be
	// replaced.
	ID string
	// Scopes are what the caller may do.
	Scopes []string
}

// Anonymous reports whether nobody authenticated the caller.
func (c Caller) Anonymous() bool { return c.ID == "" }

// Has reports whether the caller has the scope itself.
func (c Caller) Has(scope string) bool { return slices.Contains(c.Scopes, scope) }

// callerKey is the context key of the caller.
type callerKey struct{}

// withCaller returns a context with the caller of its call.
func withCaller(ctx context.Context, caller Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

// CallerOf returns the caller of a call, the anonymous one if nobody was authenticated.
func CallerOf(ctx context.Context) Caller {
	caller, _ := ctx.Value(callerKey{}).(Caller)
	return caller
}
