// Command plot draws the plots of docs/performance.md and writes its tables, from the
// results that the command bench has kept. What the document shows is what was measured.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"

	"github.com/sipfacade/sipfacade/internal/document"
	"github.com/sipfacade/sipfacade/test/cost"
)

func main() {
	docs := flag.String("docs", "docs", "folder of performance.json, performance.md and the plots")
	flag.Parse()
	if err := run(*docs); err != nil {
		log.Fatal(err)
	}
}

// run writes all files.
func run(docs string) error {
	files, err := render(docs)
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(docs, name), content, 0o644); err != nil {
			return fmt.Errorf("write the results: %w", err)
		}
	}
	return nil
}

// render returns the files by their names.
func render(docs string) (map[string][]byte, error) {
	results, err := cost.Read(filepath.Join(docs, "performance.json"))
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(docs, "performance.md"))
	if err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	text, err = replace(text, tables(results))
	if err != nil {
		return nil, err
	}
	return map[string][]byte{
		"performance.md":          text,
		"performance-rows.svg":    rowsPlot(results),
		"performance-callers.svg": callersPlot(results),
	}, nil
}

// What stands around the part of the document that is written here.
const (
	begin = "<!-- results: from performance.json by make bench -->\n"
	end   = "<!-- end of results -->\n"
)

// replace replaces the part between the marks.
func replace(text, results []byte) ([]byte, error) {
	return document.Replace(text, begin, end, slices.Concat([]byte("\n"), results, []byte("\n")))
}
