package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// link is a link to a place within the project: `[text](path#heading)`.
var link = regexp.MustCompile(`\]\(([^)\s]*)\)`)

// heading is a line that begins a section.
var heading = regexp.MustCompile(`(?m)^#+ +(.*?) *$`)

// TestLinks finds links to files and headings that do not exist.
func TestLinks(t *testing.T) {
	t.Parallel()
	for _, name := range allPages(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range link.FindAllStringSubmatch(withoutBlocks(string(text)), -1) {
			if target := found[1]; !strings.Contains(target, ":") && !linkLeads(name, target) {
				t.Errorf("%s links to %s, which does not exist", strings.TrimPrefix(name, root+"/"), target)
			}
		}
	}
}

// allPages are all pages of the project, but for what is built or downloaded.
func allPages(t *testing.T) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		if entry.IsDir() && path != root && (strings.HasPrefix(name, ".") || slices.Contains([]string{"bin", "node_modules"}, name)) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, ".md") {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// linkLeads says whether the target of a link in a document exists.
func linkLeads(document, target string) bool {
	path, anchor, _ := strings.Cut(target, "#")
	if path == "" {
		path = document
	} else {
		path = filepath.Join(filepath.Dir(document), path)
	}
	if _, err := os.Stat(path); err != nil || anchor == "" {
		return err == nil
	}
	text, err := os.ReadFile(path)
	return err == nil && headings(string(text))[anchor]
}

// headings are the anchors that a page has, in the form that Git hosts give them.
func headings(text string) map[string]bool {
	anchors := map[string]bool{}
	for _, found := range heading.FindAllStringSubmatch(withoutBlocks(text), -1) {
		anchors[anchorForm.ReplaceAllString(strings.ReplaceAll(strings.ToLower(found[1]), " ", "-"), "")] = true
	}
	return anchors
}

// anchorForm finds what an anchor leaves out.
var anchorForm = regexp.MustCompile(`[^\p{L}\p{N}_-]`)

// withoutBlocks removes fenced blocks, in which brackets are no links.
func withoutBlocks(text string) string { return fencedBlock.ReplaceAllString(text, "") }

var fencedBlock = regexp.MustCompile("(?ms)^\\s*```.*?^\\s*```\\s*$")
