package infinity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

func TestCredentials(t *testing.T) {
	t.Parallel()
	secret := func(value string) func() string { return func() string { return value } }
	caller := func(ctx context.Context) context.Context {
		return upstream.WithCallerCredential(ctx, Vendor, "ApiKey theirs")
	}
	for name, c := range map[string]struct {
		options    Options
		ctx        func(context.Context) context.Context
		want       string
		kind       upstream.Kind
		fromCaller bool
	}{
		"caller":                {Options{FromCaller: true}, caller, "ApiKey theirs", 0, true},
		"caller without":        {Options{FromCaller: true}, nil, "", upstream.KindCredentialMissing, true},
		"basic":                 {Options{Username: "joe", Password: secret("p:w")}, nil, "Basic am9lOnA6dw==", 0, false},
		"key":                   {Options{APIKey: secret("k")}, nil, "ApiKey k", 0, false},
		"key, not the caller's": {Options{APIKey: secret("k")}, caller, "ApiKey k", 0, false},
		"none":                  {Options{}, caller, "", upstream.KindCredentialUnset, false},
	} {
		client, h := clientOf(t, c.options, answering(http.StatusOK, `{"domainId":"1"}`))
		ctx := t.Context()
		if c.ctx != nil {
			ctx = c.ctx(ctx)
		}
		_, err := client.ReadRow(ctx, Domains.Read, "1")
		var failure *upstream.Error
		if c.want == "" {
			if !errors.As(err, &failure) || failure.Kind != c.kind || failure.Sent || len(h.lines()) != 0 {
				t.Errorf("%s: %v after %q", name, err, h.lines())
			}
			continue
		}
		if diff := cmp.Diff([]string{"GET /config/v2/sip/domains/1 [" + c.want + "]  "}, h.lines()); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
		if newDialect(c.options).FromCaller() != c.fromCaller || newDialect(c.options).Vendor() != Vendor {
			t.Errorf("%s: blames the wrong side", name)
		}
	}
}

// TestSecretsAreAskedForAtEachUse, so that they can change while the service runs.
func TestSecretsAreAskedForAtEachUse(t *testing.T) {
	t.Parallel()
	count := 0
	client, h := clientOf(t, Options{APIKey: func() string { count++; return fmt.Sprint(count) }}, answering(http.StatusOK, `{"domainId":"1"}`))
	for range 2 {
		if _, err := client.ReadRow(t.Context(), Domains.Read, "1"); err != nil {
			t.Fatal(err)
		}
	}
	if lines := h.lines(); !strings.Contains(lines[0], "[ApiKey 1]") || !strings.Contains(lines[1], "[ApiKey 2]") {
		t.Errorf("sent %q", lines)
	}
}

func TestRefusedCredentialIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	client, h := clientOf(t, keyed(), answering(http.StatusUnauthorized, `"auth required"`))
	_, err := client.ReadRow(t.Context(), Domains.Read, "1")
	var failure *upstream.Error
	if !errors.As(err, &failure) || failure.Status != http.StatusUnauthorized || failure.Message != "auth required" || !failure.VendorForm || len(h.lines()) != 1 {
		t.Errorf("%v after %q", err, h.lines())
	}
}

// TestEchoedCredentialIsNotShown: a vendor that writes the Authorization header, or what
// it decoded from it, into an error does not make it known to anybody.
func TestEchoedCredentialIsNotShown(t *testing.T) {
	t.Parallel()
	const password, key = `pa"ss/wörd`, "k3y-of-the-portal"
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("joe:"+password))
	for name, c := range map[string]struct {
		options Options
		secrets []string
	}{
		"basic":  {Options{Username: "joe", Password: func() string { return password }}, []string{password, basic[len("Basic "):]}},
		"key":    {Options{APIKey: func() string { return key }}, []string{key}},
		"caller": {Options{FromCaller: true}, []string{password, basic[len("Basic "):]}},
	} {
		for _, status := range []int{http.StatusBadRequest, http.StatusOK} {
			client, _ := clientOf(t, c.options, func(w http.ResponseWriter, r *http.Request) {
				_, decoded, _ := r.BasicAuth()
				echo, _ := json.Marshal(r.Header.Get("Authorization") + " is " + decoded) // strings can be encoded
				w.WriteHeader(status)
				_, _ = w.Write(echo)
			})
			ctx := upstream.WithCallerCredential(t.Context(), Vendor, basic)
			_, readErr := client.ReadRow(ctx, Domains.Read, "1")
			_, writeErr := client.Write(ctx, Domains.Update, nil, "1")
			for _, err := range []error{readErr, writeErr} {
				var failure *upstream.Error
				if !errors.As(err, &failure) || !strings.Contains(err.Error(), "[redacted]") {
					t.Errorf("%s, %d: %v", name, status, err)
					continue
				}
				for _, value := range c.secrets {
					if quoted := fmt.Sprintf("%q", value); strings.Contains(err.Error()+failure.Message, value) || strings.Contains(err.Error(), quoted[1:len(quoted)-1]) {
						t.Errorf("%s, %d: %v shows %s", name, status, err, value)
					}
				}
			}
		}
	}
}
