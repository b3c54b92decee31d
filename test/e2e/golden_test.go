package e2e

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// vendorGoldens is the folder of the requests that the vendor must receive, in the first
// generation of each case. Those of another generation are in a folder below it, if they
// are not the same.
const vendorGoldens = "testdata/vendor"

// goldenFile is the path of the file of a step in the first generation of its case.
func goldenFile(sends string) string { return filepath.Join(vendorGoldens, sends+".golden") }

// goldenFileIn is the path of the file of a step in another generation.
func goldenFileIn(generation int, sends string) string {
	return filepath.Join(vendorGoldens, fmt.Sprintf("generation_%d", generation), sends+".golden")
}

// goldenFiles are the paths of all files of requests.
func goldenFiles(t *testing.T) []string {
	t.Helper()
	firsts, err := filepath.Glob(filepath.Join(vendorGoldens, "*.golden"))
	if err != nil {
		t.Fatal(err)
	}
	others, err := filepath.Glob(filepath.Join(vendorGoldens, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return append(firsts, others...)
}

// sentFiles are the files with what a step sends in a generation: its own if there is one,
// or else that of the case's first generation.
func (c *testCase) sentFiles(s step, generation int, isFirst bool) []string {
	switch {
	case s.Sends == "":
		return nil
	case isFirst:
		return []string{goldenFile(s.Sends)}
	default:
		return []string{goldenFileIn(generation, s.Sends), goldenFile(s.Sends)}
	}
}

// compareSent compares what a step sent in a generation with the golden file, or writes
// the file of the generation.
func (c *testCase) compareSent(t *testing.T, s step, isFirst bool, sent string) {
	t.Helper()
	files := c.sentFiles(s, c.generation, isFirst)
	if len(files) == 0 {
		return
	}
	if _, err := os.Stat(files[0]); *update || err == nil {
		golden(t, files[0], sent)
		return
	}
	golden(t, files[len(files)-1], sent)
}

// removeEqualGoldens removes the files of other generations that are not needed, because
// the first generation sends the same.
func removeEqualGoldens(t *testing.T) {
	t.Helper()
	for _, file := range goldenFiles(t) {
		first := goldenFile(strings.TrimSuffix(filepath.Base(file), ".golden"))
		if file == first || !sameContent(t, file, first) {
			continue
		}
		if err := os.Remove(file); err != nil {
			t.Errorf("remove the golden file: %v", err)
		}
	}
}

// sameContent reports whether two files exist and have the same content.
func sameContent(t *testing.T, one, other string) bool {
	t.Helper()
	first, err := os.ReadFile(one)
	if err != nil {
		t.Fatal(err)
	}
	second, err := os.ReadFile(other)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return err == nil && string(first) == string(second)
}

// TestGoldensOfGenerations: a generation has a golden file of its own only if it differs
// from that of the case's first generation.
func TestGoldensOfGenerations(t *testing.T) {
	t.Parallel()
	for _, file := range goldenFiles(t) {
		first := goldenFile(strings.TrimSuffix(filepath.Base(file), ".golden"))
		if file != first && !*update && sameContent(t, file, first) {
			t.Errorf("%s is the same as %s", file, first)
		}
	}
}

// incidental headers do not depend on the call. Everything else that is sent is in the
// golden files, so that a new header is noticed.
var incidental = map[string]bool{
	"Content-Length": true, "User-Agent": true, "Traceparent": true, "Tracestate": true, "Baggage": true,
}

// transcript returns requests as the vendor got them.
func transcript(requests []received) string {
	parts := make([]string, len(requests))
	for i, r := range requests {
		parts[i] = r.String()
	}
	return strings.Join(parts, "\n=====\n\n")
}

// String is the request with the body byte for byte and without credentials.
func (r received) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s\n", r.method, r.target)
	for _, name := range slices.Sorted(maps.Keys(r.header)) {
		value := strings.Join(r.header[name], ", ")
		switch {
		case incidental[name]:
			continue
		case name == "X-Auth-Token" && value != "":
			value = "<jwt>"
		case name == "Authorization" && strings.HasPrefix(r.target, infinityBase):
			value = withoutCredential(value)
		}
		fmt.Fprintf(&text, "%s: %s\n", name, value)
	}
	if len(r.body) > 0 {
		fmt.Fprintf(&text, "\n%s\n", r.body)
	}
	return text.String()
}

// golden compares with a file, or writes it.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatalf("write the golden file: %v", err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatalf("write the golden file: %v", err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("read the golden file (make it with -update): %v", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}
