package openapi

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/sipfacade/sipfacade/test/install"
	"github.com/sipfacade/sipfacade/test/sandbox"
)

// TestPython: openapi-python-client makes a client without leaving anything out, and that
// does a whole job.
func TestPython(t *testing.T) {
	bin := install.Python(t, "python")
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH")) // the generator looks for ruff
	folder := workFolder(t, "python/job.py")
	must(t, folder, filepath.Join(bin, "openapi-python-client"), "generate", "--path", "openapi.json",
		"--meta", "none", "--output-path", "sipfacade_client", "--fail-on-warning")
	checkJob(t, must(t, folder, filepath.Join(bin, "python"), "job.py", "http://"+sandbox.Start(t).HTTP))
}
