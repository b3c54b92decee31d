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

// vendorGoldens is the folder of the requests that the vendor must receive.
const vendorGoldens = "testdata/vendor"

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
