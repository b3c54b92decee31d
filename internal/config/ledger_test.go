package config

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLedgerTarget(t *testing.T) {
	t.Parallel()
	database := write(t, "postgres://u:hunter2@db.example.com/sipfacade\n")
	key := strings.Repeat("k", minLedgerKey)
	for flags, want := range map[string]string{
		"--opentact-token=t":                            "off",
		"--opentact-token=t --ledger=memory":            "memory",
		"--sandbox":                                     "memory",
		"--sandbox --ledger=off":                        "off",
		"--sandbox --ledger=file:a --ledger-key=" + key: "file:a",
		"--sandbox --ledger-file=" + database + " --ledger-key=" + key: "postgres://u:hunter2@db.example.com/sipfacade",
	} {
		invocation, err := Parse(append([]string{"config", "check"}, strings.Fields(flags)...), nil, io.Discard)
		if err != nil {
			t.Errorf("%s: %v", flags, err)
			continue
		}
		if diff := cmp.Diff(want, invocation.Config.LedgerTarget()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", flags, diff)
		}
		if described := invocation.Config.Describe(); strings.Contains(described, "hunter2") {
			t.Errorf("%s: the description shows the password:\n%s", flags, described)
		}
	}
}

func TestLedgerRules(t *testing.T) {
	t.Parallel()
	key, short, absent := strings.Repeat("k", minLedgerKey), strings.Repeat("k", minLedgerKey-1), "/does/not/exist"
	for flags, want := range map[string][]string{
		"--ledger=redis://u:hunter2@h":                                    {"ledger (SIPFACADE_LEDGER): must be off, memory, file:PATH or postgres://..."},
		"--ledger=MEMORY":                                                 {"ledger (SIPFACADE_LEDGER): must be off"},
		"--ledger=file: --ledger-key=" + key:                              {"ledger (SIPFACADE_LEDGER): must name the file"},
		"--ledger=postgres:// --ledger-key=" + key:                        {"ledger (SIPFACADE_LEDGER): must be a URL"},
		"--ledger=postgres://u:hunter2@[::1 --ledger-key=" + key:          {"ledger (SIPFACADE_LEDGER): must be a URL"},
		"--ledger=postgres:///d?host=/run/postgresql --ledger-key=" + key: nil,
		"--ledger=postgresql://h/d --ledger-key=" + key:                   nil,
		"--ledger=file:a":                                                 {"ledger_key (SIPFACADE_LEDGER_KEY): missing; a ledger in a file"},
		"--ledger=postgres://u:hunter2@h/d":                               {"ledger_key (SIPFACADE_LEDGER_KEY): missing"},
		"--ledger=postgres://u:hunter2@h/d --ledger-key=" + short:         {"ledger_key (SIPFACADE_LEDGER_KEY): must have 32 bytes or more"},
		"--ledger-key=" + short:                                           {"ledger_key (SIPFACADE_LEDGER_KEY): must have 32 bytes or more"},
		"--ledger=file:a --ledger-key-file=" + absent:                     {"ledger_key_file (SIPFACADE_LEDGER_KEY_FILE): cannot be read"},
		"--ledger-file=" + absent:                                         {"ledger_file (SIPFACADE_LEDGER_FILE): cannot be read"},
		"--ledger-ttl=999ms":                                              {"ledger_ttl (SIPFACADE_LEDGER_TTL): must be from 1s to 720h"},
		"--ledger-ttl=721h":                                               {"ledger_ttl (SIPFACADE_LEDGER_TTL): must be from 1s"},
		"--ledger-ttl=1s":                                                 nil,
		"--ledger=memory --ledger-ttl=720h":                               nil,
	} {
		_, err := Parse(append([]string{"config", "check", "--sandbox"}, strings.Fields(flags)...), nil, io.Discard)
		lines := []string{}
		if err != nil {
			lines = strings.Split(err.Error(), "\n")
		}
		if len(lines) != len(want) {
			t.Errorf("%s: %q, want %q", flags, lines, want)
			continue
		}
		for i, line := range lines {
			if !strings.HasPrefix(line, want[i]) || strings.Contains(line, "hunter2") {
				t.Errorf("%s: %q, want %q", flags, line, want[i])
			}
		}
	}
}
