package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// IndexFile is the name of the file with the index.
const IndexFile = "record.json"

// The modes of what is written: nobody else reads it before its owner has.
const (
	directoryMode = 0o700
	fileMode      = 0o600
)

// CheckDirectory returns an error unless a record can be written into a directory: it is empty,
// or there is none yet.
func CheckDirectory(directory string) error {
	entries, err := os.ReadDir(directory)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("cannot be read: %w", err)
	case len(entries) > 0:
		return errors.New("must be empty, or not exist yet: a record is a directory of its own")
	default:
		return nil
	}
}

// file is a file that is to be written.
type file struct {
	name    string
	content []byte
}

// Write writes the record into a directory and returns how many files that are. Nothing is
// written if a file would hold something confidential.
func (r *Record) Write(directory string, confidential []Confidential) (written int, err error) {
	files, err := r.files()
	if err != nil {
		return 0, err
	}
	if err := r.check(files, confidential); err != nil {
		return 0, err
	}
	if err := CheckDirectory(directory); err != nil {
		return 0, err
	}
	if err := os.MkdirAll(directory, directoryMode); err != nil {
		return 0, err
	}
	for _, one := range files {
		if err := create(filepath.Join(directory, one.name), one.content); err != nil {
			return written, err
		}
		written++
	}
	return written, nil
}

// WriteIndex writes the index of a record that was read from the directory anew.
func (r *Record) WriteIndex(directory string) error {
	content, err := indented(r.Index)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(directory, IndexFile), content, fileMode)
}

// files returns those of the record: one for each exchange, and the index, which comes last, so
// that a record that is not complete has none.
func (r *Record) files() (files []file, err error) {
	if err := r.nameFiles(); err != nil {
		return nil, err
	}
	next := map[string]int{} // by vendor
	for _, exchange := range r.Exchanges {
		content, err := indented(exchange)
		if err != nil {
			return nil, err
		}
		at := r.vendor(exchange.Vendor)
		files = append(files, file{r.Index.Vendors[at].Files[next[exchange.Vendor]], content})
		next[exchange.Vendor]++
	}
	content, err := indented(r.Index)
	return append(files, file{IndexFile, content}), err
}

// nameFiles names the file of each exchange in the index.
func (r *Record) nameFiles() error {
	for i := range r.Index.Vendors {
		r.Index.Vendors[i].Files = []string{}
	}
	for _, exchange := range r.Exchanges {
		at := r.vendor(exchange.Vendor)
		if at < 0 {
			return fmt.Errorf("the index has no vendor %s", exchange.Vendor)
		}
		of := &r.Index.Vendors[at]
		of.Files = append(of.Files, fmt.Sprintf("%s-%03d-%s.json", of.Vendor, len(of.Files)+1, exchange.Operation))
	}
	return nil
}

// vendor returns where the index has a vendor, or -1.
func (r *Record) vendor(name string) int {
	return slices.IndexFunc(r.Index.Vendors, func(v Vendor) bool { return v.Vendor == name })
}

// indented returns JSON for people.
func indented(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return text.Bytes(), err
}

// create writes a file that does not exist yet.
func create(path string, content []byte) error {
	made, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	_, err = made.Write(content)
	return errors.Join(err, made.Close())
}
