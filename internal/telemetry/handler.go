package telemetry

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/sipfacade/sipfacade/internal/secret"
)

// handler redacts records before another handler writes them.
type handler struct{ next slog.Handler }

// NewHandler returns a handler that passes records to next without secrets: without the
// values of attributes that are named like secrets, without what package secret finds
// in texts, and, in errors, without the values that the context says must not be shown.
func NewHandler(next slog.Handler) slog.Handler { return handler{next} }

// Enabled reports what the other handler reports.
func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle redacts the record and passes it on.
func (h handler) Handle(ctx context.Context, record slog.Record) error {
	clean := slog.NewRecord(record.Time, record.Level, secret.Text(record.Message), record.PC)
	record.Attrs(func(attribute slog.Attr) bool {
		clean.AddAttrs(redactAttribute(ctx, attribute))
		return true
	})
	return h.next.Handle(ctx, clean)
}

// WithAttrs redacts the attributes of all records to come.
func (h handler) WithAttrs(attributes []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attributes))
	for i, attribute := range attributes {
		clean[i] = redactAttribute(context.Background(), attribute)
	}
	return handler{h.next.WithAttrs(clean)}
}

// WithGroup opens a group.
func (h handler) WithGroup(name string) slog.Handler { return handler{h.next.WithGroup(name)} }

// errorKey is the key of attributes with the text of an error. Errors quote vendors,
// and vendors quote what they were sent.
const errorKey = "error"

// redactAttribute redacts the value if the name is that of a secret, and otherwise the
// secrets in the value.
func redactAttribute(ctx context.Context, attribute slog.Attr) slog.Attr {
	if !isPlainKey(attribute.Key) && secret.Name(attribute.Key) {
		return slog.String(attribute.Key, secret.Redacted)
	}
	value := attribute.Value.Resolve()
	if attribute.Key == errorKey && value.Kind() == slog.KindString {
		value = slog.StringValue(mask(ctx, value.String()))
	}
	return slog.Attr{Key: attribute.Key, Value: redactAttributeValue(ctx, value)}
}

// isPlainKey reports whether the key is one of those that every line about a call has.
// None names a secret, and they need not be taken apart for each line.
func isPlainKey(key string) bool {
	switch key {
	case "protocol", "method", "code", "took_ms", "vendor_ms", "own_ms", "waited_ms", "request_id", "trace_id", "reason", "caller", errorKey:
		return true
	default:
		return false
	}
}

// mask replaces the values that the context says must not be shown. It comes before Text,
// which could cut such a value in two. The values are only asked for here, so that a call
// without an error does not pay for them.
func mask(ctx context.Context, text string) string {
	return secret.NewMasker(secret.Values(ctx)...).Mask(text)
}

// redactAttributeValue redacts a value that has been resolved.
func redactAttributeValue(ctx context.Context, value slog.Value) slog.Value {
	switch value.Kind() {
	case slog.KindString:
		return slog.StringValue(secret.Text(value.String()))
	case slog.KindGroup:
		clean := make([]slog.Attr, len(value.Group()))
		for i, attribute := range value.Group() {
			clean[i] = redactAttribute(ctx, attribute)
		}
		return slog.GroupValue(clean...)
	case slog.KindAny:
		return redactAny(ctx, value)
	default:
		return value
	}
}

// redactAny redacts a value of any type. If that changes it, it becomes a text.
func redactAny(ctx context.Context, value slog.Value) slog.Value {
	switch v := value.Any().(type) {
	case nil:
		return value
	case error:
		return slog.StringValue(secret.Text(mask(ctx, textOf(v.Error))))
	case fmt.Stringer:
		return slog.StringValue(secret.Text(textOf(v.String)))
	case []byte:
		return slog.StringValue(secret.Text(string(v)))
	}
	encoded, err := json.Marshal(value.Any())
	if err != nil {
		return slog.StringValue(unprintable)
	}
	if text := secret.Text(string(encoded)); text != string(encoded) {
		return slog.StringValue(text)
	}
	return value
}

// unprintable is written for a value that cannot be written.
const unprintable = "cannot be shown"

// textOf calls a method that returns a text and may panic, as those of nil pointers do.
func textOf(method func() string) (text string) {
	defer func() {
		if recover() != nil {
			text = unprintable
		}
	}()
	return method()
}
