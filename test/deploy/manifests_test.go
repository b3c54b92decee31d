package deploy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/test/install"
	"github.com/sipfacade/sipfacade/test/sandbox"
)

func TestDockerfile(t *testing.T) {
	t.Parallel()
	bin := install.Python(t, in(t, "test/deploy/python"))
	mustRun(t, "", filepath.Join(bin, "hadolint"), in(t, "deploy/Dockerfile"))
}

func TestCompose(t *testing.T) {
	t.Parallel()
	mustRun(t, "", tool("deploy", "run", "./composefile", in(t, "deploy/compose/compose.yaml"))...)
}

// TestUnit holds the unit against systemd's own checker, with the program where it is here.
func TestUnit(t *testing.T) {
	t.Parallel()
	analyze := install.Tool(t, "systemd-analyze")
	unit := filepath.Join(t.TempDir(), "sipfacade.service")
	content := strings.ReplaceAll(read(t, "deploy/systemd/sipfacade.service"), "/usr/local/bin/sipfacade", sandbox.Program(t))
	if err := os.WriteFile(unit, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if output := mustRun(t, "", analyze, "verify", "--man=no", unit); output != "" {
		t.Error(output)
	}
	mustRun(t, "", analyze, "security", "--offline=true", "--threshold=20", unit)
}
