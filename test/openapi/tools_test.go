package openapi

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/sipfacade/sipfacade/gen"
)

// toolTimeout is how long one program may run.
const toolTimeout = 8 * time.Minute

// run runs a program in a folder and returns what it wrote, and its exit code.
func run(t *testing.T, folder string, program string, arguments ...string) (output string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), toolTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, program, arguments...)
	command.Dir = folder
	command.Env = append(os.Environ(), "NO_COLOR=1", "REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true", "PYTHONDONTWRITEBYTECODE=1")
	var written bytes.Buffer
	command.Stdout, command.Stderr = &written, &written
	if err := command.Run(); command.ProcessState == nil {
		t.Fatalf("run %s: %v", program, err)
	}
	return written.String(), command.ProcessState.ExitCode()
}

// must runs a program that has to succeed.
func must(t *testing.T, folder string, program string, arguments ...string) (output string) {
	t.Helper()
	output, code := run(t, folder, program, arguments...)
	if code != 0 {
		t.Fatalf("%s ends with %d:\n%s", filepath.Base(program), code, output)
	}
	return output
}

// workFolder returns an empty folder with the document and copies of files.
func workFolder(t *testing.T, files ...string) string {
	t.Helper()
	folder := t.TempDir()
	write(t, filepath.Join(folder, "openapi.json"), gen.OpenAPI)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, filepath.Base(file)), content)
	}
	return folder
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}
