package e2e

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/internal/document"
	"github.com/sipfacade/sipfacade/internal/opentactapi"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// The part of the document that has the matrix.
const (
	matrixDocument = "../../docs/upstreams.md"
	matrixBegin    = "<!-- matrix of generations: from test/e2e by go test ./test/e2e -run TestMatrix -update -->\n"
	matrixEnd      = "<!-- end of matrix -->\n"
)

// TestMatrix: each call of OpenTACT has a case in each generation that serves it, and the
// document says so.
func TestMatrix(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(matrixDocument)
	if err != nil {
		t.Fatal(err)
	}
	want, err := document.Replace(text, matrixBegin, matrixEnd, []byte(callMatrix(t)+routeMatrix()))
	switch {
	case err != nil:
		t.Fatal(err)
	case *update:
		if err := os.WriteFile(matrixDocument, want, 0o644); err != nil {
			t.Fatal(err)
		}
	case !bytes.Equal(text, want):
		t.Errorf("%s has another matrix: run with -update", matrixDocument)
	}
}

// callMatrix says how many cases call each method in each generation.
func callMatrix(t *testing.T) string {
	counts := map[string][3]int{}
	for _, c := range loadCases(t) {
		called := map[string]bool{}
		for _, s := range c.Steps {
			called[s.Call] = s.Call != ""
		}
		for _, generation := range c.runsIn() {
			for name := range called {
				row := counts[name]
				row[generation-1]++
				counts[name] = row
			}
		}
	}
	var table strings.Builder
	table.WriteString("\nCases of each call, by generation. A dash: refused as UPSTREAM_GENERATION.\n\n| call | 1 | 2 | 3 |\n| --- | --- | --- | --- |\n")
	for _, method := range methods() {
		name := shortName(method)
		if ofInfinity(name) {
			continue
		}
		fmt.Fprintf(&table, "| %s |", method.Name())
		for _, generation := range opentactapi.Generations() {
			count := counts[name][generation-1]
			if !servedIn(method, generation) {
				table.WriteString(" – |")
				continue
			}
			if count == 0 {
				t.Errorf("no case calls %s in generation %d", name, generation)
			}
			fmt.Fprintf(&table, " %d |", count)
		}
		table.WriteString("\n")
	}
	return table.String()
}

// classNames are the retry classes in the document.
var classNames = map[upstream.Class]string{upstream.Safe: "safe", upstream.Idempotent: "idempotent", upstream.Once: "once"}

// routeMatrix lists the routes of each operation, with how sure they are.
func routeMatrix() string {
	var table strings.Builder
	table.WriteString("\nRoutes of each operation. A dash in place of the body: none.\n\n| operation | generations | route | class | body | answers | certainty | source |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, row := range opentact.Rows() {
		for _, version := range row.Versions {
			body := version.Body
			if body == "" {
				body = "–"
			}
			generations := strings.Trim(strings.ReplaceAll(fmt.Sprint(version.Generations), " ", ", "), "[]")
			fmt.Fprintf(&table, "| %s | %s | %s `%s` | %s | %s | %s | %s | %s |\n", row.Route.Operation, generations,
				row.Route.Method, version.Path, classNames[row.Route.Action.Class()], body, version.Answer, version.Certainty, version.Source)
		}
	}
	return table.String() + "\n"
}
