package config

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/internal/goldentest"
)

func TestHelp(t *testing.T) {
	t.Parallel()
	for name, command := range map[string][]string{
		"help.golden":             nil,
		"help_serve.golden":       {"serve"},
		"help_config.golden":      {"config"},
		"help_check.golden":       {"config", "check"},
		"help_healthcheck.golden": {"healthcheck"},
		"help_version.golden":     {"version"},
		"help_probe.golden":       {"probe"},
		"help_token_new.golden":   {"token", "new"},
		"help_help.golden":        {"help"},
	} {
		for _, args := range [][]string{append(slices.Clone(command), "--help"), append(slices.Clone(command), "-h"), append([]string{"help"}, command...)} {
			var page strings.Builder
			if _, err := Parse(args, nil, &page); !errors.Is(err, ErrHelp) {
				t.Errorf("%q: error %v, want ErrHelp", args, err)
			}
			goldentest.Compare(t, name, page.String())
			for line := range strings.Lines(page.String()) {
				if len([]rune(strings.TrimSuffix(line, "\n"))) > 80 {
					t.Errorf("%q: wider than 80 columns: %s", args, line)
				}
			}
		}
	}
}

func TestHelpListsEverySetting(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--help"}, {"serve", "--help"}, {"config", "check", "--help"}} {
		var page strings.Builder
		if _, err := Parse(args, nil, &page); !errors.Is(err, ErrHelp) {
			t.Fatal(err)
		}
		for _, key := range allKeys(t) {
			// kong may break the line before the variable, not within it.
			if !strings.Contains(page.String(), "($"+variableOf(key)+")") {
				t.Errorf("%q does not list %s", args, variableOf(key))
			}
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestHelpReportsFailedWrite(t *testing.T) {
	t.Parallel()
	if _, err := Parse([]string{"--help"}, nil, brokenPipe{}); err == nil || errors.Is(err, ErrHelp) {
		t.Errorf("error %v, want that of the writer", err)
	}
}
