package openapi

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/test/install"
)

// TestLinters: Redocly and Spectral have nothing to say, not even a warning.
func TestLinters(t *testing.T) {
	t.Parallel()
	modules := install.Node(t, "node")
	bin := filepath.Join(modules, ".bin")
	linters := map[string][]string{
		"redocly":  {"lint", "--config=redocly.yaml", "--max-problems=20", "openapi.json"},
		"spectral": {"lint", "--ruleset=spectral.yaml", "--fail-severity=hint", "openapi.json"},
	}
	for name, arguments := range linters {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := workFolder(t, "node/redocly.yaml", "node/spectral.yaml")
			output := must(t, folder, filepath.Join(bin, name), arguments...)
			if strings.Contains(output, "warning") && name == "redocly" && strings.Contains(output, "You have") {
				t.Errorf("%s", output)
			}
		})
	}
}

// TestLintersFindMistakes: the linters read the document, and their rules are on.
func TestLintersFindMistakes(t *testing.T) {
	t.Parallel()
	bin := filepath.Join(install.Node(t, "node"), ".bin")
	broken := `{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{"/a/{b}":{"get":{"responses":{"200":{}}}}}}`
	for name, arguments := range map[string][]string{
		"redocly":  {"lint", "--config=redocly.yaml", "openapi.json"},
		"spectral": {"lint", "--ruleset=spectral.yaml", "--fail-severity=hint", "openapi.json"},
	} {
		folder := workFolder(t, "node/redocly.yaml", "node/spectral.yaml")
		write(t, filepath.Join(folder, "openapi.json"), []byte(broken))
		if output, code := run(t, folder, filepath.Join(bin, name), arguments...); code == 0 {
			t.Errorf("%s accepts a document that lacks a parameter and a description:\n%s", name, output)
		}
	}
}
