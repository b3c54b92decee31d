package packages

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// leastAge is how old the times in a package must be at least: those of a build are younger.
const leastAge = 24 * time.Hour

// checkTimes holds that the packages do not depend on when and by whom they are built: all
// files in one have the same time, which is long past, and no owner. A release promises the
// same bytes for the same commit.
func checkTimes(t *testing.T, folder string) {
	t.Helper()
	for pattern, read := range map[string]func(*testing.T, string) []time.Time{"*.tgz": tarTimes, "*.whl": zipTimes, "*.jar": zipTimes} {
		paths, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil || len(paths) == 0 {
			t.Errorf("no %s in %s: %v", pattern, folder, err)
		}
		for _, path := range paths {
			times := read(t, path)
			for _, at := range times {
				if !at.Equal(times[0]) || time.Since(at) < leastAge {
					t.Errorf("%s has the times %s and %s", path, times[0], at)
					break
				}
			}
			if len(times) < 5 {
				t.Errorf("%s has %d files only", path, len(times))
			}
		}
	}
}

// zipTimes returns the times of the files in a zip archive.
func zipTimes(t *testing.T, path string) (times []time.Time) {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }() // it was only read
	for _, file := range archive.File {
		times = append(times, file.Modified)
	}
	return times
}

// tarTimes returns the times of the files in a compressed tar archive, which have no owner.
func tarTimes(t *testing.T, path string) (times []time.Time) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for archive := tar.NewReader(plain); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return times
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Uid != 0 || header.Uname != "" {
			t.Errorf("%s: %s belongs to %d %q", path, header.Name, header.Uid, header.Uname)
		}
		times = append(times, header.ModTime)
	}
}
