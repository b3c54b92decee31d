package openapi

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/sipfacade/sipfacade/test/install"
	"github.com/sipfacade/sipfacade/test/sandbox"
)

// TestTypeScript: the client that openapi-typescript and openapi-fetch make passes the
// strict checks of the compiler, and does a whole job.
func TestTypeScript(t *testing.T) {
	t.Parallel()
	modules := install.Node(t, "node")
	folder := workFolder(t, "node/job.ts", "node/tsconfig.json", "node/package.json")
	if err := os.Symlink(modules, filepath.Join(folder, "node_modules")); err != nil {
		t.Fatal(err)
	}
	must(t, folder, filepath.Join(modules, ".bin", "openapi-typescript"), "openapi.json", "--output", "schema.ts")
	must(t, folder, filepath.Join(modules, ".bin", "tsc"), "--project", ".")
	checkJob(t, must(t, folder, install.Tool(t, "node"), "built/job.js", "http://"+sandbox.Start(t).HTTP))
}
