package upstream

import "context"

// credentialKey is the context key of one vendor's caller credential.
type credentialKey struct{ vendor string }

// callerCredential keeps a secret in the context in a form that cannot be
// printed.
type callerCredential struct{ reveal func() string }

// String hides the value.
func (callerCredential) String() string { return "[redacted]" }

// WithCallerCredential returns a context whose calls to the vendor use the
// credential that the caller brought.
func WithCallerCredential(ctx context.Context, vendor, credential string) context.Context {
	kept := callerCredential{reveal: func() string { return credential }}
	return context.WithValue(ctx, credentialKey{vendor}, kept)
}

// CallerCredential returns the credential that the caller brought, or "".
func CallerCredential(ctx context.Context, vendor string) string {
	kept, ok := ctx.Value(credentialKey{vendor}).(callerCredential)
	if !ok {
		return ""
	}
	return kept.reveal()
}
