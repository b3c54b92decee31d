// Command plot draws the plots of docs/performance.md and writes its tables, from the
// results that the command bench has kept. What the document shows is what was measured.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"

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
	document, err := os.ReadFile(filepath.Join(docs, "performance.md"))
	if err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	document, err = replace(document, tables(results))
	if err != nil {
		return nil, err
	}
	return map[string][]byte{
		"performance.md":          document,
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
func replace(document, results []byte) ([]byte, error) {
	before, rest, ok := bytes.Cut(document, []byte(begin))
	_, after, closed := bytes.Cut(rest, []byte(end))
	if !ok || !closed {
		return nil, fmt.Errorf("the document lacks the marks around the results")
	}
	return bytes.Join([][]byte{before, []byte(begin), []byte("\n"), results, []byte("\n"), []byte(end), after}, nil), nil
}
