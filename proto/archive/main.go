// Command archive packs the protos below some folders into one archive, from which other
// languages generate their clients. Its bytes depend only on the protos.
package main

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"time"
)

// modified is the time of every file in the archive. Some programs warn about files that
// are older.
var modified = time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)

func main() {
	out := flag.String("out", "", "archive to write")
	flag.Parse()
	if err := run(*out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "archive:", err)
		os.Exit(1)
	}
}

func run(out string, folders []string) error {
	var files []file
	for _, folder := range folders {
		found, err := protos(os.DirFS(folder))
		if err != nil {
			return fmt.Errorf("read the protos below %s: %w", folder, err)
		}
		files = append(files, found...)
	}
	slices.SortFunc(files, func(a, b file) int { return cmp.Compare(a.name, b.name) })
	packed, err := pack(files)
	if err != nil {
		return err
	}
	return os.WriteFile(out, packed, 0o644)
}

// file is a proto with its name as others import it.
type file struct {
	name    string
	content []byte
}

// protos reads every proto below a folder.
func protos(folder fs.FS) (files []file, err error) {
	err = fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".proto" {
			return err
		}
		content, err := fs.ReadFile(folder, name)
		files = append(files, file{name, content})
		return err
	})
	return files, err
}

// pack writes the files in their order, without anything about the machine or the time.
func pack(files []file) ([]byte, error) {
	var packed bytes.Buffer
	compressed, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	archive := tar.NewWriter(compressed)
	for _, f := range files {
		header := &tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.content)), ModTime: modified, Format: tar.FormatUSTAR}
		if err := archive.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := archive.Write(f.content); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	err = compressed.Close()
	return packed.Bytes(), err
}
