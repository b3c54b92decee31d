package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// mustParse parses a command line that must be valid.
func mustParse(t *testing.T, args, environ []string) Invocation {
	t.Helper()
	invocation, err := Parse(args, environ, io.Discard)
	if err != nil {
		t.Fatalf("Parse(%q, %q): %v", args, environ, err)
	}
	return invocation
}

// problems returns what is wrong, one line each.
func problems(t *testing.T, args, environ []string) []string {
	t.Helper()
	_, err := Parse(args, environ, io.Discard)
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*InvalidError](err); !ok {
		t.Fatalf("Parse(%q, %q): %v, want an InvalidError", args, environ, err)
	}
	return strings.Split(err.Error(), "\n")
}

func TestCommands(t *testing.T) {
	t.Parallel()
	for _, command := range []string{CommandServe, CommandConfigCheck, CommandHealthcheck, CommandVersion, CommandProbe} {
		args := append(strings.Fields(command), "--sandbox")
		if got := mustParse(t, args, nil).Command; got != command {
			t.Errorf("%q is command %q", args, got)
		}
	}
	for _, args := range [][]string{{"--version"}, {"serve", "--version"}} {
		if got := mustParse(t, args, []string{"SIPFACADE_GRPC_ADDRESS=x"}).Command; got != CommandVersion {
			t.Errorf("%q is command %q", args, got)
		}
	}
	if got := mustParse(t, []string{"--sandbox", "serve"}, nil); got.Command != CommandServe || !got.Config.Sandbox {
		t.Errorf("flags before the command: %+v", got)
	}
}

func TestUsageErrors(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"":                                       `expected one of "serve", "config", "healthcheck", "version", "token", ...`,
		"serv":                                   `unexpected argument serv, did you mean "serve"?`,
		"help serv":                              `unexpected argument serv, did you mean "serve"?`,
		"config":                                 `expected "check"`,
		"healthcheck --admin-adress=x":           `unknown flag --admin-adress, did you mean "--admin-address"?`,
		"token new --nam=x":                      `unknown flag --nam`,
		"probe --output=xml":                     "--output: must be one of table, json",
		"token new":                              "missing: <name>, --scope=SCOPE,...",
		"token new ci":                           "missing: --scope=SCOPE,...",
		"token new --scope=read":                 "missing: <name>",
		"serv --grpc-adress=x":                   `unexpected argument serv, did you mean "serve"?`,
		"serve --grpc-adress=x --grpc-address":   `unknown flag --grpc-adress, did you mean "--grpc-address"?`,
		"serve --grpc-adress=x --help":           `unknown flag --grpc-adress, did you mean "--grpc-address"?`,
		"serve --grpc-adress=x --version":        `unknown flag --grpc-adress, did you mean "--grpc-address"?`,
		"serve --grpc-address":                   "--grpc-address: needs a value; write one that begins with a dash after =",
		"serve --opentact-password -hunter2":     "--opentact-password: needs a value; write one that begins with a dash after =",
		"serve --opentact-password my hunter2":   "unexpected argument; a value with spaces needs quotes",
		"--opentact-password my hunter2 serve":   "unexpected argument; a value with spaces needs quotes",
		"serve --no-reflection=hunter2":          "a flag without a value, or its --no- form, accepts =true and =false only",
		"serve --help=hunter2":                   "a flag without a value, or its --no- form, accepts =true and =false only",
		"serve --opentact-token --opentact-tokn": "--opentact-token: needs a value; write one that begins with a dash after =",
	} {
		invocation, err := Parse(strings.Fields(line), nil, io.Discard)
		usage, ok := errors.AsType[*UsageError](err)
		if !ok || usage.Text != want || !strings.Contains(err.Error(), "sipfacade --help") || invocation.Command != "" {
			t.Errorf("%q: error %v, want %s", line, err, want)
		}
	}
}

func TestFlagForms(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"--reflection": true, "--no-reflection": false, "--reflection=no": false, "--reflection=TRUE": true,
		"--no-reflection --reflection": true, "--reflection=0": false, "": true,
	} {
		args := append([]string{"serve", "--sandbox"}, strings.Fields(line)...)
		if got := mustParse(t, args, nil).Config.Reflection; got != want {
			t.Errorf("%q: reflection %v", line, got)
		}
	}
	config := mustParse(t, []string{"serve", "--opentact-token", "jwt", "--log-level", "debug", "--log-level=warn"}, nil).Config
	if config.OpentactToken.Reveal() != "jwt" || config.LogLevel != slog.LevelWarn {
		t.Errorf("separate values, last one wins: %+v", config)
	}
}

// TestDefaults checks the documented defaults.
func TestDefaults(t *testing.T) {
	t.Parallel()
	want := Config{
		GRPCAddress: "127.0.0.1:9090", HTTPAddress: "127.0.0.1:8080", AdminAddress: "127.0.0.1:9091",
		Explain: true, Reflection: true, UpstreamTimeout: 30 * time.Second, UpstreamMaxBytes: 64 << 20,
		OpentactBaseURL: "https://api.opentact.org/rest", OpentactCredentials: CallerCredentials, OpentactGeneration: 1,
		InfinityBaseURL: "https://api.infinitycloud.com/config/v2", InfinityCredentials: ServiceCredentials, InfinityTimeZone: "UTC",
		LogLevel: slog.LevelInfo, LogFormat: LogFormatAuto, DrainDelay: 3 * time.Second, DrainTimeout: 35 * time.Second,
		UpstreamMaxConnections: 128, UpstreamQueue: 2000, UpstreamMemory: 0,
		AuthJWTScopeClaim: "scope",
		BreakerVolume:     20, BreakerRatio: 0.5, BreakerWindow: 10 * time.Second, BreakerPause: 5 * time.Second,
		LedgerTTL: 24 * time.Hour,
	}
	got := mustParse(t, []string{"serve", "--opentact-credentials=caller"}, nil).Config
	if diff := cmp.Diff(values(want), values(got)); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	if got := mustParse(t, []string{"serve", "--opentact-token=jwt"}, nil).Config.OpentactCredentials; got != ServiceCredentials {
		t.Errorf("opentact_credentials = %q", got)
	}
}

// values makes the settings comparable: it reveals secrets.
func values(config Config) map[string]string {
	all, fields := map[string]string{}, reflect.ValueOf(config)
	for i := range fields.NumField() {
		if !fields.Type().Field(i).IsExported() {
			continue
		}
		value := fields.Field(i).Interface()
		if secret, ok := value.(Secret); ok {
			value = secret.Reveal()
		}
		all[fields.Type().Field(i).Name] = fmt.Sprint(value)
	}
	return all
}

func TestDrainDelayOfTheSandbox(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]time.Duration{
		"--sandbox": 0, "--sandbox --drain-delay=3s": 3 * time.Second, "--opentact-token=jwt": 3 * time.Second,
	} {
		if got := mustParse(t, append([]string{"serve"}, strings.Fields(line)...), nil).Config.DrainDelay; got != want {
			t.Errorf("%s: drain delay %s, want %s", line, got, want)
		}
	}
}

// TestExplain checks the default: true in the sandbox and if only this machine can call.
func TestExplain(t *testing.T) {
	t.Parallel()
	const open = "--opentact-token=jwt --insecure-no-auth "
	for line, want := range map[string]bool{
		"--opentact-token=jwt":              true,
		"--opentact-token=jwt --no-explain": false,
		"--opentact-token=jwt --grpc-address=[::1]:1 --http-address=localhost:2": true,
		open + "--grpc-address=0.0.0.0:1":                                        false,
		open + "--http-address=192.0.2.1:1":                                      false,
		open + "--http-address=:1":                                               false,
		open + "--http-address=vendor.example:1":                                 false,
		open + "--http-address=:1 --explain":                                     true,
		open + "--admin-address=:1":                                              true,
		"--sandbox":                                                              true,
		"--sandbox --insecure-no-auth --grpc-address=:1":                         true,
		"--sandbox --no-explain":                                                 false,
	} {
		if got := mustParse(t, append([]string{"serve"}, strings.Fields(line)...), nil).Config.Explain; got != want {
			t.Errorf("%s: explain %t, want %t", line, got, want)
		}
	}
	if mustParse(t, []string{"serve", "--sandbox"}, []string{"SIPFACADE_EXPLAIN=false"}).Config.Explain {
		t.Error("the variable is not read")
	}
}

func TestVersionNeedsNothing(t *testing.T) {
	t.Parallel()
	got := mustParse(t, []string{"version"}, []string{"SIPFACADE_NO_SUCH=1", "SIPFACADE_CONFIG=/does/not/exist", "SIPFACADE_LOG_LEVEL=loud"})
	if got.Command != CommandVersion {
		t.Errorf("%+v", got)
	}
}

func TestHealthcheckNeedsOnlyTheAdminAddress(t *testing.T) {
	t.Parallel()
	environ := []string{"SIPFACADE_NO_SUCH=1", "SIPFACADE_LOG_LEVEL=loud", "SIPFACADE_OPENTACT_TOKEN_FILE=/does/not/exist"}
	path := write(t, "admin_address: 0.0.0.0:7000\nno_such: 1\n")
	if got := mustParse(t, []string{"healthcheck", "--log-level=loud", "--config", path}, environ).Config.AdminAddress; got != "0.0.0.0:7000" {
		t.Errorf("admin address %q", got)
	}
	for line, want := range map[string]string{
		"--admin-address=localhost":   "admin_address (SIPFACADE_ADMIN_ADDRESS): must be host:port",
		"--admin-address=localhost:0": "admin_address (SIPFACADE_ADMIN_ADDRESS): must have the port",
		"--config=/does/not/exist":    "config (SIPFACADE_CONFIG): cannot be read: no such file or directory",
	} {
		got := problems(t, []string{"healthcheck", line}, environ)
		if len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("%s: %q, want %s", line, got, want)
		}
	}
}

// TestSettingsAreConsistent holds for every setting, also for new ones.
func TestSettingsAreConsistent(t *testing.T) {
	t.Parallel()
	line, err := parseLine([]string{"serve"}, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	known := allKeys(t)
	var secrets, listed []string
	for _, flag := range line.flags {
		if _, ok := flag.Target.Interface().(Secret); ok {
			secrets = append(secrets, keyOf(flag.Name))
		}
	}
	for _, setting := range line.config.secretSettings() {
		listed = append(listed, setting.key)
		if !slices.Contains(known, setting.key+fileSuffix) {
			t.Errorf("the secret %s has no %s%s", setting.key, setting.key, fileSuffix)
		}
	}
	if diff := cmp.Diff(secrets, listed); diff != "" {
		t.Errorf("secrets of Config and secretSettings (-Config +secretSettings):\n%s", diff)
	}
	if err := line.found.err(); err != nil {
		t.Errorf("the defaults cannot be read: %v", err)
	}
	for _, key := range vendorKeys() {
		if !slices.Contains(known, key) {
			t.Errorf("vendorKeys has %s, which is no setting", key)
		}
	}
}

// TestErrorsNeverRepeatValues gives a secret as every setting, by every source:
// a user who mixes two lines up must not find the secret in a log.
func TestErrorsNeverRepeatValues(t *testing.T) {
	t.Parallel()
	for _, value := range []string{hunter2, "https://user:" + hunter2 + "@example.com/?" + hunter2, "*" + hunter2, "/" + hunter2 + ":1", hunter2 + ":9090:1", "!" + hunter2 + " x"} {
		for _, key := range allKeys(t) {
			file := "SIPFACADE_CONFIG=" + write(t, key+": "+value+"\n")
			for source, input := range map[string][2][]string{
				"flag": {{"serve", "--" + strings.ReplaceAll(key, "_", "-") + "=" + value}, nil},
				"env":  {{"serve"}, {variableOf(key) + "=" + value}},
				"file": {{"serve"}, {file}},
			} {
				_, err := Parse(input[0], input[1], io.Discard)
				if err != nil && strings.Contains(err.Error(), hunter2[:7]) {
					t.Errorf("%s by %s: %v", key, source, err)
				}
			}
		}
	}
}
