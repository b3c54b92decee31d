package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/test/closedport"
)

// The first three tests run commands one after the other, because a command sends what
// libraries log to its own log.

func TestExitCodes(t *testing.T) {
	for line, want := range map[string]struct {
		code           int
		stdout, stderr string // pieces of what is printed
	}{
		"--help":                 {0, "Usage: sipfacade <command>", ""},
		"serve --help":           {0, "Usage: sipfacade serve", ""},
		"version":                {0, "sipfacade unknown", ""},
		"--version":              {0, "sipfacade unknown", ""},
		"help":                   {0, "Usage: sipfacade <command>", ""},
		"help config check":      {0, "Usage: sipfacade config check", ""},
		"config check --sandbox": {0, "sandbox                   flag     true", ""},
		"config check --sandbox --drain-timeout=1s": {
			0, "drain_timeout             flag     1s", "warning: drain_timeout (SIPFACADE_DRAIN_TIMEOUT): a stop ends calls in flight that last longer, since this is less than upstream_timeout plus 2s",
		},
		"token new ci --scope pbx:read":  {0, "scopes: ['pbx:read']", "The token is shown only now."},
		"token new ci --scope pbx:reads": {2, "", `there is no scope "pbx:reads"`},
		"token new ci --scope=":          {2, "", "no scope is given; the scopes are debug"},
		"config check --sandbox --auth-tokens-file=main.go": {
			2, "", "auth_tokens_file (SIPFACADE_AUTH_TOKENS_FILE): the tokens file: it is not valid",
		},
		"config check --sandbox --audit-file=/nonexistent/x": {
			2, "", "audit_file (SIPFACADE_AUDIT_FILE): cannot be opened: no such file or directory",
		},
		"serve --sandbox --grpc-address=127.0.0.1:0 --audit-file=/nonexistent/x": {
			2, "", "audit_file (SIPFACADE_AUDIT_FILE): cannot be opened: no such file or directory",
		},
		"serve --sandbox --auth-tokens-file=main.go": {2, "", "auth_tokens_file (SIPFACADE_AUTH_TOKENS_FILE)"},
		"probe --sandbox":               {0, "generation 1 answers, 1 is configured", ""},
		"probe --sandbox --output=json": {0, `"state": "answers"`, ""},
		"probe --sandbox --output=xml":  {2, "", "--output: must be one of table, json"},
		"probe --sandbox --record=.":    {2, "", "--record: must be empty"},
		"probe":                         {2, "", "opentact_token (SIPFACADE_OPENTACT_TOKEN): missing"},
		"probe --opentact-token=x --opentact-base-url=http://" + closedport.Address(t): {
			2, "opentact: unreachable", "",
		},
		"config check":      {2, "", "opentact_token (SIPFACADE_OPENTACT_TOKEN): missing"},
		"serve --sandbox=x": {2, "", "sandbox (SIPFACADE_SANDBOX): must be true or false"},
		"serv":              {2, "", `did you mean "serve"?`},
		"healthcheck --admin-address=" + closedport.Address(t): {1, "", "connection refused"},
	} {
		var stdout, stderr strings.Builder
		code := run(strings.Fields(line), nil, &stdout, &stderr)
		if code != want.code || !agrees(stdout.String(), want.stdout) || !agrees(stderr.String(), want.stderr) {
			t.Errorf("%q: exit code %d, want %d\nstdout: %s\nstderr: %s", line, code, want.code, &stdout, &stderr)
		}
	}
}

// TestProbeRecords: standard output has only the report, and the other output says what was
// written.
func TestProbeRecords(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "record")
	var stdout, stderr strings.Builder
	code := run([]string{"probe", "--sandbox", "--output=json", "--record", directory}, nil, &stdout, &stderr)
	files, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	said := fmt.Sprintf("recorded %d files in %s; read them before you send them\n", len(files), directory)
	if code != 0 || !json.Valid([]byte(stdout.String())) || stderr.String() != said {
		t.Errorf("exit code %d\nstdout: %s\nstderr: %s", code, &stdout, &stderr)
	}
}

// TestProbeRecordsNothing: without an answer there is no record, and no directory.
func TestProbeRecordsNothing(t *testing.T) {
	for _, setting := range [][]string{
		{"--opentact-credentials=caller"},
		{"--opentact-token=x", "--opentact-base-url=http://" + closedport.Address(t)},
	} {
		directory := filepath.Join(t.TempDir(), "record")
		var stderr strings.Builder
		code := run(append([]string{"probe", "--record", directory}, setting...), nil, io.Discard, &stderr)
		if said := "recorded nothing in " + directory + ": no vendor answered\n"; code != 2 || stderr.String() != said {
			t.Errorf("%q: exit code %d, %s", setting, code, &stderr)
		}
		if _, err := os.Stat(directory); !os.IsNotExist(err) {
			t.Errorf("%q: %v", setting, err)
		}
	}
}

// agrees reports whether the output has the piece, or is empty if none is
// expected.
func agrees(output, piece string) bool {
	return (output == "") == (piece == "") && strings.Contains(output, piece)
}

func TestLogFormat(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	terminal, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // a character device, as terminals are
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = file.Close(), terminal.Close() }) // nothing was written
	for name, test := range map[string]struct {
		given   config.LogFormat
		log     io.Writer
		noColor string
		want    string
	}{
		"file":               {config.LogFormatAuto, file, "", "json"},
		"terminal":           {config.LogFormatAuto, terminal, "", "color"},
		"no color":           {config.LogFormatAuto, terminal, "1", "text"},
		"no file":            {config.LogFormatAuto, io.Discard, "", "json"},
		"text to file":       {config.LogFormatText, file, "", "text"},
		"text to a terminal": {config.LogFormatText, terminal, "", "color"},
		"json terminal":      {config.LogFormatJSON, terminal, "", "json"},
	} {
		if got := logFormat(test.given, test.log, test.noColor); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
