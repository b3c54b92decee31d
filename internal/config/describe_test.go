package config

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/internal/goldentest"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	token := filepath.Join(directory, "token")
	overwrite(t, token, hunter2)
	path := write(t, "opentact_token_file: "+token+"\ndrain_timeout: 40s\nlog_level: warn\n")
	invocation := mustParse(t, []string{"config", "check", "--log-format=text", "--config", path}, []string{
		"SIPFACADE_PAGE_TOKEN_KEY=" + hunter2, "SIPFACADE_UPSTREAM_MAX_BYTES=1048576", "SIPFACADE_LOG_LEVEL=debug",
	})
	got := invocation.Config.Describe()
	goldentest.Compare(t, "describe.golden", strings.NewReplacer(token, "/run/token", path, "/etc/sipfacade.yaml").Replace(got))
	for _, key := range allKeys(t) {
		if !strings.Contains(got, "\n"+key+" ") {
			t.Errorf("Describe leaves %s out", key)
		}
	}
}

func TestDescribeOfTheSandbox(t *testing.T) {
	t.Parallel()
	goldentest.Compare(t, "describe_sandbox.golden", mustParse(t, []string{"config", "check", "--sandbox"}, nil).Config.Describe())
}
