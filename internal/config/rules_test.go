package config

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/goldentest"
)

// TestRules gives flags and expects the keys with a mistake, each with the
// beginning of the text.
func TestRules(t *testing.T) {
	t.Parallel()
	secret, empty, absent := write(t, "value\n"), write(t, "\n"), "/does/not/exist"
	lines, control := write(t, "one\ntwo\n"), write(t, "one\x00two\n")
	for flags, want := range map[string][]string{
		"--sandbox": nil,
		// Addresses.
		"--sandbox --grpc-address=127.0.0.1:0 --http-address=127.0.0.1:0 --admin-address=127.0.0.1:0":         nil,
		"--sandbox --grpc-address=[::1]:1 --http-address=localhost:2 --admin-address=127.9.9.9:3":             nil,
		"--sandbox --grpc-address=[::ffff:127.0.0.1]:1":                                                       nil,
		"--sandbox --grpc-address=127.0.0.1":                                                                  {"grpc_address: must be host:port"},
		"--sandbox --grpc-address=":                                                                           {"grpc_address: must be host:port"},
		"--sandbox --grpc-address=::1:9090":                                                                   {"grpc_address: must be host:port"},
		"--sandbox --grpc-address=http://127.0.0.1:9090":                                                      {"grpc_address: must be host:port"},
		"--sandbox --grpc-address=user@localhost:9090":                                                        {"grpc_address: must be host:port"},
		"--sandbox --http-address=127.0.0.1:http":                                                             {"http_address: must end in a port"},
		"--sandbox --http-address=127.0.0.1:65536":                                                            {"http_address: must end in a port"},
		"--sandbox --http-address=127.0.0.1:-1":                                                               {"http_address: must end in a port"},
		"--sandbox --http-address=127.0.0.1:":                                                                 {"http_address: must end in a port"},
		"--sandbox --http-address=127.0.0.1:9090":                                                             {"http_address: must differ from grpc_address"},
		"--sandbox --http-address=localhost:9090":                                                             {"http_address: must differ from grpc_address"},
		"--sandbox --grpc-address=localhost:1 --http-address=127.0.0.1:1":                                     {"http_address: must differ from grpc_address"},
		"--sandbox --grpc-address=127.0.0.2:8080":                                                             nil,
		"--sandbox --insecure-no-auth --admin-address=:9090":                                                  {"admin_address: must differ from grpc_address"},
		"--sandbox --insecure-no-auth --grpc-address=0.0.0.0:1 --http-address=[::]:1 --admin-address=[::1]:1": {"http_address: must differ from grpc_address", "admin_address: must differ from grpc_address", "admin_address: must differ from http_address"},
		// Exposure.
		"--sandbox --grpc-address=0.0.0.0:1":                      {"grpc_address: is not a loopback address, and callers are not authenticated"},
		"--sandbox --http-address=:1":                             {"http_address: is not a loopback address, and callers are not authenticated"},
		"--sandbox --admin-address=[::]:1":                        nil,
		"--sandbox --admin-address=192.0.2.1:0":                   nil,
		"--sandbox --grpc-address=sip.example.com:1":              {"grpc_address: is not a loopback address"},
		"--sandbox --grpc-address=0.0.0.0:1 --insecure-no-auth":   nil,
		"--sandbox --grpc-address=0.0.0.0:1 --insecure-no-auth=x": {"insecure_no_auth: must be true or false"},
		// Base URL.
		"--opentact-token=t --opentact-base-url=https://sip.example.com:8443/rest/":   nil,
		"--opentact-token=t --opentact-base-url=http://127.0.0.1:1/rest":              nil,
		"--opentact-token=t --opentact-base-url=http://localhost:1":                   nil,
		"--opentact-token=t --opentact-base-url=http://[::1]:1":                       nil,
		"--opentact-token=t --opentact-base-url=http://sip.example.com":               {"opentact_base_url: must begin with https://"},
		"--opentact-token=t --opentact-base-url=http://127.0.0.1.example.com":         {"opentact_base_url: must begin with https://"},
		"--opentact-token=t --opentact-base-url=ftp://127.0.0.1":                      {"opentact_base_url: must begin with https://"},
		"--opentact-token=t --opentact-base-url=https://user:pw@sip.example.com":      {"opentact_base_url: must not hold a user or password"},
		"--opentact-token=t --opentact-base-url=https://user@sip.example.com":         {"opentact_base_url: must not hold a user or password"},
		"--opentact-token=t --opentact-base-url=https://sip.example.com/?jwt=x":       {"opentact_base_url: must not hold a query"},
		"--opentact-token=t --opentact-base-url=https://sip.example.com/?":            {"opentact_base_url: must not hold a query"},
		"--opentact-token=t --opentact-base-url=https://sip.example.com/#":            {"opentact_base_url: must not hold a query"},
		"--opentact-token=t --opentact-base-url=https:///rest":                        {"opentact_base_url: must be a URL with a host"},
		"--opentact-token=t --opentact-base-url=https:rest":                           {"opentact_base_url: must be a URL such as"},
		"--opentact-token=t --opentact-base-url=sip.example.com":                      {"opentact_base_url: must be a URL with a host"},
		"--opentact-token=t --opentact-base-url=":                                     {"opentact_base_url: must be a URL with a host"},
		"--opentact-token=t --opentact-base-url=https://[::1":                         {"opentact_base_url: must be a URL such as"},
		"--opentact-credentials=caller --opentact-base-url=https://user@host.example": {"opentact_base_url: must not hold a user"},
		// Credentials.
		"":                                {"opentact_token: missing; give one"},
		"--opentact-token=t":              nil,
		"--opentact-token-file=" + secret: nil,
		"--opentact-email=a@example.com --opentact-password=p":                        nil,
		"--opentact-email=a@example.com --opentact-password-file=" + secret:           nil,
		"--opentact-token=t --opentact-email=a --opentact-password=p":                 {"opentact_token: give one"},
		"--opentact-token-file=" + secret + " --opentact-email=a":                     {"opentact_token: give one"},
		"--opentact-token=t --opentact-password=p":                                    {"opentact_token: give one"},
		"--opentact-email=a@example.com":                                              {"opentact_password: missing; opentact_email needs it"},
		"--opentact-password=p":                                                       {"opentact_email: missing; opentact_password needs it"},
		"--opentact-token=t --opentact-token-file=" + secret:                          {"opentact_token_file: give the value or its file, not both"},
		"--opentact-token-file=" + lines:                                              {"opentact_token_file: cannot be read: the file holds more than one line"},
		"--infinity-api-key-file=" + control:                                          {"infinity_api_key_file: cannot be read: the file holds a control character"},
		"--opentact-token-file=" + absent:                                             {"opentact_token_file: cannot be read: no such file"},
		"--opentact-token-file=" + empty:                                              {"opentact_token_file: cannot be read: the file is empty"},
		"--opentact-email=a --opentact-password-file=" + absent:                       {"opentact_password_file: cannot be read"},
		"--opentact-token=t --page-token-key=k --page-token-key-file=" + secret:       {"page_token_key_file: give the value or its file, not both"},
		"--opentact-token=t --page-token-key-file=" + absent:                          {"page_token_key_file: cannot be read"},
		"--opentact-credentials=caller":                                               nil,
		"--opentact-credentials=caller --opentact-token=t":                            {"opentact_credentials: caller means that every call brings its own"},
		"--opentact-credentials=caller --opentact-token-file=" + secret:               {"opentact_credentials: caller means"},
		"--opentact-credentials=caller --opentact-email=a":                            {"opentact_credentials: caller means"},
		"--opentact-credentials=caller --opentact-password=p":                         {"opentact_credentials: caller means"},
		"--infinity-api-key=k":                                                        nil,
		"--infinity-username=u --infinity-password=p":                                 nil,
		"--infinity-credentials=caller":                                               nil,
		"--infinity-credentials=caller --infinity-api-key=k":                          {"infinity_credentials: caller means that every call brings its own"},
		"--infinity-username=u":                                                       {"infinity_password: missing; infinity_username needs it"},
		"--infinity-api-key=k --infinity-username=u":                                  {"infinity_api_key: give one, this or infinity_username with infinity_password, not both"},
		"--infinity-api-key=k --infinity-base-url=http://a.example":                   {"infinity_base_url: must begin with https://"},
		"--infinity-api-key=k --infinity-time-zone=Mars/Olympus":                      {"infinity_time_zone: must be a zone"},
		"--sandbox --infinity-api-key=k":                                              {"infinity_api_key: the sandbox emulates"},
		"--opentact-credentials=nobody":                                               {"opentact_credentials: must be one of service, caller"},
		"--opentact-credentials=caller --opentact-base-url=https://o.example/":        nil,
		"--opentact-credentials=caller --page-token-key=k --log-format=text":          nil,
		"--opentact-credentials=caller --sandbox":                                     nil,
		"--sandbox --opentact-token=t":                                                {"opentact_token: the sandbox emulates the vendors"},
		"--sandbox --opentact-token-file=" + secret:                                   {"opentact_token_file: the sandbox emulates"},
		"--sandbox --opentact-email=a --opentact-password=p":                          {"opentact_email: the sandbox", "opentact_password: the sandbox"},
		"--sandbox --opentact-password-file=" + secret:                                {"opentact_password_file: the sandbox"},
		"--sandbox --opentact-base-url=https://api.opentact.org/rest":                 {"opentact_base_url: the sandbox"},
		"--sandbox=perhaps":                                                           {"sandbox: must be true or false"},
		"--sandbox --page-token-key=k --opentact-credentials=service --no-reflection": nil,
		// Limits.
		"--sandbox --upstream-timeout=10m":                          nil,
		"--sandbox --upstream-timeout=1ns":                          nil,
		"--sandbox --upstream-timeout=0":                            {"upstream_timeout: must be more than 0 and at most 10 minutes"},
		"--sandbox --upstream-timeout=-1s":                          {"upstream_timeout: must be more than 0"},
		"--sandbox --upstream-timeout=10m1s":                        {"upstream_timeout: must be more than 0"},
		"--sandbox --upstream-timeout=30":                           {"upstream_timeout: must be a duration"},
		"--sandbox --upstream-max-bytes=1024":                       nil,
		"--sandbox --upstream-max-bytes=1GiB":                       nil,
		"--sandbox --upstream-max-bytes=1023":                       {"upstream_max_bytes: must be from 1KiB to 1GiB"},
		"--sandbox --upstream-max-bytes=1025MiB":                    {"upstream_max_bytes: must be from 1KiB to 1GiB"},
		"--sandbox --upstream-max-bytes=lots":                       {"upstream_max_bytes: must be a number of bytes"},
		"--sandbox --drain-delay=0":                                 nil,
		"--sandbox --drain-delay=-1s":                               {"drain_delay: must not be negative"},
		"--sandbox --drain-timeout=-1s":                             {"drain_timeout: must not be negative"},
		"--sandbox --drain-timeout=0":                               nil,
		"--sandbox --upstream-timeout=1m":                           nil,
		"--sandbox --upstream-timeout=soon --drain-timeout=1s":      {"upstream_timeout: must be a duration"},
		"--sandbox --upstream-timeout=-1m":                          {"upstream_timeout: must be more than 0"},
		"--sandbox --upstream-memory=0":                             nil,
		"--sandbox --upstream-memory=1MiB":                          nil,
		"--sandbox --upstream-memory=1048575":                       {"upstream_memory: must be at least 1MiB, or 0 for the default"},
		"--sandbox --upstream-max-connections=1 --upstream-queue=0": nil,
		"--sandbox --upstream-max-connections=0":                    {"upstream_max_connections: must be at least 1"},
		"--sandbox --upstream-max-connections=1.5":                  {"upstream_max_connections: must be a whole number"},
		"--sandbox --upstream-queue=-1":                             {"upstream_queue: must not be negative"},
		"--sandbox --breaker-volume=0":                              {"breaker_volume: must be at least 1"},
		"--sandbox --breaker-ratio=1":                               nil,
		"--sandbox --breaker-ratio=0":                               {"breaker_ratio: must be more than 0 and at most 1"},
		"--sandbox --breaker-ratio=1.01":                            {"breaker_ratio: must be more than 0 and at most 1"},
		"--sandbox --breaker-ratio=NaN":                             {"breaker_ratio: must be more than 0 and at most 1"},
		"--sandbox --breaker-ratio=half":                            {"breaker_ratio: must be a number such as 0.5"},
		"--sandbox --breaker-window=0 --breaker-pause=0":            {"breaker_window: must be more than 0", "breaker_pause: must be more than 0"},
		// Hosts.
		"--sandbox --allowed-hosts=sip.example.com,sip.example.com:8080,10.0.0.1,::1,[::1],[::1]:8080,a_b,localhost.": nil,
		"--sandbox --allowed-hosts=*":             nil,
		"--sandbox --allowed-hosts=":              {"allowed_hosts: must be hosts"},
		"--sandbox --allowed-hosts=a,":            {"allowed_hosts: must be hosts"},
		"--sandbox --allowed-hosts=a,,b":          {"allowed_hosts: must be hosts"},
		"--sandbox --allowed-hosts=http://a":      {"allowed_hosts: must be hosts"},
		"--sandbox --allowed-hosts=a/b":           {"allowed_hosts: must be hosts"},
		"--sandbox --allowed-hosts=u@a":           {"allowed_hosts: must be hosts"},
		"--sandbox --allowed-hosts=*.example.com": {"allowed_hosts: must be hosts"},
		"--sandbox --allowed-hosts=a:":            {"allowed_hosts: must be hosts"},
		"--sandbox --allowed-hosts=a:http":        {"allowed_hosts: must be hosts"},
		"--sandbox --allowed-hosts=a:65536":       {"allowed_hosts: must be hosts"},
		"--sandbox --allowed-hosts=[a]":           {"allowed_hosts: must be hosts"},
		"--sandbox --allowed-hosts=[::1":          {"allowed_hosts: must be hosts"},
		"--sandbox --allowed-hosts=http://a,b/c":  {"allowed_hosts: must be hosts"},
		"--sandbox --drain-timeout=soon":          {"drain_timeout: must be a duration"},
		"--sandbox --log-level=loud":              {"log_level: must be one of debug, info, warn, error"},
		"--sandbox --log-level=":                  {"log_level: must be one of"},
		"--sandbox --log-format=xml":              {"log_format: must be one of auto, json, text"},
	} {
		checkProblems(t, flags, want)
	}
}

// checkProblems compares the mistakes in flags with the keys that are expected, each with
// the beginning of the text.
func checkProblems(t *testing.T, flags string, want []string) {
	t.Helper()
	got := problems(t, append([]string{"serve"}, strings.Fields(flags)...), nil)
	agrees := slices.EqualFunc(got, want, func(line, piece string) bool {
		key, words, _ := strings.Cut(piece, ": ")
		return strings.HasPrefix(line, key+" ("+variableOf(key)+"): "+words)
	})
	if !agrees {
		t.Errorf("%s:\n got %q\nwant %q", flags, got, want)
	}
}

// TestSecretsAreOneLine gives values that cannot be sent in a header. They
// still count as given: no rule reports a missing credential too.
func TestSecretsAreOneLine(t *testing.T) {
	t.Parallel()
	want := []string{"infinity_api_key (SIPFACADE_INFINITY_API_KEY): must be one line without control characters"}
	for _, value := range []string{"one\ntwo", "one\n", "one\r", "one\ttwo", "one\x00", "one\x7f", "one\u0085two"} {
		for source, input := range map[string][2][]string{
			"flag": {{"serve", "--infinity-api-key=" + value}, nil},
			"env":  {{"serve"}, {"SIPFACADE_INFINITY_API_KEY=" + value}},
			"file": {{"serve"}, {"SIPFACADE_CONFIG=" + write(t, fmt.Sprintf("infinity_api_key: %+q\n", value))}},
		} {
			got := problems(t, input[0], input[1])
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q by %s (-want +got):\n%s", value, source, diff)
			}
		}
	}
}

// TestInvalidUTF8 gives a byte that kong's decoding would replace.
func TestInvalidUTF8(t *testing.T) {
	t.Parallel()
	got := problems(t, []string{"serve", "--opentact-password=\xff", "--opentact-email=\xff"}, nil)
	want := []string{
		"opentact_email (SIPFACADE_OPENTACT_EMAIL): must be valid UTF-8",
		"opentact_password (SIPFACADE_OPENTACT_PASSWORD): must be one line without control characters",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUnknownVariables(t *testing.T) {
	t.Parallel()
	got := problems(t, []string{"serve", "--sandbox"}, []string{
		"SIPFACADE_GRPC_ADRESS=127.0.0.1:1", "SIPFACADE_SANDBOX_=1", "SIPFACADE_=", "SIPFACADE_HELP=1",
		"SIPFACADE_GRPC_PORT=9090", "sipfacade_sandbox=1", "PATH=/bin", "MY_SIPFACADE_X=1", "SIPFACADE", "",
	})
	want := []string{
		"SIPFACADE_GRPC_ADRESS: unknown variable, the nearest is SIPFACADE_GRPC_ADDRESS",
		"SIPFACADE_SANDBOX_: unknown variable, the nearest is SIPFACADE_SANDBOX",
		"SIPFACADE_: unknown variable, the nearest is SIPFACADE_CONFIG",
		"SIPFACADE_HELP: unknown variable, the nearest is SIPFACADE_LEDGER",
		"SIPFACADE_GRPC_PORT: unknown variable, the nearest is SIPFACADE_GRPC_ADDRESS",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestUnknownFlags: they are reported with what else is wrong, and never with their values.
func TestUnknownFlags(t *testing.T) {
	t.Parallel()
	got := problems(t, strings.Fields("--grpc-adress hunter2 config check --opentact-pasword hunter2 -log-level=hunter2 -phunter2 "+
		"--no-reflectoin --output=hunter2 --sandbox --drain-delay=hunter2 --opentact-token=hunter2"), []string{"SIPFACADE_LOG_LEVL=hunter2"})
	want := []string{
		"--grpc-adress: unknown flag, the nearest is --grpc-address",
		"--opentact-pasword: unknown flag, the nearest is --opentact-password",
		"-log-level: unknown flag, the nearest is --log-level",
		"-p: unknown flag, the nearest is --help",
		"--no-reflectoin: unknown flag, the nearest is --no-reflection",
		"--output: unknown flag, the nearest is --help",
		"SIPFACADE_LOG_LEVL: unknown variable, the nearest is SIPFACADE_LOG_LEVEL",
		"opentact_token (SIPFACADE_OPENTACT_TOKEN): the sandbox emulates the vendors and uses no vendor account; remove this, or turn sandbox off",
		"drain_delay (SIPFACADE_DRAIN_DELAY): must be a duration such as 500ms, 30s or 1m30s",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestKubernetesServiceLinks has a Service named sipfacade, which must not keep
// the server from starting.
func TestKubernetesServiceLinks(t *testing.T) {
	t.Parallel()
	got := problems(t, []string{"serve", "--sandbox"}, []string{
		"SIPFACADE_SERVICE_HOST=10.0.0.1", "SIPFACADE_SERVICE_PORT=9090", "SIPFACADE_SERVICE_PORT_GRPC=9090",
		"SIPFACADE_PORT=tcp://10.0.0.1:9090", "SIPFACADE_PORT_9090_TCP=tcp://10.0.0.1:9090", "SIPFACADE_PORT_9090_TCP_PROTO=tcp",
		"SIPFACADE_PORT_9090_TCP_PORT=9090", "SIPFACADE_PORT_9090_TCP_ADDR=10.0.0.1", "SIPFACADE_ADMIN_SERVICE_HOST=10.0.0.2",
		"SIPFACADE_ADMIN_PORT=tcp://10.0.0.2:9091", "SIPFACADE_ADMIN_PORT_9091_TCP_ADDR=10.0.0.2",
	})
	if got != nil {
		t.Errorf("%q", got)
	}
}

// TestEveryErrorAtOnce holds what `sipfacade config check` prints if nearly
// everything is wrong.
func TestEveryErrorAtOnce(t *testing.T) {
	t.Parallel()
	path := write(t, `# a file with a mistake in nearly every line
grpc_adress: 127.0.0.1:9090
http_address: [127.0.0.1, 8080]
log_level: loud
log_level: debug
opentact_password: `+hunter2+`
opentact_base_url: https://user:`+hunter2+`@api.example.com
drain_timeout: 15
`)
	args := []string{
		"config", "check", "--config", path, "--grpc-address=0.0.0.0:9091", "--admin-address=0.0.0.0:9091",
		"--opentact-token=" + hunter2, "--opentact-token-file=/run/secrets/" + hunter2, "--opentact-email=" + hunter2, "--upstream-timeout=1h",
	}
	environ := []string{
		"SIPFACADE_PAGE_TOKEN_KEY_FILE=/run/secrets/" + hunter2,
		"SIPFACADE_UPSTREAM_MAX_BYTES=1TiB", "SIPFACADE_ALLOWED_HOSTS=https://sip.example.com", "SIPFACADE_BREAKER_RATIO=50%", "SIPFACADE_LOG_FROMAT=json", "SIPFACADE_REFLECTION=" + hunter2,
	}
	invocation, err := Parse(args, environ, io.Discard)
	if err == nil || invocation.Command != CommandConfigCheck {
		t.Fatalf("%q, %v", invocation.Command, err)
	}
	if strings.Contains(err.Error(), hunter2) {
		t.Error("a secret was repeated")
	}
	goldentest.Compare(t, "check_errors.golden", err.Error()+"\n")
}
