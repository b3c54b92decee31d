package packages

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/test/sandbox"
)

// block is a command block of a page, and behind it what it prints.
var block = regexp.MustCompile("(?s)```sh\n(.*?)```\n```text\n(.*?)```\n")

// TestPages runs the command blocks of the pages about the packages, each against a sandbox
// of its own. The tests of the other pages have no packages, and less time.
func TestPages(t *testing.T) {
	requireTools(t)
	readInputs(t)
	run(t, root, nil, "make", "-s", "-f", "clients/Makefile")
	for _, page := range []string{"docs/clients.md", "examples/README.md"} {
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		blocks := block.FindAllStringSubmatch(string(text), -1)
		if want := strings.Count(string(text), "```sh\n"); len(blocks) != want || want == 0 {
			t.Fatalf("%s: %d of %d command blocks show what they print", page, len(blocks), want)
		}
		for _, found := range blocks {
			name, _, _ := strings.Cut(found[1], " |")
			t.Run(page+": "+strings.SplitN(name, "\n", 2)[0], func(t *testing.T) {
				t.Parallel()
				checkBlock(t, found[1], found[2])
			})
		}
	}
}

// checkBlock runs one block in the root of the repository, with the addresses of a sandbox
// in place of those of `make run`.
func checkBlock(t *testing.T, script, want string) {
	t.Helper()
	vendors := sandbox.Start(t)
	script = strings.NewReplacer("127.0.0.1:9090", vendors.GRPC, "127.0.0.1:8080", vendors.HTTP,
		".cache/first", filepath.Join(t.TempDir(), "first"), "../../../bin", filepath.Join(absolute(t, root), "bin")).Replace(script)
	environment := []string{
		"SIPFACADE_GRPC=" + vendors.GRPC, "SIPFACADE_JSON=http://" + vendors.HTTP, "SIPFACADE_ADMIN=http://" + vendors.Admin,
		"PROJECT=" + filepath.Join(t.TempDir(), "project"),
	}
	if diff := cmp.Diff(want, run(t, root, environment, "sh", "-ec", script)); diff != "" {
		t.Errorf("what the block prints (-page +got):\n%s", diff)
	}
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	whole, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}
