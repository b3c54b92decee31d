package config

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestJoin: the first that is said of a setting holds, and all that is said at once of
// another.
func TestJoin(t *testing.T) {
	t.Parallel()
	first := Mistake("auth_tokens_file", "cannot be read")
	second := Join(Mistake("auth_tokens_file", "is not valid"), Mistake("tls_cert_file", "has no certificate"))
	const want = "auth_tokens_file (SIPFACADE_AUTH_TOKENS_FILE): cannot be read\n" +
		"tls_cert_file (SIPFACADE_TLS_CERT_FILE): has no certificate"
	if diff := cmp.Diff(want, Join(nil, first, second, first).Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := Join(nil, nil); err != nil {
		t.Errorf("nothing is wrong, and the error is %v", err)
	}
	other := errors.New("out of memory")
	if err := Join(first, other); !errors.Is(err, other) {
		t.Errorf("got %v, want the error that is no mistake", err)
	}
}

// TestUnreadableFile: what is missing may be in a file that cannot be read, so it is not
// reported. What is there and wrong is.
func TestUnreadableFile(t *testing.T) {
	t.Parallel()
	got := problems(t, []string{
		"config", "check", "--config=" + write(t, "{"), "--grpc-address=0.0.0.0:9090", "--tls-key-file=" + write(t, "key"),
		"--auth-jwt-audience=a", "--opentact-email=e", "--drain-timeout=3s", "--breaker-volume=0", "--ledger=file:a",
	}, nil)
	want := []string{
		"config (SIPFACADE_CONFIG): the file is not valid YAML: line 1: did not find expected node content",
		"breaker_volume (SIPFACADE_BREAKER_VOLUME): must be at least 1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
