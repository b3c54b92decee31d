//go:build unix

package clients

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sipfacade/sipfacade/test/install"
	"github.com/sipfacade/sipfacade/test/sandbox"
)

// command is a program of another language, run until it ends.
type command struct {
	folder string   // where it runs; the test's own if empty
	env    []string // added to the environment
	line   []string
}

// output runs the program and returns what it prints.
func (c command) output(t *testing.T) []byte {
	t.Helper()
	run := exec.CommandContext(t.Context(), c.line[0], c.line[1:]...)
	run.Dir = c.folder
	run.Env = append(os.Environ(), c.env...)
	var out, problems bytes.Buffer
	run.Stdout, run.Stderr = &out, &problems
	if err := run.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(c.line, " "), err, out.Bytes(), problems.Bytes())
	}
	return out.Bytes()
}

// print runs the program and reads the JSON that it prints.
func (c command) print(t *testing.T, into any) {
	t.Helper()
	printed := c.output(t)
	if err := json.Unmarshal(printed, into); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(c.line, " "), err, printed)
	}
}

// node is a program of the folder node.
func node(t *testing.T, script string, arguments ...string) command {
	t.Helper()
	return command{
		env:  []string{"NODE_PATH=" + install.Node(t, "node")},
		line: append([]string{install.Tool(t, "node"), filepath.Join("node", script)}, arguments...),
	}
}

// python is a program of the folder python, which finds the modules of another folder.
func python(t *testing.T, modules, script string, arguments ...string) command {
	t.Helper()
	interpreter := filepath.Join(install.Python(t, "python"), "python")
	return command{
		env:  []string{"PYTHONPATH=" + modules, "PYTHONDONTWRITEBYTECODE=1"},
		line: append([]string{interpreter, filepath.Join("python", script)}, arguments...),
	}
}

// TestNodeLoadsTheProtos: both libraries of Node.js find every service and google.rpc.Status.
func TestNodeLoadsTheProtos(t *testing.T) {
	t.Parallel()
	folder, names := unpacked(t)
	var got map[string]any
	node(t, "load.cjs", append([]string{folder}, names...)...).print(t, &got)
	want := map[string]any{"protobufjs": 4.0, "loader": 4.0, "status": true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("services (-want +got):\n%s", diff)
	}
}

// TestNodeReadsErrors: with the protos of the archive a Node.js client reads every detail
// of an error.
func TestNodeReadsErrors(t *testing.T) {
	t.Parallel()
	folder, _ := unpacked(t)
	s := sandbox.Start(t)
	s.Fault(t, `{"vendor": "opentact", "kind": "rate_limited", "route": "ListSIPConnections", "times": 1, "retryAfter": "7"}`)
	var got map[string]any
	node(t, "errors.cjs", folder, s.GRPC).print(t, &got)
	want := map[string]any{
		"invalid": map[string]any{
			"code": 3.0, "requestIds": 1.0,
			"ErrorInfo": map[string]any{"reason": "REQUEST_INVALID", "domain": "sipfacade"},
			"BadRequest": map[string]any{"fieldViolations": []any{map[string]any{
				"field": "page_size", "reason": "INT32_GTE",
			}}},
		},
		"limited": map[string]any{
			"code": 8.0, "requestIds": 1.0,
			"ErrorInfo": map[string]any{
				"reason": "UPSTREAM_RATE_LIMITED", "domain": "sipfacade",
				"metadata": map[string]any{"upstream": "opentact", "upstreamStatus": "429"},
			},
			"RetryInfo": map[string]any{"retryDelay": map[string]any{"seconds": 7.0}},
		},
	}
	worded := cmpopts.IgnoreMapEntries(func(member string, _ any) bool { return member == "description" })
	if diff := cmp.Diff(want, got, worded); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

// TestProtocCompilesTheProtos: protoc makes Python and Java of every file of the archive.
func TestProtocCompilesTheProtos(t *testing.T) {
	t.Parallel()
	folder, names := unpacked(t)
	protoc, out := filepath.Join(install.Python(t, "python"), "protoc"), t.TempDir()
	command{folder: folder, line: append([]string{protoc, "--proto_path=.", "--java_out=" + out}, names...)}.output(t)
	for _, class := range []string{"com/sipfacade/v1/SipConnection", "com/google/rpc/ErrorInfo", "build/buf/validate/FieldRules"} {
		if _, err := os.Stat(filepath.Join(out, class+".java")); err != nil {
			t.Errorf("the Java of the protos: %v", err)
		}
	}
}

// stubs are what grpcio-tools makes of every file of the archive for Python.
func stubs(t *testing.T) (modules string) {
	t.Helper()
	folder, names := unpacked(t)
	interpreter, modules := filepath.Join(install.Python(t, "python"), "python"), t.TempDir()
	command{folder: folder, line: append([]string{
		interpreter, "-m", "grpc_tools.protoc", "--proto_path=.", "--python_out=" + modules, "--grpc_python_out=" + modules,
	}, names...)}.output(t)
	return modules
}

// TestPythonImportsTheProtos: what grpcio-tools makes of the archive can be imported.
func TestPythonImportsTheProtos(t *testing.T) {
	t.Parallel()
	var got map[string]any
	python(t, stubs(t), "load.py").print(t, &got)
	methods := 0
	for _, file := range image(t) {
		for _, service := range file.GetService() {
			methods += len(service.GetMethod())
		}
	}
	want := map[string]any{"methods": float64(methods), "types": []any{"google.rpc.Status", "google.rpc.ErrorInfo"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBufBuildsTheProtos: the archive is a module for buf as it is.
func TestBufBuildsTheProtos(t *testing.T) {
	t.Parallel()
	folder, names := unpacked(t)
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	buf := command{folder: root, line: []string{"go", "tool", "-modfile=tools/go.mod", "buf", "ls-files", folder}}
	if listed := strings.Fields(string(buf.output(t))); len(listed) != len(names) {
		t.Errorf("buf sees %d files of %d", len(listed), len(names))
	}
	buf.line = []string{"go", "tool", "-modfile=tools/go.mod", "buf", "build", "-o", filepath.Join(t.TempDir(), "image.binpb"), folder}
	buf.output(t)
}
