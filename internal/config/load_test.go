package config

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// examples has three values for each setting, for flag, environment and file.
func examples() map[string][3]string {
	return map[string][3]string{
		"grpc_address": {"127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"}, "http_address": {"[::1]:11", "[::1]:12", "[::1]:13"},
		"admin_address": {"localhost:21", "localhost:22", "localhost:23"}, "upstream_timeout": {"1s", "2s", "3s"},
		"upstream_max_bytes": {"1MiB", "2MiB", "3MiB"}, "insecure_no_auth": {"true", "false", "true"},
		"explain": {"false", "true", "false"}, "reflection": {"false", "true", "false"}, "sandbox": {"true", "false", "true"},
		"opentact_base_url":    {"https://one.example", "https://two.example", "https://three.example"},
		"opentact_credentials": {"caller", "service", "caller"}, "opentact_generation": {"1", "2", "3"}, "opentact_token": {"one", "two", "three"},
		"opentact_email": {"one@example.com", "two@example.com", "three@example.com"}, "opentact_password": {"one", "two", "three"},
		"infinity_base_url":    {"https://one.example", "https://two.example", "https://three.example"},
		"infinity_credentials": {"caller", "service", "caller"}, "infinity_api_key": {"one", "two", "three"},
		"infinity_username": {"one", "two", "three"}, "infinity_password": {"one", "two", "three"},
		"infinity_time_zone": {"Europe/London", "America/New_York", "Asia/Tokyo"},
		"ledger":             {"off", "memory", "off"}, "ledger_ttl": {"1s", "2s", "3s"},
		"ledger_key":     {"1" + strings.Repeat("k", 32), "2" + strings.Repeat("k", 32), "3" + strings.Repeat("k", 32)},
		"page_token_key": {"one", "two", "three"}, "log_level": {"error", "debug", "warn"}, "log_format": {"json", "text", "json"},
		"drain_delay": {"1s", "2s", "4s"}, "drain_timeout": {"1s", "2s", "4s"},
		"allowed_hosts": {"a", "b,c:1", "*"}, "upstream_memory": {"1MiB", "2MiB", "3MiB"},
		"upstream_max_connections": {"1", "2", "3"}, "upstream_queue": {"0", "2", "3"},
		"breaker_volume": {"1", "2", "3"}, "breaker_ratio": {"0.1", "0.2", "1"},
		"breaker_window": {"1s", "2s", "3s"}, "breaker_pause": {"1s", "2s", "3s"},
		"auth_jwt_issuer":   {"https://one.example", "https://two.example", "https://three.example"},
		"auth_jwt_audience": {"one", "two", "three"}, "auth_jwt_scope_claim": {"scp", "scopes", "roles"},
		"caller_rate": {"0.5", "2", "3"}, "caller_burst": {"1", "2", "3"},
		"cors_origins": {"https://one.example", "https://two.example,http://localhost:3000", "https://three.example"},
	}
}

// allKeys lists every setting, from the parser itself.
func allKeys(t *testing.T) []string {
	t.Helper()
	line, err := parseLine([]string{"serve"}, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return append(slices.Sorted(maps.Keys(fileKeys(line.flags))), configKey)
}

// TestPrecedence gives every setting by every combination of sources.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	for _, key := range allKeys(t) {
		values, ok := examples()[key]
		if key == configKey || strings.HasSuffix(key, fileSuffix) {
			continue
		}
		if !ok {
			t.Errorf("examples has nothing for %s", key)
			continue
		}
		for combination := range 8 {
			checkPrecedence(t, key, values, combination)
		}
	}
}

// checkPrecedence reads the setting without the rules, which have tests of
// their own and would require other settings beside some of these.
func checkPrecedence(t *testing.T, key string, values [3]string, combination int) {
	t.Helper()
	args, environ, source, want := []string{"serve"}, []string(nil), FromDefault, ""
	if combination&1 != 0 {
		environ, source, want = append(environ, "SIPFACADE_CONFIG="+write(t, key+": "+quote(values[2]))), FromFile, values[2]
	}
	if combination&2 != 0 {
		environ, source, want = append(environ, variableOf(key)+"="+values[1]), FromEnvironment, values[1]
	}
	if combination&4 != 0 {
		args, source, want = append(args, "--"+strings.ReplaceAll(key, "_", "-")+"="+values[0]), FromFlag, values[0]
	}
	line, err := parseLine(args, environ, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err, got := line.found.err(), line.sources.of(key); err != nil || got != source {
		t.Errorf("%s by %q %q: %v, from %s, want %s", key, args, environ, err, got, source)
	}
	// A log level prints in upper case.
	if got := text(line.flags, key); source != FromDefault && !strings.EqualFold(got, want) {
		t.Errorf("%s by %q %q is %q, want %q", key, args, environ, got, want)
	}
}

func quote(value string) string { return `"` + value + `"` }

func text(flags []*kong.Flag, key string) string {
	found := flags[slices.IndexFunc(flags, func(flag *kong.Flag) bool { return keyOf(flag.Name) == key })]
	switch value := found.Target.Interface().(type) {
	case Secret:
		return value.Reveal()
	case []string:
		return strings.Join(value, ",")
	}
	return fmt.Sprint(found.Target.Interface())
}

func TestEmptyCountsAsUnset(t *testing.T) {
	t.Parallel()
	path := write(t, "grpc_address:\nhttp_address: ''\nsandbox: true\nlog_level: ~\n")
	config := mustParse(t, []string{"serve"}, []string{
		"SIPFACADE_CONFIG=" + path, "SIPFACADE_GRPC_ADDRESS=", "SIPFACADE_SANDBOX=", "SIPFACADE_OPENTACT_TOKEN=", "SIPFACADE_LOG_LEVEL=",
	}).Config
	if config.GRPCAddress != "127.0.0.1:9090" || config.HTTPAddress != "127.0.0.1:8080" || !config.Sandbox {
		t.Errorf("%+v", config)
	}
}

func TestConfigFlagWinsOverVariable(t *testing.T) {
	t.Parallel()
	path := write(t, "sandbox: true\nlog_level: error\n")
	config := mustParse(t, []string{"serve", "--config", path}, []string{"SIPFACADE_CONFIG=/does/not/exist"}).Config
	if config.LogLevel != slog.LevelError || config.ConfigFile != path {
		t.Errorf("%+v", config)
	}
}

func TestProcessEnvironmentIsNotRead(t *testing.T) {
	t.Setenv("SIPFACADE_LOG_LEVEL", "debug")
	t.Setenv("SIPFACADE_NO_SUCH_SETTING", "1")
	if got := mustParse(t, []string{"serve", "--sandbox"}, nil).Config.LogLevel; got != slog.LevelInfo {
		t.Errorf("log level %s", got)
	}
}
