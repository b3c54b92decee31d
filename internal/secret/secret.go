// Package secret is the one matcher of secret names and the one masker of secret
// values. It imports no other package of the project.
package secret

import "context"

// Redacted replaces a secret.
const Redacted = "[redacted]"

// valuesKey is the key of the values in a context.
type valuesKey struct{}

// WithValues returns a context that carries the values which must not be shown,
// beside those that it carries already. The function runs only when Values is called.
func WithValues(ctx context.Context, values func() []string) context.Context {
	outer, _ := ctx.Value(valuesKey{}).(func() []string)
	if outer == nil {
		return context.WithValue(ctx, valuesKey{}, values)
	}
	return context.WithValue(ctx, valuesKey{}, func() []string {
		return append(append([]string(nil), outer()...), values()...)
	})
}

// Values returns the values that must not be shown, or nil if the context carries none.
func Values(ctx context.Context) []string {
	values, _ := ctx.Value(valuesKey{}).(func() []string)
	if values == nil {
		return nil
	}
	return values()
}
