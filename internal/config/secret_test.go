package config

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

const hunter2 = "hunter2-correct-horse"

// shapes puts a secret into every kind of value that a program may print.
func shapes(secret Secret) map[string]any {
	type exported struct{ Secret Secret }
	type unexported struct{ secret Secret }
	return map[string]any{
		"value":      secret,
		"pointer":    &secret,
		"exported":   exported{secret},
		"unexported": unexported{secret},
		"nested":     &struct{ Inner unexported }{unexported{secret}},
		"slice":      []Secret{secret},
		"map":        map[string]Secret{"key": secret},
		"any":        []any{secret, &secret},
		"config":     Config{OpentactToken: secret, OpentactPassword: secret, PageTokenKey: secret},
	}
}

// printers are the ways to print or encode a value.
func printers() map[string]func(any) (string, error) {
	logged := func(handler func(*bytes.Buffer) slog.Handler) func(any) (string, error) {
		return func(value any) (string, error) {
			var out bytes.Buffer
			logger := slog.New(handler(&out))
			logger.With("bound", value).Info(fmt.Sprint(value), "attr", value, slog.Group("group", "inner", value))
			return out.String(), nil
		}
	}
	encoded := func(marshal func(any) ([]byte, error)) func(any) (string, error) {
		return func(value any) (string, error) {
			out, err := marshal(value)
			return string(out), err
		}
	}
	all := map[string]func(any) (string, error){
		"slog text": logged(func(out *bytes.Buffer) slog.Handler { return slog.NewTextHandler(out, nil) }),
		"slog json": logged(func(out *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(out, nil) }),
		"json":      encoded(json.Marshal),
		"yaml":      encoded(yaml.Marshal),
		"error": func(value any) (string, error) {
			return fmt.Errorf("log in with %v: %w", value, errors.ErrUnsupported).Error(), nil
		},
		"join": func(value any) (string, error) { return errors.Join(fmt.Errorf("%s", value)).Error(), nil },
	}
	for _, verb := range strings.Fields("%v %+v %#v %s %+s %#s %q %#q %x %X %#x %d %t %c %b %o %U %e %g %p %T %20v %-40s %.3s %z") {
		all[verb] = func(value any) (string, error) { return fmt.Sprintf(verb, value), nil }
	}
	return all
}

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	fromFile, err := SecretFromFile(write(t, hunter2))
	if err != nil {
		t.Fatal(err)
	}
	for origin, secret := range map[string]Secret{"text": newSecret(hunter2), "file": fromFile} {
		if secret.Reveal() != hunter2 {
			t.Fatalf("%s: Reveal() = %q", origin, secret.Reveal())
		}
		for shape, value := range shapes(secret) {
			for name, printed := range printers() {
				got, err := printed(value)
				if err != nil {
					t.Errorf("%s, %s as %s: %v", name, shape, origin, err)
				}
				hex := fmt.Sprintf("%x", hunter2)
				if strings.Contains(got, hunter2[:7]) || strings.Contains(strings.ToLower(got), hex[:14]) {
					t.Errorf("%s of %s as %s leaks: %s", name, shape, origin, got)
				}
			}
		}
	}
}

// forms are the texts that users may rely on, for example in a log query.
func forms(secret Secret) map[string]string {
	encoded := func(out []byte, err error) string {
		if err != nil {
			return err.Error()
		}
		return string(out)
	}
	return map[string]string{
		"String":   secret.String(),
		"GoString": secret.GoString(),
		"plain":    fmt.Sprintf("%v|%+v|%s|%x|%d", secret, secret, secret, secret, secret),
		"quoted":   fmt.Sprintf("%q|%#v", secret, secret),
		"slog":     secret.LogValue().String(),
		"text":     encoded(secret.MarshalText()),
		"xml":      encoded(xml.Marshal(secret)),
		"json":     encoded(json.Marshal(map[string]Secret{"s": secret})),
		"yaml":     encoded(yaml.Marshal(map[string]Secret{"s": secret})),
	}
}

func TestSecretForms(t *testing.T) {
	t.Parallel()
	set := map[string]string{
		"String": "[redacted]", "GoString": `"[redacted]"`, "slog": "[redacted]", "text": "[redacted]",
		"plain": "[redacted]|[redacted]|[redacted]|[redacted]|[redacted]", "quoted": `"[redacted]"|"[redacted]"`,
		"xml": "<Secret>[redacted]</Secret>", "json": `{"s":"[redacted]"}`, "yaml": "s: '[redacted]'\n",
	}
	unset := map[string]string{
		"String": "", "GoString": `""`, "slog": "", "text": "", "plain": "||||", "quoted": `""|""`,
		"xml": "<Secret></Secret>", "json": `{"s":""}`, "yaml": "s: \"\"\n",
	}
	// Long and short secrets look the same: not even the length shows.
	for value, want := range map[string]map[string]string{"x": set, strings.Repeat("long", 100): set, "": unset} {
		if diff := cmp.Diff(want, forms(newSecret(value))); diff != "" {
			t.Errorf("secret of %d bytes (-want +got):\n%s", len(value), diff)
		}
	}
}

func TestUnsetSecret(t *testing.T) {
	t.Parallel()
	for _, secret := range []Secret{{}, newSecret("")} {
		if secret.IsSet() || secret.Reveal() != "" || secret.Err() != nil {
			t.Errorf("unset secret: IsSet %v, Reveal %q, Err %v", secret.IsSet(), secret.Reveal(), secret.Err())
		}
	}
}
