package config

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCallerRules gives flags and expects the keys with a mistake.
func TestCallerRules(t *testing.T) {
	t.Parallel()
	file := write(t, "content")
	for flags, want := range map[string][]string{
		// A listener beyond loopback needs one of the three ways to authenticate.
		"--sandbox --grpc-address=0.0.0.0:1 --auth-tokens-file=" + file:                                                     nil,
		"--sandbox --http-address=0.0.0.0:1 --auth-jwt-issuer=https://id.example --auth-jwt-audience=a":                     nil,
		"--sandbox --http-address=:1 --tls-cert-file=" + file + " --tls-key-file=" + file + " --tls-client-ca-file=" + file: nil,
		"--sandbox --http-address=:1 --tls-cert-file=" + file + " --tls-key-file=" + file:                                   {"http_address: is not a loopback address, and callers are not authenticated"},
		"--sandbox --http-address=:1 --auth-jwt-audience=a":                                                                 {"http_address: is not", "auth_jwt_issuer: missing; auth_jwt_audience needs it"},
		"--sandbox --grpc-address=:1 --http-address=:2 --admin-address=:3 --auth-tokens-file=" + file + " --caller-rate=10": nil,
		// TLS.
		"--sandbox --tls-cert-file=" + file:                                                             {"tls_key_file: missing; tls_cert_file needs it"},
		"--sandbox --tls-key-file=" + file:                                                              {"tls_cert_file: missing; tls_key_file needs it"},
		"--sandbox --tls-client-ca-file=" + file:                                                        {"tls_cert_file: missing; tls_client_ca_file needs it"},
		"--sandbox --tls-cert-file=/does/not/exist --tls-key-file=" + file:                              {"tls_cert_file: cannot be read: no such file"},
		"--sandbox --tls-cert-file=" + file + " --tls-key-file=" + file + " --tls-client-ca-file=/none": {"tls_client_ca_file: cannot be read"},
		// Tokens and issuers.
		"--sandbox --auth-tokens-file=/does/not/exist":                                                 {"auth_tokens_file: cannot be read: no such file"},
		"--sandbox --auth-jwt-issuer=https://id.example/realm --auth-jwt-audience=sipfacade":           nil,
		"--sandbox --auth-jwt-issuer=http://127.0.0.1:1 --auth-jwt-audience=sipfacade":                 nil,
		"--sandbox --auth-jwt-issuer=https://id.example":                                               {"auth_jwt_audience: missing; auth_jwt_issuer needs it"},
		"--sandbox --auth-jwt-issuer=http://id.example --auth-jwt-audience=a":                          {"auth_jwt_issuer: must begin with https://"},
		"--sandbox --auth-jwt-issuer=id.example --auth-jwt-audience=a":                                 {"auth_jwt_issuer: must be a URL"},
		"--sandbox --auth-jwt-issuer=https://id.example --auth-jwt-audience=a --auth-jwt-scope-claim=": {"auth_jwt_scope_claim: must name a claim"},
		// Rates.
		"--sandbox --caller-rate=0.5":                {},
		"--sandbox --caller-rate=-1":                 {"caller_rate: must be from 0"},
		"--sandbox --caller-rate=NaN":                {"caller_rate: must be from 0"},
		"--sandbox --caller-rate=1e9":                {"caller_rate: must be from 0"},
		"--sandbox --caller-rate=many":               {"caller_rate: must be a number"},
		"--sandbox --caller-rate=1 --caller-burst=0": {"caller_burst: must be at least 1"},
		"--sandbox --caller-burst=-1":                {"caller_burst: must be at least 1"},
		// Origins.
		"--sandbox --cors-origins=https://console.example.com,http://localhost:3000": nil,
		"--sandbox --cors-origins=*":                                {"cors_origins: must be exact origins"},
		"--sandbox --cors-origins=https://*.example.com":            {"cors_origins: must be exact origins"},
		"--sandbox --cors-origins=https://console.example.com/":     {"cors_origins: must be origins such as"},
		"--sandbox --cors-origins=console.example.com":              {"cors_origins: must be origins such as"},
		"--sandbox --cors-origins=https://:443":                     {"cors_origins: must be origins such as"},
		"--sandbox --cors-origins=null":                             {"cors_origins: must be origins such as"},
		"--sandbox --cors-origins=https://console.example.com,":     {"cors_origins: must be origins such as"},
		"--sandbox --cors-origins=https://Console.example.com":      {"cors_origins: must be in lower case"},
		"--sandbox --cors-origins=https://user@console.example.com": {"cors_origins: must be origins such as"},
	} {
		checkProblems(t, flags, want)
	}
}

// TestCallerBurst: by default a caller may make two seconds' calls at once, and one at
// least.
func TestCallerBurst(t *testing.T) {
	t.Parallel()
	for flags, want := range map[string]int{
		"": 0, "--caller-rate=10": 20, "--caller-rate=0.1": 1, "--caller-rate=1.2": 3, "--caller-rate=10 --caller-burst=5": 5,
	} {
		got := mustParse(t, append([]string{"serve", "--sandbox"}, strings.Fields(flags)...), nil).Config.CallerBurst
		if got != want {
			t.Errorf("%q: a burst of %d, want %d", flags, got, want)
		}
	}
}

// TestNewToken: the command takes its scopes in every form, and reads no settings.
func TestNewToken(t *testing.T) {
	t.Parallel()
	want := NewToken{Name: "ci", Scopes: []string{"pbx:read", "sipapp:write"}}
	for _, line := range []string{
		"token new ci --scope pbx:read --scope sipapp:write", "token new ci --scope=pbx:read,sipapp:write",
		"token new ci --scope pbx:read sipapp:write", "token new --scope pbx:read ci sipapp:write",
	} {
		got, err := Parse(strings.Fields(line), []string{"SIPFACADE_GRPC_ADDRESS=nonsense", "SIPFACADE_UNKNOWN=1"}, io.Discard)
		if err != nil || got.Command != CommandTokenNew {
			t.Fatalf("%s: %q, %v", line, got.Command, err)
		}
		if diff := cmp.Diff(want, got.NewToken); diff != "" {
			t.Errorf("%s: %s", line, diff)
		}
	}
	for _, line := range []string{"token new ci", "token new --scope read", "token"} {
		if _, err := Parse(strings.Fields(line), nil, io.Discard); !isUsage(err) {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func isUsage(err error) bool {
	_, ok := errors.AsType[*UsageError](err)
	return ok
}
