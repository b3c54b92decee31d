package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWarnings: what is valid and may not be meant.
func TestWarnings(t *testing.T) {
	t.Parallel()
	const plain, open, short = "serves no TLS", "takes calls from everybody", "a write that was sent may be answered OUTCOME_UNKNOWN"
	for flags, want := range map[string][]string{
		"":                      nil,
		"--drain-timeout=32s":   nil,
		"--drain-timeout=31s":   {"drain_timeout: " + short},
		"--drain-timeout=0":     {"drain_timeout: " + short},
		"--upstream-timeout=1m": nil,
		"--upstream-timeout=1m --drain-timeout=61s":                      {"drain_timeout: " + short},
		"--upstream-timeout=1s --drain-timeout=3s":                       nil,
		"--admin-address=:1":                                             nil,
		"--insecure-no-auth --http-address=:1 --drain-timeout=1s":        {"http_address: " + plain, "http_address: " + open, "drain_timeout: " + short},
		"--grpc-address=:1 --auth-tokens-file=" + write(t, "tokens: []"): {"grpc_address: " + plain},
	} {
		var got []string
		for _, warning := range mustParse(t, append([]string{"serve", "--sandbox"}, strings.Fields(flags)...), nil).Config.Warnings() {
			piece := warning.Text
			for _, known := range []string{plain, open, short} {
				if strings.Contains(warning.Text, known) {
					piece = known
				}
			}
			got = append(got, warning.Key+": "+piece)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", flags, diff)
		}
	}
}
