package record

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Read reads the record of a directory.
func Read(directory string) (*Record, error) {
	read := &Record{}
	if err := readJSON(filepath.Join(directory, IndexFile), &read.Index); err != nil {
		return nil, err
	}
	if read.Index.Format != format {
		return nil, fmt.Errorf("%s has format %d, and this program reads %d", directory, read.Index.Format, format)
	}
	for _, vendor := range read.Index.Vendors {
		for _, name := range vendor.Files {
			var exchange Exchange
			if err := readJSON(filepath.Join(directory, filepath.Base(name)), &exchange); err != nil {
				return nil, err
			}
			read.Exchanges = append(read.Exchanges, exchange)
		}
	}
	return read, nil
}

// readJSON reads a file.
func readJSON(path string, into any) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
