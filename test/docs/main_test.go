package docs

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	directory, err := os.MkdirTemp("", "sipfacade-docs-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	commands.directory = directory
	code := m.Run()
	if err := os.RemoveAll(directory); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// builder builds the programs that pages call, once for all pages.
type builder struct {
	directory string
	build     func() error
}

// commands are in one directory, which is the first of each page's PATH.
var commands = newBuilder()

func newBuilder() *builder {
	b := &builder{}
	b.build = sync.OnceValue(b.buildAll)
	return b
}

// root is the directory of the project.
const root = "../.."

// buildAll builds the server and grpcurl, and writes the scripts in front of them.
func (b *builder) buildAll() error {
	server, grpcurl := filepath.Join(b.directory, "server"), filepath.Join(b.directory, "grpcurl")
	project, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	real, err := exec.LookPath("make")
	if err != nil {
		return err
	}
	scripts := map[string]string{
		"sipfacade": fmt.Sprintf(serverScript, server),
		"make":      fmt.Sprintf(makeScript, real, project),
	}
	for name, text := range scripts {
		if err := os.WriteFile(filepath.Join(b.directory, name), []byte(text), 0o755); err != nil {
			return err
		}
	}
	if _, err := callGo("build", "-o", server, "./cmd/server"); err != nil {
		return err
	}
	built, err := callGo("tool", "-modfile=tools/go.mod", "-n", "grpcurl") // builds it, and prints where
	if err != nil {
		return err
	}
	return os.Symlink(strings.TrimSpace(built), grpcurl)
}

// callGo runs the go command in the project.
func callGo(arguments ...string) (string, error) {
	var failure strings.Builder
	cmd := exec.Command("go", arguments...)
	cmd.Dir, cmd.Stderr = root, &failure
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, failure.String())
	}
	return string(out), nil
}

// need builds the commands, and finds the tools of the machine that pages use. Without
// one of these tools the test is skipped, but not in CI.
func need(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"bash", "curl", "jq", "make", "openssl"} {
		if _, err := exec.LookPath(tool); err == nil {
			continue
		}
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not installed, and the documentation uses it", tool)
		}
		t.Skipf("%s is not installed, and the documentation uses it", tool)
	}
	if err := commands.build(); err != nil {
		t.Fatal(err)
	}
}

// serverScript lets a page call sipfacade as its reader would. A server listens on ports
// that the system chooses, and its log goes to the test as well, by descriptor 4. A
// health check asks the server of the page. Other commands see no settings.
const serverScript = `#!/bin/bash
server=%q
case "$1" in
serve)
	export SIPFACADE_GRPC_ADDRESS=127.0.0.1:0 SIPFACADE_HTTP_ADDRESS=127.0.0.1:0 SIPFACADE_ADMIN_ADDRESS=127.0.0.1:0
	[ -n "$DOCS_LOG" ] || exec "$server" "$@"
	exec "$server" "$@" 2> >(tee /dev/fd/4 >&2)
	;;
healthcheck)
	export SIPFACADE_ADMIN_ADDRESS
	SIPFACADE_ADMIN_ADDRESS=$(cat "$DOCS_ADMIN")
	;;
esac
exec "$server" "$@"
`

// makeScript runs make in the project, and a server that it starts as above.
const makeScript = `#!/bin/bash
export SIPFACADE_GRPC_ADDRESS=127.0.0.1:0 SIPFACADE_HTTP_ADDRESS=127.0.0.1:0 SIPFACADE_ADMIN_ADDRESS=127.0.0.1:0
[ -n "$DOCS_LOG" ] || exec %[1]q --no-print-directory -C %[2]q "$@"
exec %[1]q --no-print-directory -C %[2]q "$@" 2> >(tee /dev/fd/4 >&2)
`
